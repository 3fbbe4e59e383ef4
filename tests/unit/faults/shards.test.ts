import { describe, expect, it } from 'vitest';
import { checkShards, type ShardsSeen } from '~/tests/faults/checkers/shards.ts';
import { checkTold, kindOf } from '~/tests/faults/checkers/told.ts';
import type { ShardRows } from '~/tests/faults/scenario/system.ts';
import { routedWorkload, accountsEach, ballastEach, accountStart, bucketsOfBank } from '~/tests/faults/workloads/routed-workload.ts';
import { seeded } from '~/tests/faults/random.ts';
import { add, made, type Made } from './made.ts';

const pay = (id: number, at: readonly [number, number?], more?: Made) => made({ f: 'pay', value: { id, bucket: 1, from: 1, to: 2, amount: 3 } }, at, more);
const sum = (of: number, at: readonly [number, number?]) => made({ f: 'sum', value: { bucket: 1, of: 'any', sum: of } }, at);
const look = (id: number, there: boolean, at: readonly [number, number?]) => made({ f: 'look', value: { id, bucket: 1, there } }, at);

type Rows = { -readonly [K in keyof ShardRows]: ShardRows[K] };

/** Odd buckets are at `a`, even ones at `b`; payments of bucket 1 have ids 7 and so on. */
function shards(...payments: readonly number[]): { a: Rows; b: Rows } {
  const of = (name: string, remainder: number): Rows => {
    const mine = Array.from({ length: bucketsOfBank }, (_, at) => at + 1).filter((bucket) => bucket % 2 === remainder);
    return {
      name, notes: [], set: [],
      ballast: mine.map((bucket) => [bucket, ballastEach]),
      buckets: mine.map((bucket) => [bucket, 'active', 1]),
      accounts: mine.flatMap((bucket) => Array.from({ length: accountsEach }, (_, at) => [bucket * 10 + at + 1, bucket, accountStart] as const)),
    };
  };
  const a = of('a', 1);
  a.notes = payments.map((id) => [id, 1, 1, 2, 3]);
  a.accounts = a.accounts.map(([id, bucket, balance]) => [id, bucket, balance + (id === 11 ? -3 : id === 12 ? 3 : 0) * payments.length]);
  return { a, b: of('b', 0) };
}

const seen = ({ a, b }: { a: Rows; b: Rows }, more: Partial<ShardsSeen> = {}): ShardsSeen => ({ shards: [a, b], kept: new Set(), paymentsLast: true, ...more });
const whole = accountsEach * accountStart;

describe('the checker of buckets', () => {
  it('passes what is whole, whatever became of what nobody knows', () => {
    const data = shards(7);
    data.b.set = [[100, 2]];
    const history = [pay(7, [0, 1]), pay(8, [2]), add(100, [3, 4]), add(101, [5]), sum(whole, [6, 7]), look(7, true, [8, 9]), look(8, false, [8, 9]), pay(9, [10, 11], { outcome: 'fail' })];
    expect(checkShards(history, seen(data))).toMatchObject({ valid: true, problems: [], counts: { acknowledged: 2, unknown: 2, refused: 1, buckets: bucketsOfBank } });
  });

  it.each<[string, (data: { a: Rows; b: Rows }) => void]>([
    ["bucket 2 is a's and b's", ({ a }) => (a.buckets = [...a.buckets, [2, 'active', 1]])],
    ["bucket 1 is nobody's", ({ a }) => (a.buckets = a.buckets.slice(1))],
    ['bucket 2 is still receiving at a', ({ a }) => (a.buckets = [...a.buckets, [2, 'receiving', 2]])],
    ["row 100 of bucket 2 is at a, and the bucket is b's", ({ a }) => (a.set = [[100, 2]])],
    ["note 7 of bucket 1 is at b, and the bucket is a's", ({ a, b }) => (b.notes = a.notes)],
    ['doubled: 7 is there twice', ({ a, b }) => (b.notes = a.notes)],
    ['account 11 has 96, and its notes say 97', ({ a }) => (a.accounts = a.accounts.map(([id, bucket, balance]) => [id, bucket, balance - (id === 11 ? 1 : 0)]))],
    ['all money is 47999 and not 48000', ({ a }) => (a.accounts = a.accounts.map(([id, bucket, balance]) => [id, bucket, balance - (id === 11 ? 1 : 0)]))],
    ['a has 299 rows of bucket 1 and not 300', ({ a }) => (a.ballast = a.ballast.map(([bucket, rows]) => [bucket, rows - (bucket === 1 ? 1 : 0)]))],
    ['a has 1 rows of bucket 2 and not 0', ({ a }) => (a.ballast = [...a.ballast, [2, 1]])],
    ['nobody asked for 55', ({ a }) => (a.set = [[55, 1]])],
  ])('finds that %s', (problem, spoil) => {
    const data = shards(7);
    spoil(data);
    expect(checkShards([pay(7, [0, 1]), add(100, [0])], seen(data)).problems).toContain(problem);
  });

  it('takes a row of the table for a bucket that went for nothing strange', () => {
    const data = shards();
    data.a.buckets = [...data.a.buckets, [2, 'gone', 1]];
    expect(checkShards([], seen(data)).valid).toBe(true);
  });

  it('finds what was acknowledged and is gone, unless it was put aside where it may be', () => {
    const history = [pay(7, [0, 1]), add(100, [0, 1])];
    const kept = new Set([7, 100]);
    expect(checkShards(history, seen(shards())).problems.filter((problem) => problem.startsWith('lost'))).toHaveLength(2);
    expect(checkShards(history, seen(shards(), { kept })).problems).toEqual([expect.stringContaining('lost: acknowledged, and not there at the end: 0: pay')]);
    expect(checkShards(history, seen(shards(), { kept, paymentsLast: false })).valid).toBe(true);
  });

  it('finds what was refused and is there', () => {
    expect(checkShards([pay(7, [0, 1], { outcome: 'fail' })], seen(shards(7))).problems).toEqual([expect.stringContaining('refused, and there all the same: 0: pay')]);
  });

  it('finds readings of half a bucket, and of one that lacks what was acknowledged', () => {
    const history = [pay(7, [0, 1]), sum(whole - 3, [2, 3]), look(7, false, [4, 5])];
    expect(checkShards(history, seen(shards(7))).problems).toEqual([expect.stringContaining('the bucket had other money'), expect.stringContaining('acknowledged before, and not seen')]);
    expect(checkShards([pay(7, [0, 5]), look(7, false, [4, 6])], seen(shards(7))).valid).toBe(true);
  });
});

describe('the checker of what clients are told', () => {
  const options = { faults: [{ from: 1_000, to: 2_000 }], backMs: 500, callMs: 100 };
  const refused = (reason: string, at: readonly [number, number?]) => ({ ...add(1, at, { outcome: 'fail' }), reason });

  it.each([
    ['OUTCOME_UNKNOWN {}: it may have been done: the connection ended', 'unknown'],
    ['the master of replicaset s1, 10.0.0.1:3301, cannot be reached; nothing was done', 'later'],
    ['no storage has said yet how many buckets there are: was the group bootstrapped? Nothing was done', 'later'],
    ['BUCKET_MOVING {"bucket":7}: it is being sent', 'later'],
    ['no router: ConnectionLost: connect ECONNREFUSED', 'connection'],
    ["Can't modify data because this instance is in read-only mode.", 'other'],
    ['Duplicate key exists in unique index', 'other'],
  ])('%s: %s', (reason, kind) => expect(kindOf(reason)).toBe(kind));

  it('finds words that no client may be told, and any of them where nothing was wrong', () => {
    const later = 'nothing was done';
    expect(checkTold([refused(later, [1_500, 1_510]), refused(later, [2_400, 2_410])], options)).toMatchObject({ valid: true, counts: { later: 2 } });
    expect(checkTold([refused(later, [2_600, 2_610])], options).problems).toEqual([expect.stringContaining('nothing was wrong any more')]);
    expect(checkTold([refused(later, [500, 510])], options).problems).toEqual([expect.stringContaining('nothing was wrong any more')]);
    expect(checkTold([refused('Duplicate key exists', [1_500, 1_510])], options).problems).toEqual([expect.stringContaining('no client may be told this')]);
  });

  it('finds answers that came too late', () => {
    expect(checkTold([add(1, [1_500, 1_601])], options).problems).toEqual(['it took too long: 0: add 1 ok 1500.0..1601.0']);
  });
});

it('the workload asks for everything, with ids of its own', () => {
  const [one, other] = [1, 1_000].map((firstId) => routedWorkload({ random: seeded(3), firstId }));
  const asked = Array.from({ length: 500 }, () => one!());
  expect(new Set(asked.map(({ f }) => f))).toEqual(new Set(['add', 'pay', 'sum', 'look', 'members']));
  const idsOf = (all: typeof asked) => all.flatMap((each) => (each.f === 'add' ? [each.value] : each.f === 'pay' ? [each.value.id] : []));
  const ids = [...idsOf(asked), ...idsOf(Array.from({ length: 500 }, () => other!()))];
  expect(new Set(ids).size).toBe(ids.length);
});
