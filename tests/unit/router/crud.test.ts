import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, decode, Double, encode, Raw, type TarantoolError, Uuid, type Value } from '~/iproto/index.ts';
import { bucketOf } from '~/router/hash.ts';
import { bucketOfKey, bucketOfObject, bucketOfTuple } from '~/router/crud/keys.ts';
import { Merge, type Piece } from '~/router/crud/merge.ts';
import { comparing, compareValues } from '~/iproto/values/order.ts';
import { planOf, type Wanted } from '~/router/crud/plan.ts';
import { cut, readAfter } from '~/router/crud/rows.ts';
import type { Space } from '~/router/crud/schema.ts';
import { bucketHash, coversAll, readStamp, stampOfAll } from '~/router/crud/stamp.ts';

const space: Space = {
  id: 800, name: 'customers', bucket: 2, key: [1], hash: 'strcrc32',
  format: [{ name: 'id', type: 'unsigned' }, { name: 'bucket_id', type: 'unsigned' }, { name: 'name', type: 'string' }, { name: 'age', type: 'number' }, { name: 'more', type: 'map' }],
  indexes: [
    { id: 0, name: 'pk', unique: true, type: 'TREE', parts: [{ field: 1, type: 'unsigned' }] },
    { id: 2, name: 'age_name', unique: false, type: 'TREE', parts: [{ field: 4, type: 'number' }, { field: 3, type: 'string' }] },
    { id: 3, name: 'hashed', unique: true, type: 'HASH', parts: [{ field: 3, type: 'string' }] },
  ],
};
const wide: Space = { ...space, key: [3], indexes: [{ ...space.indexes[0]!, parts: [{ field: 1, type: 'unsigned' }, { field: 3, type: 'string' }] }] };
const count = 1000;

describe('the bucket of', () => {
  it('a row: of its sharding key, or the one that it says', () => {
    expect(bucketOfTuple(space, encode([7, null, 'x']), count)).toBe(bucketOf([7], count));
    expect(bucketOfTuple(wide, encode([7, null, 'x', 5]), count)).toBe(bucketOf(['x'], count));
    expect(bucketOfTuple(space, encode([7, 55, 'x']), count)).toBe(55);
  });

  it('an object, and a key', () => {
    expect(bucketOfObject(space, encode({ name: 'x', id: 7 }), count)).toBe(bucketOf([7], count));
    expect(bucketOfObject(space, encode({ id: 7, bucket_id: 9 }), count)).toBe(9);
    expect(bucketOfKey(space, encode(7), count)).toBe(bucketOf([7], count));
    expect(bucketOfKey(wide, encode([7, 'x']), count)).toBe(bucketOf(['x'], count));
  });

  it.each([
    ['a row that is none', () => bucketOfTuple(space, encode({ id: 1 }), count), /a row is an array/],
    ['a row without its key', () => bucketOfTuple(wide, encode([7]), count), /no field name/],
    ['a row whose key is nil', () => bucketOfTuple(wide, encode([7, null, null]), count), /no field name/],
    ['an object without its key', () => bucketOfObject(space, encode({ name: 'x' }), count), /no field id/],
    ['an object that is none', () => bucketOfObject(space, encode([1]), count), /an object is a map/],
    ['a key that is too short', () => bucketOfKey(wide, encode([7]), count), /has 2 parts, this one has 1/],
    ['a key without the sharding key', () => bucketOfKey({ ...space, key: [3] }, encode(7), count), /say opts.bucket_id/],
  ])('is refused for %s', (_, action, message) => expect(action).toThrow(message));
});

const plan = (conditions: Value | undefined, more: Partial<Wanted> = {}) => planOf(space, { conditions, bucket: undefined, buckets: count, backwards: false, ...more });
const refusal = (conditions: Value): string => {
  try {
    plan(conditions);
  } catch (error) {
    return (error as TarantoolError).message;
  }
  return 'taken';
};

describe('the plan of a select', () => {
  it.each([
    ['nothing', undefined, 0, false], ['a condition on an index', [['>=', 'age_name', [18]]], 2, false], ['on a field that an index begins with', [['>', 'age', 18]], 2, false],
    ['downwards', [['<=', 'age', 18]], 2, true], ['equal', [['==', 'age', 18]], 2, false], ['the first that has an index', [['=', 'name', 'x'], ['<', 'id', 5], ['=', 'age', 5]], 0, true],
    ['a field by number', [['>', 4, 5]], 2, false], ['none that has one', [['=', 'name', 'x']], 0, false],
  ] as const)('%s', (_, conditions, index, reversed) => {
    const made = plan(conditions as Value | undefined);
    expect([made.index.id, made.reversed]).toEqual([index, reversed]);
  });

  it('turns round for the last rows', () => {
    expect(plan(undefined, { backwards: true }).reversed).toBe(true);
    expect(plan([['<', 'age', 5]], { backwards: true }).reversed).toBe(false);
  });

  it('orders by the index, then by the primary key', () => {
    expect(plan([['>', 'age', 5]]).orderBy.map(({ field }) => field)).toEqual([4, 3, 1]);
    expect(plan(undefined).orderBy.map(({ field }) => field)).toEqual([1]);
  });

  it('goes to one bucket where equalities say which', () => {
    expect(plan([['=', 'id', 7]]).bucket).toBe(bucketOf([7], count));
    expect(plan([['=', 'pk', [7]]]).bucket).toBe(bucketOf([7], count));
    expect(plan([['=', 'bucket_id', 12]]).bucket).toBe(12);
    expect(plan([['>=', 'id', 7]]).bucket).toBeUndefined();
    expect(plan(undefined, { bucket: 3 }).bucket).toBe(3);
  });

  it.each([
    [5, /conditions are an array/], [[['~', 'id', 1]], /operator =, >/], [[['toString', 'id', 1]], /operator =, >/], [[['=', 'nothing', 1]], /no field or index "nothing"/], [[['=', 99, 1]], /no field or index 99/],
    [[['=', 'more', 1]], /of type map/], [[['=', 'pk', [1, 2]]], /has 1 parts, the condition gives 2/], [[['=', true, 1]], /names a field/], [[5], /a condition is/], [Array.from({ length: 65 }, () => ['=', 'id', 1]), /at most 64/],
  ] as [Value, RegExp][])('refuses %j', (conditions, message) => expect(refusal(conditions)).toMatch(message));

  it('refuses what has no order', () => expect(() => planOf({ ...space, indexes: [{ ...space.indexes[0]!, type: 'HASH' }] }, { conditions: undefined, bucket: undefined, buckets: 1, backwards: false })).toThrow(/of type TREE/));
});

describe('the order of values', () => {
  it('is that of an index of type scalar', () => {
    const inOrder: Value[] = [
      null, false, true, -(2n ** 63n), -5, Decimal.from('-0.5'), 0, Decimal.from('0.1'), 0.25, new Double(1), 2, 2 ** 53, 2n ** 53n + 1n, Decimal.from('9007199254740993.5'), 2n ** 64n - 1n, 1e30, Infinity,
      '', 'A', 'a', 'ab', 'b', 'é', '\uffff', '😀', Buffer.from([0]), Buffer.from([1, 2]), Uuid.from('00000000-0000-0000-0000-000000000001'), Uuid.from('10000000-0000-0000-0000-000000000000'),
    ];
    for (let left = 0; left < inOrder.length; left++) for (let right = 0; right < inOrder.length; right++) expect([left, right, Math.sign(compareValues(inOrder[left]!, inOrder[right]!))]).toEqual([left, right, Math.sign(left - right)]);
  });

  it('heeds collations, and later parts where earlier ones are equal', () => {
    expect(compareValues('ABC', 'abc', 'unicode_ci')).toBe(0);
    expect(compareValues('ABC', 'abd', 'unicode_ci')).toBeLessThan(0);
    expect(comparing([undefined, undefined])([1, 'b'], [1, 'a'])).toBe(1);
    expect(comparing([undefined])([1, 'b'], [1, 'a'])).toBe(0);
  });
});

const stamp = { count: 0, sum: 0 };
const piece = (rows: readonly Value[][], more = false): Piece => ({ rows: rows.map((row) => encode(row)), more, stamp });

describe('merging', () => {
  it('gives what sorting all rows gives, whatever the pieces are', () => {
    const row = fc.tuple(fc.nat(50), fc.nat(5));
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: ([id]) => id, maxLength: 40 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 7 }), fc.boolean(), (rows, shards, size, reversed) => {
        const order = (left: Value[], right: Value[]) => ((left[1] as number) - (right[1] as number) || (left[0] as number) - (right[0] as number)) * (reversed ? -1 : 1);
        const names = Array.from({ length: shards }, (_, at) => String(at));
        const left = new Map(names.map((name) => [name, rows.filter(([id]) => String(id % shards) === name).toSorted(order)]));
        const merge = new Merge([{ field: 2, type: 'unsigned' }, { field: 1, type: 'unsigned' }], reversed);
        const out: Value[] = [];
        for (let wants = merge.wants(names); wants.length > 0; wants = merge.wants(names)) {
          for (const name of wants) {
            const next = left.get(name)!.splice(0, size);
            merge.give(name, piece(next, left.get(name)!.length > 0));
          }
          for (let next = merge.next(); next; next = merge.next()) out.push(decode(next));
        }
        expect(out).toEqual(rows.toSorted(order));
      }),
    );
  });
});

describe('stamps', () => {
  const of = (buckets: readonly number[]) => ({ count: buckets.length, sum: buckets.reduce((sum, bucket) => sum + bucketHash(bucket), 0) });

  it('fit together only where each bucket is once', () => {
    const all = stampOfAll(9);
    expect(coversAll([of([1, 2, 3, 9]), of([4, 5, 6]), of([7, 8])], all)).toBe(true);
    expect(coversAll([of([1, 2, 3]), of([4, 5, 6]), of([7, 8])], all)).toBe(false);
    // As many, with equal sums and equal sums of squares.
    expect(coversAll([of([1, 5, 6, 1, 5, 6]), of([4, 8, 9])], all)).toBe(false);
    // Either half alone would be content.
    expect(coversAll([{ count: 8, sum: all.sum }], all)).toBe(false);
    expect(coversAll([of([1, 2, 3, 4, 5, 6, 7, 8, 9]), readStamp(undefined)], all)).toBe(false);
    expect(coversAll([{ count: -1, sum: 0 }, of([1, 2, 3, 4, 5, 6, 7, 8, 9]), of([1])], all)).toBe(false);
  });
});

describe('rows', () => {
  it('are cut to the fields that were named, in that order', () => {
    expect(decode(Buffer.from(cut([encode([1, 2, 'x']), encode([3])], [3, 1]).bytes))).toEqual([['x', 1], [null, 3]]);
    expect(cut([encode([1])], undefined)).toEqual(new Raw(encode([[1]])));
  });

  it('to go on after are as whole as the order needs them', () => {
    const { orderBy } = plan([['>', 'age', 1]]);
    expect(readAfter(space, { after: [7, 1, 'x', 30], fields: undefined, orderBy })).toEqual([7, 1, 'x', 30, null]);
    expect(readAfter(space, { after: [30, 'x', 7], fields: [4, 3, 1], orderBy })).toEqual([7, null, 'x', 30, null]);
    expect(() => readAfter(space, { after: [30, 7], fields: [4, 1], orderBy })).toThrow(/lacks the field name.*name it in fields/);
    expect(() => readAfter(space, { after: [7], fields: undefined, orderBy })).toThrow(/lacks the field age/);
    expect(() => readAfter(space, { after: 7, fields: undefined, orderBy })).toThrow(/after is a row/);
  });
});
