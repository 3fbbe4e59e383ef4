import { describe, expect, test } from 'vitest';
import { nextMoves, type RebalanceView } from '~/core/rebalance/next.ts';
import type { Obstacle, RebalancePolicy, StorageSeen, Transit } from '~/core/rebalance/observed.ts';
import { observedMaxMs } from '~/core/rebalance/waits.ts';

/** One look at a group, and what is ordered or waited for. */

const now = 100_000;
const policy: RebalancePolicy = { mode: 'auto', started: false, paused: null, movesMax: 100, bucketsPerSecond: null, batch: 10 };
const storage = (uuid: string, active: number, more: Partial<StorageSeen> & { pinned?: number; transits?: Transit[] } = {}): StorageSeen => {
  const { pinned = 0, transits = [], ...rest } = more;
  return { uuid, alias: uuid, weight: 1, buckets: { active, pinned, garbage: 0, transits }, observedAt: now, obstacles: [], ...rest };
};
const transit = (peer: string, counts: Partial<Transit>, attempt = 't'): Transit => ({ attempt, peer, sending: 0, sent: 0, receiving: 0, ...counts });
const look = (storages: readonly StorageSeen[], more: Partial<RebalanceView> = {}) => nextMoves({ now, buckets: 60, storages, policy, orders: [], allowance: Number.MAX_SAFE_INTEGER, takingOver: false, mayMove: () => true, touchedAt: () => -Infinity, ...more });
const text = ({ orders }: ReturnType<typeof look>) => orders.map(({ from, to, count }) => `${from}>${to} ${count}`);
const [full, half, empty] = [storage('a', 60), storage('a', 30), storage('b', 0)];

describe('what is ordered', () => {
  test('batches, as many as may be under way', () => {
    expect(text(look([full, empty]))).toEqual(['a>b 10', 'a>b 10', 'a>b 10']);
    expect(text(look([full, empty], { policy: { ...policy, movesMax: 20 } }))).toEqual(['a>b 10', 'a>b 10']);
    expect(text(look([full, empty], { policy: { ...policy, movesMax: 4 } }))).toEqual(['a>b 4']);
    expect(text(look([full, empty], { allowance: 13 }))).toEqual(['a>b 10', 'a>b 3']);
    expect(text(look([storage('a', 33), storage('b', 27)]))).toEqual(['a>b 3']);
  });

  test('nothing when nothing is wrong', () => {
    expect(look([half, storage('b', 30)])).toMatchObject({ state: 'balanced', orders: [], moves: [], left: 0, sentence: 'Every replicaset has the buckets that its weight asks for.' });
    expect(look([storage('a', 31), storage('b', 30)], { buckets: 61 })).toMatchObject({ state: 'balanced', left: 0 });
  });

  test('what is under way is not ordered again, from whichever end it is seen', () => {
    const sending = storage('a', 50, { transits: [transit('b', { sending: 10 })] });
    const receiving = storage('b', 0, { transits: [transit('a', { receiving: 10 })] });
    for (const pair of [[sending, receiving], [sending, empty], [storage('a', 50), receiving]]) expect(look(pair)).toMatchObject({ left: 30, inFlight: 10, moves: [{ from: 'a', to: 'b', count: 20 }] });
    const ordered = { orders: [{ id: 't', from: 'a', to: 'b', count: 10 }] };
    for (const pair of [[sending, receiving], [full, empty]]) expect(look(pair, ordered)).toMatchObject({ left: 30, inFlight: 10, moves: [{ from: 'a', to: 'b', count: 20 }] });
    // What is decided belongs to the other end, though that one has not begun.
    expect(look([storage('a', 30, { transits: [transit('b', { sent: 30 })] }), storage('b', 0, { transits: [transit('a', { receiving: 30 })] })])).toMatchObject({ state: 'moving', orders: [], moves: [], left: 30 });
  });

  test('buckets on their way back leave room where they came from', () => {
    const back = storage('a', 20, { transits: [transit('b', { sending: 20 })] });
    expect(text(look([back, storage('b', 20)]))).toEqual([]);
  });

  test('facts from before an order ended say nothing', () => {
    expect(look([full, empty], { touchedAt: (uuid) => (uuid === 'b' ? now : -Infinity) })).toMatchObject({ state: 'waiting', orders: [], sentence: expect.stringContaining('newer facts') });
    expect(look([full, empty], { touchedAt: () => now - 0.001 })).toMatchObject({ state: 'moving' });
  });

  test('a whole batch soon rather than a small one now', () => {
    const flying = [storage('a', 55, { transits: [transit('b', { sending: 5 })] }), storage('b', 0, { transits: [transit('a', { receiving: 5 })] })];
    const twelve = { policy: { ...policy, movesMax: 12 } };
    expect(text(look(flying, { ...twelve, orders: [{ id: 't', from: 'a', to: 'b', count: 5 }] }))).toEqual([]);
    // Of an older coordinator: nobody knows when that ends.
    expect(text(look(flying, twelve))).toEqual(['a>b 7']);
  });

  test('weight 0 empties, but for what is pinned', () => {
    expect(look([storage('a', 50, { weight: 0, pinned: 10 }), empty]).moves).toEqual([{ from: 'a', to: 'b', count: 50 }]);
    expect(look([storage('a', 0, { weight: 0, pinned: 10 }), storage('b', 50)])).toMatchObject({ state: 'balanced' });
  });

  test('in the same order whatever the order of the input', () => {
    const rows = [storage('a', 40), storage('b', 20), storage('c', 0), storage('d', 0)];
    expect(look(rows.toReversed())).toEqual(look(rows));
  });
});

describe('what is waited for', () => {
  const waits = (obstacle: Obstacle, at: 'a' | 'b') => look([full, empty].map((row) => (row.uuid === at ? { ...row, obstacles: [obstacle] } : row)));

  test.each<[Obstacle, string, boolean, boolean]>([
    [{ kind: 'noMaster' }, ' has no master.', true, true],
    [{ kind: 'voterAway', names: ['x'] }, 'x of ', true, true],
    [{ kind: 'voterAway', names: ['x', 'y'] }, 'are away', true, true],
    [{ kind: 'diskFull', name: 'x' }, 'The disk of x', true, true],
    [{ kind: 'foreignGroup', sentence: 'It was bootstrapped for group hot.' }, 'group hot', true, true],
    [{ kind: 'memoryLow', usedRatio: 0.93 }, '93 % of the memory', false, true],
    [{ kind: 'requestsHold', bucket: 17 }, 'hold bucket 17', false, false],
  ])('%o', (obstacle, words, asSource, asDestination) => {
    for (const [at, blocked] of [['a', asSource], ['b', asDestination]] as const) {
      const { state, orders, waits: rows, sentence } = waits(obstacle, at);
      expect([state, orders.length > 0]).toEqual(blocked ? ['waiting', false] : ['moving', true]);
      expect(rows).toMatchObject([{ code: obstacle.kind, target: at, sentence: expect.stringContaining(words) }]);
      if (blocked) expect(sentence).toContain(rows[0]!.sentence);
    }
  });

  test('the others go on, and nobody is given more than its share meanwhile', () => {
    const rows = [storage('a', 40), storage('b', 20), storage('c', 0), storage('d', 0, { obstacles: [{ kind: 'noMaster' }] })];
    expect(text(look(rows))).toEqual(['a>c 10', 'a>c 5']);
  });

  test('who has not been heard, or not for long', () => {
    expect(look([full, storage('b', 0, { buckets: null, observedAt: 0 })])).toMatchObject({ state: 'waiting', sentence: '30 buckets to move. The master of b has not told its buckets yet.' });
    const old = { observedAt: now - observedMaxMs - 1 };
    expect(look([full, storage('b', 0, old)])).toMatchObject({ state: 'waiting', orders: [], sentence: expect.stringContaining('for 5 s') });
    expect(look([full, storage('b', 0, { observedAt: now - observedMaxMs })])).toMatchObject({ state: 'moving' });
    // What it has is what the others have not.
    expect(look([half, storage('b', 0, { buckets: null, observedAt: 0 })])).toMatchObject({ state: 'balanced', orders: [], sentence: 'Every replicaset that was heard has the buckets that its weight asks for.' });
    expect(look([half, storage('b', 15), storage('c', 0, { buckets: null })]).orders).toEqual([{ from: 'a', to: 'b', count: 5 }]);
  });

  test('a coordinator that has just taken over', () => {
    expect(look([full, empty], { takingOver: true })).toMatchObject({ state: 'waiting', orders: [], sentence: expect.stringContaining('just taken over') });
    // All that it has not heard might be even, and a run would end by that.
    for (const heard of [[], [half]]) expect(look([...heard, ...['b', 'c'].slice(heard.length).map((name) => storage(name, 0, { buckets: null, observedAt: 0 }))], { takingOver: true }), `${heard.length} heard`).toMatchObject({ state: 'waiting', orders: [], sentence: expect.stringContaining('just taken over') });
    expect(look([half, storage('b', 30)], { takingOver: true })).toMatchObject({ state: 'balanced' });
  });

  test('the next second', () => expect(look([full, empty], { allowance: 0 })).toMatchObject({ state: 'waiting', sentence: expect.stringContaining('next second') }));
});

describe('what people say', () => {
  const moving = [storage('a', 59, { transits: [transit('b', { sending: 1 })] }), empty];

  test.each<[Partial<RebalancePolicy>, string, string]>([
    [{ mode: 'off' }, 'off', 'Rebalancing is off: 30 buckets stay where the weights do not want them.'],
    [{ mode: 'manual' }, 'ready', '30 buckets would move: start it.'],
    [{ paused: { by: 'ann', reason: 'Backup.' } }, 'paused', 'ann paused rebalancing: Backup. 30 buckets wait.'],
  ])('%o', (said, state, sentence) => {
    expect(look([full, empty], { policy: { ...policy, ...said } })).toMatchObject({ state, sentence, orders: [], moves: [{ count: 30 }], left: 30 });
    expect(look(moving, { policy: { ...policy, ...said } })).toMatchObject({ state, orders: [], sentence: expect.stringContaining('1 bucket under way ends by itself.') });
    expect(look([half, storage('b', 30)], { policy: { ...policy, ...said } }).state).toBe('balanced');
  });

  test('by hand: goes on once started, and stops when paused', () => {
    expect(look([full, empty], { policy: { ...policy, mode: 'manual', started: true } }).state).toBe('moving');
    expect(look([full, empty], { policy: { ...policy, mode: 'manual', started: true, paused: { by: 'ann', reason: 'x' } } }).state).toBe('paused');
  });

  test('no weight at all is refused', () => {
    expect(look([storage('a', 60, { weight: 0 }), storage('b', 0, { weight: 0 })])).toMatchObject({ state: 'impossible', orders: [], sentence: expect.stringContaining('weight 0') });
  });

  test('no buckets yet', () => {
    expect(look([storage('a', 0), empty])).toMatchObject({ state: 'notBootstrapped', orders: [] });
    expect(look([])).toMatchObject({ state: 'notBootstrapped' });
  });

  test('rows for a table: what each has, shall have, and what is under way', () => {
    const rows = [storage('a', 50, { transits: [transit('b', { sending: 4, sent: 6 })] }), storage('b', 0, { pinned: 2, transits: [transit('a', { receiving: 10 })] })];
    expect(look(rows, { buckets: 62 }).rows).toMatchObject([{ uuid: 'a', owned: 54, pinned: 0, target: 31, leaving: 10, arriving: 0 }, { uuid: 'b', owned: 2, pinned: 2, target: 31, leaving: 0, arriving: 10 }]);
  });
});
