import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoterieError } from '~/contract/errors.ts';
import { kindText, parseExact, valueText } from '~/contract/data-value.ts';
import type { DataPage, DataSpace } from '~/contract/shapes/data.ts';
import { dataError } from '~/agent/data-calls.ts';
import { comparing, Decimal, decode, Double, encode, Ext, RawString, Uuid, type Value } from '~/iproto/index.ts';
import { cursorOf, placeOf, questionOf } from '~/server/data/cursor.ts';
import { bucketOf, keyValues, operationValues, packed, rowValues, unpacked } from '~/server/data/encode.ts';
import { exported } from '~/server/data/export.ts';
import { merged, placesIn, type Part } from '~/server/data/merge.ts';
import { together } from '~/server/data/spaces.ts';
import { fromShown, toShown } from '~/server/data/values.ts';

const any = { type: 'any', field: 'f' };
const codeOf = (call: () => unknown): string => {
  try {
    call();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof CoterieError ? `${error.code}: ${error.message}` : String(error);
  }
};

const space: DataSpace = {
  id: 512, name: 'accounts', engine: 'memtx', system: false, temporary: false, localOnly: false, rows: 2,
  columns: ['id unsigned', 'bucket_id unsigned', 'name string', 'sum decimal', 'who uuid', 'raw varbinary', 'rate double'].map((text) => ({ name: text.split(' ')[0]!, type: text.split(' ')[1]!, nullable: false })),
  indexes: [{ id: 0, name: 'pk', type: 'TREE', unique: true, ordered: true, parts: [{ field: 1, type: 'unsigned', path: null, collation: null, nullable: false }, { field: 4, type: 'decimal', path: null, collation: null, nullable: false }] }],
  sharding: { field: 2, key: [1], hash: null, count: 3000 },
};

describe('values', () => {
  const bytes = (value: Value) => encode(value).toString('hex');
  const leaf: fc.Arbitrary<Value> = fc.oneof(
    fc.constant(null), fc.boolean(), fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map((n) => (n <= 9007199254740991n && n >= -9007199254740991n ? Number(n) : n)),
    fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b)), fc.uuid().map((text) => Uuid.from(text)), fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 })).map(([n, scale]) => Decimal.of(n < 0n, String(n < 0n ? -n : n), scale)!),
    fc.tuple(fc.integer({ min: 5, max: 100 }), fc.uint8Array({ minLength: 1, maxLength: 12 })).map(([type, b]) => new Ext(type, Buffer.from(b))), fc.constant(new RawString(Buffer.from([0xff, 0x41]))),
  );
  const { value } = fc.letrec<{ value: Value }>((tie) => ({ value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.array(tie('value'), { maxLength: 4 }), fc.array(fc.tuple(fc.oneof(fc.string(), fc.integer()), tie('value')), { maxLength: 4 }).map((pairs) => new Map<Value, Value>(pairs))) }));

  it('come back as they were, through JSON, in every type', () => {
    fc.assert(fc.property(value, (one) => bytes(fromShown(JSON.parse(JSON.stringify(toShown(one))), any)) === bytes(whole(one))), { numRuns: 2000 });
  });

  /** What MessagePack makes of a JavaScript number that has no fraction is an integer, as it is here. */
  const whole = (one: Value): Value => decode(encode(one)) as Value;

  it('are shown so that nothing is rounded', () => {
    expect([2n ** 64n - 1n, -(2n ** 63n), new Double(5), Number.NaN, Buffer.from([0, 255]), new RawString(Buffer.from([255])), new Ext(9, Buffer.from([1])), new Map<Value, Value>([[1, 'a']]), new Map<Value, Value>([['$x', 1]])].map(toShown)).toEqual([
      { $int: '18446744073709551615' }, { $int: '-9223372036854775808' }, 5, { $double: 'NaN' }, { $hex: '00ff' }, { $text: 'ff' }, { $ext: 9, hex: '01' }, { $map: [[1, 'a']] }, { $map: [['$x', 1]] },
    ]);
    expect(toShown(new Map<Value, Value>([['b', 1], ['0', 2]]))).toEqual({ $map: [['b', 1], ['0', 2]] });
    expect(toShown(new Map<Value, Value>([['0', 2], ['b', 1]]))).toEqual({ 0: 2, b: 1 });
    const time = Buffer.alloc(8);
    time.writeBigInt64LE(1_700_000_000n);
    expect(toShown(new Ext(4, time))).toEqual({ $ext: 4, hex: time.toString('hex'), text: '2023-11-14T22:13:20.000Z' });
  });

  it('are one line for people', () => {
    expect([null, 'a', 1.5, true, { $int: '9' }, { $decimal: '1.50' }, { $hex: 'ca' }, [1, 'a', { $uuid: 'u' }], { a: [null] }, { $map: [[1, 'x']] }, { $ext: 4, hex: '00', text: 'now' }, { $ext: 9, hex: '01' }].map(valueText)).toEqual([
      'null', 'a', '1.5', 'true', '9', '1.50', '0xca', '[1, "a", u]', '{"a": [null]}', '{1: "x"}', 'now', 'ext 9 0x01',
    ]);
    expect([null, 'a', 1, 1.5, [], {}, { $hex: '' }].map(kindText)).toEqual(['null', 'string', 'integer', 'double', 'array', 'map', 'bytes']);
  });

  it('keep the digits that a person wrote', () => {
    expect(parseExact('[18446744073709551615, -9223372036854775808, 0.12345678901234567, 1e400, 5, "12345678901234567890"]')).toEqual([{ $int: '18446744073709551615' }, { $int: '-9223372036854775808' }, { $decimal: '0.12345678901234567' }, Infinity, 5, '12345678901234567890']);
    expect(parseExact('{"a\\"1": 99999999999999999}')).toEqual({ 'a"1': { $int: '99999999999999999' } });
  });

  it('are read by the type of their field, and refused by its name', () => {
    expect(fromShown('1.50', { type: 'decimal', field: 'f' })).toEqual(Decimal.from('1.50'));
    expect(fromShown('0xCAFE', { type: 'varbinary', field: 'f' })).toEqual(Buffer.from([0xca, 0xfe]));
    expect(fromShown(5, { type: 'double', field: 'f' })).toEqual(new Double(5));
    expect(fromShown('1.50', any)).toBe('1.50');
    expect(codeOf(() => fromShown('x', { type: 'uuid', field: 'who' }))).toBe('BAD_INPUT: who: not a uuid: x.');
    expect(codeOf(() => fromShown({ $int: '18446744073709551616' }, any))).toMatch(/^BAD_INPUT: f: an integer has 64 bits/);
    expect(codeOf(() => fromShown({ $hex: 'abc' }, any))).toMatch(/two digits each/);
  });
});

describe('what a person wrote', () => {
  it('is a row by names or in order', () => {
    expect(rowValues(space, '{"id": 1, "sum": "2.5"}')).toEqual([1, null, null, Decimal.from('2.5')]);
    expect(rowValues(space, '[1, 2, "x"]')).toEqual([1, 2, 'x']);
    expect(codeOf(() => rowValues(space, '{"idd": 1}'))).toMatch(/^BAD_INPUT: accounts has no field idd\./);
    expect(codeOf(() => rowValues(space, '5'))).toMatch(/a list of values, or an object/);
  });

  it('is a key of as many parts as there are', () => {
    expect(keyValues(space, space.indexes[0]!, '[1, "2"]', { whole: true })).toEqual([1, Decimal.from('2')]);
    expect(keyValues(space, space.indexes[0]!, '1', { whole: false })).toEqual([1]);
    expect(codeOf(() => keyValues(space, space.indexes[0]!, '1', { whole: true }))).toBe('BAD_INPUT: The key of index pk of accounts has 2 parts (id unsigned, sum decimal), not 1.');
    expect(codeOf(() => keyValues(space, space.indexes[0]!, 'x', { whole: true }))).toMatch(/^BAD_INPUT: The key is not JSON/);
  });

  it('is operations on fields by their names', () => {
    expect(operationValues(space, '[["=", "name", "x"], ["+", "sum", 1], ["=", 7, 2], ["#", -1, 1], ["=", "name.a", 5]]')).toEqual([['=', 3, 'x'], ['+', 4, Decimal.from(1)], ['=', 7, new Double(2)], ['#', -1, 1], ['=', 'name.a', 5]]);
    for (const bad of ['[]', '[["=", "name"]]', '[["?", "name", 1]]', '[["=", "nme", 1]]']) expect(codeOf(() => operationValues(space, bad))).toMatch(/^BAD_INPUT/);
  });

  it('has the bucket that routers give it', () => {
    expect(bucketOf([5], space.sharding!, 'strcrc32')).toBe(1172);
    expect(bucketOf([null], space.sharding!, 'strcrc32')).toBe(null);
    expect(unpacked(packed([1, 'a', null]))).toEqual([1, 'a', null]);
  });
});

describe('a cursor', () => {
  it('belongs to its question', () => {
    const place = { place: 'kQE=', storage: 's', offset: 3 };
    const question = questionOf('accounts', 'pk');
    expect(placeOf(cursorOf(place, question), question)).toMatchObject(place);
    expect(codeOf(() => placeOf(cursorOf(place, question), questionOf('accounts', 'name')))).toMatch(/^BAD_INPUT: That cursor belongs to another question/);
    for (const text of ['', 'x', Buffer.from('{}').toString('base64url')]) expect(codeOf(() => placeOf(text, question))).toMatch(/^BAD_INPUT: That is no cursor/);
  });
});

describe('pages of several storages', () => {
  const kept = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 3 })), { maxLength: 25 });

  /** Walks all pages of storages that each give a piece at a time, and end a piece wherever they like. */
  function walked(storages: ReadonlyMap<string, readonly number[][]>, { descending, limit, piece }: { descending: boolean; limit: number; piece: number }): { rows: string[]; pages: number } {
    const before = placesIn(comparing([undefined, undefined]), descending);
    const rows: string[] = [];
    let after: { place: readonly Value[]; storage: string } | null = null;
    for (let pages = 1; pages < 2000; pages += 1) {
      const from: typeof after = after;
      const parts = [...storages].map(([storage, all]): Part<number[]> => {
        const left = all.filter((place) => from === null || before({ place, storage }, from) > 0);
        const given = left.slice(0, piece);
        return { storage, rows: given.map((place) => ({ row: place, place })), end: left.length > piece ? given.at(-1)! : null };
      });
      const page = merged(parts, { collations: [undefined, undefined], descending, limit });
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      rows.push(...page.rows.map(({ row, storage }) => `${row.join('.')} ${storage}`));
      if (page.end === null) return { rows, pages };
      after = page.end;
    }
    throw new Error('it never ends');
  }

  it('are all rows of all, each once and in order, as a dumb sort has them', () => {
    fc.assert(
      fc.property(fc.array(kept, { minLength: 1, maxLength: 4 }), fc.boolean(), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (lists, descending, limit, piece) => {
        const before = placesIn(comparing([undefined, undefined]), descending);
        const storages = new Map(lists.map((list, at) => [`s${at}`, [...new Map(list.map((place) => [place.join('.'), place as number[]])).values()].toSorted((a, b) => before({ place: a, storage: '' }, { place: b, storage: '' }))]));
        const dumb = [...storages].flatMap(([storage, all]) => all.map((place) => ({ place, storage }))).toSorted((a, b) => (descending ? -1 : 1) * (a.place[0]! - b.place[0]! || a.place[1]! - b.place[1]!) || a.storage.localeCompare(b.storage));
        expect(walked(storages, { descending, limit, piece }).rows).toEqual(dumb.map(({ place, storage }) => `${place.join('.')} ${storage}`));
      }),
      { numRuns: 300 },
    );
  });

  it('end where one storage ends its page, and go on from there', () => {
    const part = (storage: string, places: number[], end: number | null): Part<string> => ({ storage, rows: places.map((place) => ({ row: `${storage}${place}`, place: [place] })), end: end === null ? null : [end] });
    const page = merged([part('a', [1, 5], 7), part('b', [2, 8, 9], null)], { collations: [undefined], descending: false, limit: 10 });
    expect(page.rows.map(({ row }) => row)).toEqual(['a1', 'b2', 'a5']);
    expect(page.end).toEqual({ place: [7], storage: 'a' });
    expect(merged([part('a', [], 3), part('b', [1], null)], { collations: [undefined], descending: false, limit: 10 })).toMatchObject({ rows: [{ row: 'b1' }], end: { place: [3], storage: 'a' } });
  });
});

describe('a file', () => {
  const page = { columns: [{ name: 'id', type: 'unsigned', nullable: false }, { name: 'what', type: 'string', nullable: true }], rows: [[1, 'a,"b"'], [{ $int: '18446744073709551615' }, null], [3, '=SUM(A1)'], [4, ''], [5, 'x\ny', { more: 1 }]].map((values) => ({ values, replicaset: null, instance: 'a', bucket: null, etag: '' })) } as unknown as DataPage;
  it('is CSV that a spreadsheet reads and does not run', () => {
    expect(exported(page, 'csv', { head: true })).toBe('id,what\r\n1,"a,""b"""\r\n18446744073709551615,\r\n3,\'=SUM(A1)\r\n4,""\r\n5,"x\ny","{""more"": 1}"\r\n');
    expect(exported(page, 'csv', { head: false })).toMatch(/^1,/);
  });
  it('is JSON, an object a line', () => {
    expect(exported(page, 'json', { head: true }).trim().split('\n').map((line) => JSON.parse(line))[4]).toEqual({ id: 5, what: 'x\ny', 3: { more: 1 } });
  });
});

describe('spaces of several storages', () => {
  it('are one by name, with all their rows, and marked where they differ', () => {
    const other = { ...space, columns: space.columns.slice(1), rows: 3 };
    expect(together([{ space, on: 's2' }, { space: { ...space, rows: null }, on: 's1' }])).toMatchObject([{ name: 'accounts', rows: 2, on: ['s1', 's2'], differs: false }]);
    expect(together([{ space, on: 's1' }, { space: other, on: 's2' }, { space: { ...space, name: 'a' }, on: 's1' }])).toMatchObject([{ name: 'a' }, { name: 'accounts', rows: 5, differs: true }]);
  });
});

describe('what a database refuses', () => {
  it('is the error that it is', () => {
    expect([
      'NO_SPACE there is no space x here', '/tmp/lua/data/scan.lua:5: NO_INDEX space x has no index y', 'WRONG_BUCKET {"bucket":1}: it is not here', 'OUTCOME_UNKNOWN {"known":1}: done here', "Duplicate key exists in unique index 'pk' in space 'x'",
    ].map((text) => ((error) => `${error.code}: ${error.message}`)(dataError(text)))).toEqual([
      'NOT_FOUND: There is no space x here.', 'NOT_FOUND: Space x has no index y.', 'CONFLICT: It is not here.', 'UNAVAILABLE: It was written here, and may not last: done here. Look at the row again.', "REFUSED: Duplicate key exists in unique index 'pk' in space 'x'",
    ]);
  });
});
