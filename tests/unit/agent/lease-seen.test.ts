import { beforeEach, describe, expect, it } from 'vitest';
import { LeaseSeen } from '~/agent/failover/lease-seen.ts';
import type { LeaseRecord, Records, StateRecord } from '~/core/failover/records.ts';
import { timingOf } from '~/core/failover/timing.ts';

const timing = timingOf(2000);
const entry = { epoch: 3, master: 'a', origin: '1', start: {}, after: null };
const state: StateRecord = { epoch: 3, master: 'a', phase: 'normal', target: null, deadlineMs: null, confirmed: entry, previous: null, policy: { voters: ['a', 'b'], copies: 0, promises: 0, gate: 0 }, unfenced: null, cause: 'first' };
const lease: LeaseRecord = { epoch: 3, holder: 'a', seq: 1, leaseMs: 2000, released: null };
const records = (revision: number, { of = {}, by = {} }: { of?: Partial<LeaseRecord>; by?: Partial<StateRecord> } = {}): Records => ({ state: { value: { ...state, ...by }, revision: 1 }, lease: { value: { ...lease, ...of }, revision } });

describe('the lease of the master, as another member sees it', () => {
  let seen: LeaseSeen;
  beforeEach(() => {
    seen = new LeaseSeen();
    seen.saw(records(10), 1000);
  });
  const lasts = (now: number, given: Parameters<typeof records>[1] = {}) => seen.lasts(records(11, given), { now, timing });

  it('lasts for its length, by a clock that may be slow, from a change that was seen', () => {
    expect(lasts(1000)).toBe(false);
    seen.saw(records(11), 2000);
    expect([lasts(2000), lasts(4100), lasts(4101)]).toEqual([true, true, false]);
    seen.saw(records(11), 9000);
    expect(lasts(9000)).toBe(false);
  });

  it('lasts for as long as its holder says, where that is longer', () => {
    seen.saw(records(11), 2000);
    expect(lasts(6000, { of: { leaseMs: 4000 } })).toBe(true);
  });

  it.each<[string, Parameters<typeof records>[1]]>([
    ['was given back', { of: { released: { why: 'exited', vclock: null, restartMs: null, known: 3 } } }],
    ['is of an appointment that has not begun', { by: { phase: 'promoting' } }],
    ['is of an older epoch', { by: { epoch: 4 } }],
    ['is held by another one than the record names', { of: { holder: 'b' } }],
  ])('says nothing where it %s', (_which, given) => {
    seen.saw(records(11), 2000);
    expect(lasts(2001)).toBe(true);
    expect(lasts(2001, given)).toBe(false);
  });

  it('is gone with its record', () => {
    seen.saw(records(11), 2000);
    expect(seen.lasts({ state: null, lease: null }, { now: 2001, timing })).toBe(false);
    seen.saw({ state: null, lease: null }, 2002);
    seen.saw(records(12), 3000);
    expect(seen.lasts(records(12), { now: 5000, timing })).toBe(true);
  });
});
