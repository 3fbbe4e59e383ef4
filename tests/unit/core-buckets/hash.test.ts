import { describe, expect, test } from 'vitest';
import { BucketHash, UnhashableKey } from '~/core/buckets/hash.ts';
import { crcBegin, crcOfBytes, crcOfText } from '~/core/buckets/crc32c.ts';
import { luaDecimal, luaNumber } from '~/core/buckets/lua-text.ts';
import { Decimal, Double, encode, Uuid, type Writable } from '~/iproto/index.ts';

const all = 2 ** 32;
/** The checksum itself: a bucket of so many that none of it is lost. */
const str = (key: Writable) => new BucketHash({ hash: 'strcrc32', buckets: all }).ofKey(encode(key)) - 1;
const mp = (key: Writable) => new BucketHash({ hash: 'mpcrc32', buckets: all }).ofKey(encode(key)) - 1;
const crc = (bytes: string | Uint8Array) => crcOfBytes(crcBegin, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, { start: 0, end: Buffer.byteLength(bytes as string) }) >>> 0;
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Told by `digest.crc32` of Tarantool 2.6.0. */
describe('the checksum', () => {
  test('is that of Tarantool', () => {
    expect(crc('')).toBe(4_294_967_295);
    expect(crc('abc')).toBe(3_384_066_120);
    expect(crc('123456789')).toBe(486_108_540);
  });

  test('of a text is that of its bytes', () => {
    for (const text of ['', 'abc', 'ключ', 'ключ-1', 'naïve', '漢字', '🙂', 'a🙂b漢é', '\ud800', 'x\udc00y', '\u0000\u007f\u0080\u07ff\u0800\uffff', '\u{10ffff}']) {
      expect(crcOfText(crcBegin, text) >>> 0, text).toBe(crc(text));
    }
  });
});

describe('strcrc32', () => {
  test.each<[Writable, string]>([
    ['abc', 'abc'], ['', ''], ['ключ', 'ключ'], ['x'.repeat(100_000), 'x'.repeat(100_000)], [Buffer.from([1, 2, 255]), '\u0001\u0002'],
    [0, '0'], [1, '1'], [127, '127'], [128, '128'], [255, '255'], [65_536, '65536'], [4_294_967_295, '4294967295'], [4_294_967_296, '4294967296'],
    [-1, '-1'], [-32, '-32'], [-33, '-33'], [-128, '-128'], [-129, '-129'], [-32_769, '-32769'], [-2_147_483_649, '-2147483649'],
    [99_999_999_999_999, '99999999999999'], [100_000_000_000_000, '100000000000000ULL'], [-99_999_999_999_999, '-99999999999999'], [-100_000_000_000_000, '-100000000000000LL'],
    [18_446_744_073_709_551_615n, '18446744073709551615ULL'], [-9_223_372_036_854_775_808n, '-9223372036854775808LL'], [Number.MAX_SAFE_INTEGER, '9007199254740991ULL'],
    [1.5, '1.5'], [new Double(7), '7'], [new Double(1e14), '1e+14'], [-0, '-0'], [Infinity, 'inf'], [true, 'true'], [false, 'false'],
    [Decimal.from('1.50'), '1.50'], [Uuid.from('01020304-0506-0708-090A-0b0c0d0e0f10'), '01020304-0506-0708-090a-0b0c0d0e0f10'],
    [['abc'], 'abc'], [['ab', 'c'], 'abc'], [[1, 'a', true], '1atrue'], [[], ''], [[null, 1], 'cdata<void *>: NULL1'],
    [Array.from({ length: 20 }, (_, index) => index), '012345678910111213141516171819'],
  ])('of %o is the checksum of %s', (key, text) => expect(str(key)).toBe(key instanceof Uint8Array ? crc(key) : crc(text)));

  test('of a float is that of its nearest double, and of a signed integer that of its value', () => {
    const hash = new BucketHash({ hash: 'strcrc32', buckets: all });
    expect(hash.ofKey(hex('ca 3dcccccd')) - 1).toBe(crc('0.10000000149012'));
    expect(hash.ofKey(hex('d3 0000000000000001')) - 1).toBe(crc('1'));
    expect(hash.ofKey(hex('d3 00005af3107a4000')) - 1).toBe(crc('100000000000000LL'));
  });
});

describe('mpcrc32', () => {
  test('of a string is that of its bytes alone', () => {
    expect(mp('abc')).toBe(crc('abc'));
    expect(mp(['ab', 'c'])).toBe(crc('abc'));
    expect(mp(Buffer.from('abc'))).toBe(crc('abc'));
  });

  test.each<[string, string]>([
    ['05', '05'], ['cc05', '05'], ['cd0005', '05'], ['ce00000005', '05'], ['cf0000000000000005', '05'], ['d005', '05'], ['d30000000000000005', '05'], ['cb4014000000000000', '05'], ['ca40a00000', '05'],
    ['cc80', 'cc80'], ['cdffff', 'cdffff'], ['ceffffffff', 'ceffffffff'], ['cf0000000100000000', 'cf0000000100000000'], ['cf00005af3107a4000', 'cf00005af3107a4000'],
    ['d300005af3107a4000', 'cf00005af3107a4000'], ['d3ffffffffffffffff', 'ff'], ['d3ffffa50cef85c000', 'd3ffffa50cef85c000'], ['e0', 'e0'], ['d1ffdf', 'd0df'], ['d2ffffff7f', 'd1ff7f'], ['d3ffffffffffff7fff', 'd2ffff7fff'], ['d3ffffffff7fffffff', 'd3ffffffff7fffffff'],
    ['cfffffffffffffffff', 'cfffffffffffffffff'], ['cb8000000000000000', '00'], ['cb42d6bcc41e900000', 'cf00005af3107a4000'], ['cb43e0000000000000', 'cf8000000000000000'], ['cb43efffffffffffff', 'cffffffffffffff800'], ['cbc3e0000000000000', 'd38000000000000000'],
    ['ca3dcccccd', 'cb3fb99999a0000000'], ['cb3ff8000000000000', 'cb3ff8000000000000'], ['cb7ff0000000000000', 'cb7ff0000000000000'], ['c3', 'c3'], ['c2', 'c2'],
    ['d501001c', 'd501001c'], ['c70201001c', 'd501001c'], ['c7030102150c', 'c7030102150c'], ['d8020102030405060708090a0b0c0d0e0f10', 'd8020102030405060708090a0b0c0d0e0f10'], ['c710020102030405060708090a0b0c0d0e0f10', 'd8020102030405060708090a0b0c0d0e0f10'],
    ['92 01 a161', '01 61'], ['dc0002 cc01 d90161', '01 61'], ['dd00000002 c0 c3', 'c0 c3'], ['90', ''],
  ])('of msgpack %s is the checksum of %s', (given, written) => expect(new BucketHash({ hash: 'mpcrc32', buckets: all }).ofKey(hex(given)) - 1).toBe(crc(hex(written))));
});

describe('a bucket', () => {
  const hash = new BucketHash({ hash: 'strcrc32', buckets: 3000 });

  test('is one of 1 to the number of buckets', () => {
    expect(hash.ofKey(encode('abc'))).toBe((3_384_066_120 % 3000) + 1);
    const found = new Set(Array.from({ length: 60_000 }, (_, key) => hash.ofKey(encode(key))));
    expect([Math.min(...found), Math.max(...found), found.size]).toEqual([1, 3000, 3000]);
    expect(new BucketHash({ hash: 'strcrc32', buckets: 1 }).ofKey(encode('abc'))).toBe(1);
  });

  test('is the same by key, by parts wherever they stand, and by text', () => {
    const tuple = encode([7, 'skipped', 'abc', 9.5]);
    expect(hash.ofParts(tuple, [10, 1])).toBe(hash.ofKey(encode(['abc', 7])));
    expect(hash.ofKey(Buffer.concat([Buffer.from('xx'), encode('abc')]), 2)).toBe(hash.ofKey(encode('abc')));
    expect(hash.ofText('ключ')).toBe(hash.ofKey(encode('ключ')));
  });

  test.each<[string, Buffer]>([
    ['nil is no key', encode(null)],
    ['a table', encode({ a: 1 })],
    ['a table', encode([[1]])],
    ['a table', encode([new Map([[1, 2]])])],
    ['an extension', hex('d47f01')],
    ['an extension', hex('c8000101 00')],
    ['an extension', hex('d5010211')],
    ['no msgpack', hex('c1')],
    ['not a number', encode(NaN)],
    ['beyond 64 bits', hex('cb 43f0000000000000')],
    ['ends before', hex('a3 6162')],
    ['ends before', hex('92 01')],
    ['ends before', hex('cd 01')],
    ['ends before', hex('cb 00')],
    ['ends before', hex('d8 02 00')],
    ['ends before', hex('dd ffffffff')],
    ['ends before', Buffer.alloc(0)],
  ])('there is none: %s', (words, key) => {
    for (const name of ['strcrc32', 'mpcrc32'] as const) {
      const one = new BucketHash({ hash: name, buckets: 3000 });
      if (name === 'strcrc32' && words === 'beyond 64 bits') continue;
      expect(() => one.ofKey(key)).toThrow(UnhashableKey);
      expect(() => one.ofKey(key)).toThrow(words);
      // What failed leaves nothing behind.
      expect(one.ofKey(encode('abc'))).toBe((3_384_066_120 % 3000) + 1);
    }
  });
});

/** Told by `tostring` of Tarantool 2.6.0. */
describe('what Lua prints', () => {
  test.each<[number, string]>([
    [12_345_678_901_234.5, '12345678901235'], [100_000_000_000_005, '1.0000000000001e+14'], [1e14, '1e+14'], [1e15, '1e+15'], [0.1, '0.1'], [1 / 3, '0.33333333333333'], [1e-5, '1e-05'], [123_456.789, '123456.789'],
    [1e100, '1e+100'], [5e-324, '4.9406564584125e-324'], [Number.MAX_VALUE, '1.7976931348623e+308'], [99_999_999_999_999.5, '1e+14'], [-0.5, '-0.5'], [0.000_012_34, '1.234e-05'], [1e21, '1e+21'], [2 ** 53, '9.007199254741e+15'],
    [12_345_678_901_235.5, '12345678901236'], [100_000_000_000_015, '1.0000000000002e+14'], [0.0001, '0.0001'], [-100, '-100'], [2 ** 64, '1.844674407371e+19'], [NaN, 'nan'], [-Infinity, '-inf'],
  ])('of %d: %s', (value, text) => expect(luaNumber(value)).toBe(text));

  test.each([
    ['001c', '1'], ['02150c', '1.50'], ['01015d', '-1.5'], ['000c', '0'], ['000d', '-0'], ['f61c', '10000000000'], ['071c', '0.0000001'], ['d0db1c', `1${'0'.repeat(37)}`], ['ff010c', '100'], ['261c', `0.${'0'.repeat(37)}1`], ['020d', '-0.00'],
    ['08012345678901234567890123456789012345678c', '123456789012345678901234567890.12345678'],
  ])('of decimal %s: %s', (payload, text) => expect(luaDecimal(hex(payload))).toBe(text));

  test.each(['', '00', '0011', '00ac', 'cd8000001c', '271c', `00${'11'.repeat(30)}1c`])('%s is no decimal', (payload) => expect(luaDecimal(hex(payload))).toBeNull());
});
