import { expect, test } from 'vitest';
import { choose, type ChoiceInput, type Heard } from '~/core/failover/candidate.ts';
import type { Case, Round } from '~/core/failover/coordinator-state.ts';
import type { JournalEntry } from '~/core/failover/divergence.ts';
import { evacuationOf } from '~/core/failover/evacuate.ts';
import { eventualMaster } from '~/core/failover/eventual.ts';
import { choiceOf } from '~/core/failover/hearing.ts';
import type { StateRecord } from '~/core/failover/records.ts';
import type { MemberSettings, ReplicasetSettings } from '~/core/failover/settings.ts';
import type { Vclock } from '~/core/failover/vclock.ts';

const first: JournalEntry = { epoch: 1, master: 'a', origin: '1', start: {}, after: null };
const second: JournalEntry = { epoch: 2, master: 'b', origin: '2', start: { 1: 10 }, after: { epoch: 1, master: 'a' } };
const member = (uuid: string, changed: Partial<MemberSettings> = {}): MemberSettings => ({ uuid, zone: null, priority: uuid.charCodeAt(0), electable: true, voter: true, anonymous: false, disabled: false, ...changed });
const heard = (vclock: Vclock, journal: JournalEntry[] = [first], changed: object = {}): Heard => ({
  why: null, report: { life: 1, hasData: true, origin: '9', epoch: 1, demoted: 1, promoted: null, turn: 0, frozen: false, writable: false, gated: null, unleased: false, upstream: null, gap: null, copy: { vclock, journal }, acks: [], sick: null, ...changed },
});
const input = (changed: Partial<ChoiceInput>): ChoiceInput => ({ members: ['a', 'b', 'c'].map((uuid) => member(uuid)), heard: new Map(), preferredZone: null, current: null, ...changed });

test('the most rows first, then the one that led, zone, priority', () => {
  expect(choose(input({ heard: new Map([['a', heard({ 1: 5 })], ['b', heard({ 1: 7 })], ['c', heard({ 1: 6 })]]) })).chosen).toBe('b');
  const equal = new Map([['a', heard({ 1: 7 })], ['b', heard({ 1: 7 })], ['c', heard({ 1: 7 })]]);
  expect(choose(input({ heard: equal })).chosen).toBe('a');
  expect(choose(input({ heard: equal, current: 'c' })).chosen).toBe('c');
  expect(choose(input({ heard: equal, preferredZone: 'y', members: [member('a'), member('b', { zone: 'y' }), member('c')] })).chosen).toBe('b');
});

test('a later history wins over more rows', () => {
  expect(choose(input({ heard: new Map([['a', heard({ 1: 99 })], ['b', heard({ 1: 10, 2: 1 }, [first, second])]]) })).chosen).toBe('b');
});

test('everybody has a reason', () => {
  const members = [member('a', { disabled: true }), member('b', { electable: false }), member('c', { anonymous: true }), member('d'), member('e'), member('f'), member('g')];
  const { standings, chosen, most, behindRows } = choose(
    input({ members, heard: new Map([['b', heard({ 1: 9 })], ['e', { report: null, why: null }], ['f', heard({ 1: 9 }, [first], { sick: 'no space left' })], ['g', heard({ 1: 4 })]]) }),
  );
  expect(Object.fromEntries(standings.map(({ uuid, why }) => [uuid, why]))).toEqual({
    a: 'It is disabled.', b: 'It is not electable.', c: 'It is an anonymous replica, which cannot write.', d: 'Its agent did not answer.', e: 'Its instance is not running.', f: 'It is sick: no space left', g: 'It can be reached and has 4 rows.',
  });
  expect([chosen, most, behindRows]).toEqual(['g', 'b', 5]);
});

test('the order of the input does not matter', () => {
  const all = new Map([['a', heard({ 1: 7 })], ['b', heard({ 1: 7 })], ['c', heard({ 1: 3 })]]);
  const members = ['a', 'b', 'c'].map((uuid) => member(uuid));
  expect(choose(input({ heard: all, members: members.toReversed() })).standings).toEqual(choose(input({ heard: all, members })).standings);
});

const settings = (uuid: string, members: MemberSettings[]): ReplicasetSettings => ({ uuid, mode: 'stateful', durability: 'availability', failsafe: 'off', minReplicas: 0, lossRowsMax: null, preferredZone: null, autoreturnMs: null, flapping: { failoversMax: 3, windowMs: 60_000 }, diverged: 'rebuild', members });
const led = (master: string, phase: StateRecord['phase'] = 'normal'): StateRecord => ({ epoch: 3, master, phase, target: null, deadlineMs: null, confirmed: null, previous: null, policy: { voters: [], copies: 0, promises: 0, gate: 0 }, unfenced: null, cause: 'first' });

test('an evacuation moves the masters that leave, and says who cannot', () => {
  const plan = evacuationOf(
    [
      { settings: settings('r1', [member('a'), member('b'), member('c')]), state: led('a') },
      { settings: settings('r2', [member('b'), member('c')]), state: led('b') },
      { settings: settings('r3', [member('a')]), state: led('a') },
      { settings: settings('r4', [member('a'), member('c')]), state: led('a', 'switching') },
    ],
    new Set(['a']),
  );
  expect(plan.moves).toEqual([{ replicaset: 'r1', from: 'a', targets: ['b', 'c'] }]);
  expect(plan.refusals.map(({ replicaset }) => replicaset)).toEqual(['r3', 'r4']);
});

test('eventual: the first in priority that is alive', () => {
  const replicaset = settings('r', [member('a', { disabled: true }), member('c'), member('b')]);
  expect(eventualMaster(replicaset, () => true)).toBe('b');
  expect(eventualMaster(replicaset, (uuid) => uuid === 'c')).toBe('c');
  expect(eventualMaster(replicaset, () => false)).toBeNull();
});

test('one that was appointed and did not lead comes last, but leads again where nobody else can have all rows', () => {
  const members = [member('a'), member('b')];
  const state = { epoch: 2, master: 'a', phase: 'promoting' } as StateRecord;
  const one = { settings: { members, preferredZone: null, mode: 'stateful' } as never, manual: null, records: { state: { value: state, revision: 1 } } } as unknown as Case;
  const foreign = { epoch: 1, master: 'b', origin: '2', start: {}, after: null };
  const round = { cause: 'expiry', command: null, heard: new Map([['a', heard({ 1: 9 })], ['b', heard({ 2: 3 }, [foreign])]]) } as unknown as Round;
  expect(choiceOf(one, round)).toMatchObject({ chosen: 'b', most: 'a', behindRows: expect.any(Number) });
  expect(choiceOf(one, round, false)).toMatchObject({ chosen: 'a', behindRows: 0 });
});
