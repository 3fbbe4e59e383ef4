import { describe, expect, it } from 'vitest';
import { encode, ProtocolError, Reader } from '~/iproto/index.ts';
import { bucketOf, bucketOfBytes } from '~/router/hash.ts';

/**
 * Keys as msgpack, and what vshard's two functions made of them in Tarantool 2.6.0, before the remainder: integers around
 * the sizes at which they become cdata, doubles, whole doubles, float32, booleans, nil, text that is no UTF-8, arrays, a uuid.
 */
const vectors: readonly (readonly [hex: string, strcrc32: number, mpcrc32: number])[] = [
  ['01', 1862952476, 1609117613],
  ['7f', 673072978, 2181678215],
  ['ccff', 1499872915, 1957250533],
  ['cd0fa0', 330366417, 2502237413],
  ['ce05f5e100', 154561134, 2665465826],
  ['cf00005af3107a3fff', 2341768382, 2130186145],
  ['cf00005af3107a4000', 3638278520, 2342879882],
  ['cf0020000000000000', 1324482608, 1912083466],
  ['cfffffffffffffffff', 2376174300, 2297196282],
  ['ff', 1939970958, 16777215],
  ['d0df', 705408879, 3092224222],
  ['d3ffffa50cef85c001', 2850467804, 1533793940],
  ['d3ffffa50cef85c000', 721228746, 2835371415],
  ['d38000000000000000', 3294522140, 1796580008],
  ['cb3ff8000000000000', 629040192, 3280778673],
  ['cb4014000000000000', 2828071171, 2557720754],
  ['cb42d6bcc41e900000', 1532801853, 2342879882],
  ['cb4341c37937e08000', 3127362506, 2064842938],
  ['cb3eb0c6f7a0b5ed8d', 2020912554, 2184619086],
  ['cb3fb999999999999a', 1202020641, 3679857129],
  ['cb7fefffffffffffff', 3775980489, 4269391883],
  ['cb0000000000000001', 3988556940, 1611126407],
  ['ca3fc00000', 629040192, 3280778673],
  ['cb8000000000000000', 2177505421, 2911022254],
  ['cb7ff0000000000000', 394938613, 2543944656],
  ['c3', 4143415682, 2103409054],
  ['c2', 4176661629, 2402613917],
  ['a0', 4294967295, 4294967295],
  ['a161', 1043315919, 1043315919],
  ['d9020a0b', 759615552, 759615552],
  ['a4f09f9880', 471803019, 471803019],
  ['a2c328', 2496252504, 2496252504],
  ['9101', 1862952476, 1609117613],
  ['9201a162', 3717194060, 2646733775],
  ['9301a162c3', 531233732, 1306398243],
  ['93a161c0a162', 2640226071, 2563926622],
  ['d80264d22e4dac924a23899ae59f34af5479', 3873243056, 130272578],
];
/** More than any hash, so that the whole of it is compared. */
const all = 2 ** 32;

describe('buckets of keys', () => {
  it.each(vectors)('%s is where vshard puts it', (hex, strcrc32, mpcrc32) => {
    const key = Buffer.from(hex, 'hex');
    expect([bucketOfBytes(key, all, 'strcrc32'), bucketOfBytes(key, all, 'mpcrc32')]).toEqual([strcrc32 + 1, mpcrc32 + 1]);
  });

  it('are from 1 to the number of buckets, and all are used', () => {
    const seen = new Set<number>();
    for (let key = 0; key < 2_000; key++) seen.add(bucketOf(`key ${key}`, 30));
    expect([Math.min(...seen), Math.max(...seen), seen.size]).toEqual([1, 30, 30]);
  });

  it('are refused for what has no hash', () => {
    for (const key of [[[1]], new Map([[1, 2]]), [new Map()]]) {
      expect(() => bucketOf(new Reader(encode(key)).read(), 10)).toThrow(ProtocolError);
      expect(() => bucketOf(new Reader(encode(key)).read(), 10, 'mpcrc32')).toThrow(ProtocolError);
    }
  });
});
