import { describe, expect, it } from 'vitest';
import { longer, overAt, seeLease } from '~/core/failover/lease.ts';
import { rules } from '~/core/failover/rules.ts';
import { timingOf } from '~/core/failover/timing.ts';

const state = { value: { epoch: 1, master: 'a', phase: 'normal', target: null, deadlineMs: null, confirmed: null, previous: null, policy: { voters: [], copies: 0, promises: 0, gate: 0 }, unfenced: null, cause: 'first' }, revision: 1 } as const;
const lease = (leaseMs: number) => ({ value: { epoch: 1, holder: 'a', seq: 1, leaseMs, released: null }, revision: 2 });

describe('a lease whose holder goes by another configuration', () => {
  it('is over when the longer of both is', () => {
    const short = timingOf(1200);
    const seen = seeLease(null, { state, lease: lease(10_000) }, { now: 100, askedAt: 100 });
    expect(overAt(seen, rules, short)).toBe(100 + 10_000 * 1.05);
    const other = seeLease(null, { state, lease: lease(1200) }, { now: 100, askedAt: 100 });
    expect(overAt(other, rules, timingOf(10_000))).toBe(100 + 10_000 * 1.05);
  });

  it('takes nothing from the other times', () => {
    const timing = timingOf(2000);
    expect(longer(timing, 1000)).toBe(timing);
    expect(longer(timing, 5000)).toEqual({ ...timing, leaseMs: 5000 });
  });
});
