import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BucketHash } from '~/core/buckets/hash.ts';
import { luaNumber } from '~/core/buckets/lua-text.ts';
import { Decimal, Double, encode, Raw, Uuid, type Connection, type Writable } from '~/iproto/index.ts';
import { seeded, type Random } from '../simulation/apply/random.ts';
import { Tarantool } from './iproto-tarantool.ts';

/** The buckets of keys that come over the wire, against what vshard's two hash functions say of them in a real Tarantool. */

const tarantool = new Tarantool();
let connection: Connection;
beforeAll(async () => {
  await tarantool.start();
  connection = await tarantool.open({ credentials: { user: 'app', password: 'secret' } });
  // As vshard/hash.lua has them.
  await connection.eval(`
    local digest, encode = require('digest'), require('msgpackffi').encode
    local function part(value) return type(value) == 'string' and value or encode(value) end
    local function hashed(key, text_of)
      if type(key) ~= 'table' then return digest.crc32(text_of(key)) end
      local crc = digest.crc32.new()
      for _, value in ipairs(key) do crc:update(text_of(value)) end
      return crc:result()
    end
    function buckets_of(keys, count)
      local found = {}
      for at, key in ipairs(keys) do found[at] = {hashed(key, tostring) % count + 1, hashed(key, part) % count + 1} end
      return found
    end
    function texts_of(values)
      local texts = {}
      for at, value in ipairs(values) do texts[at] = tostring(value) end
      return texts
    end`);
});
afterAll(async () => {
  connection?.close();
  await tarantool.remove();
});

const bytesOf = (text: string) => Buffer.from(text, 'hex');
const whole = (random: Random, digits: number) => BigInt(Array.from({ length: digits }, () => Math.floor(random.between(0, 10))).join(''));

function randomText(random: Random): string {
  return Array.from({ length: Math.floor(random.between(0, 40)) }, () => random.pick(['a', 'Z', '0', ' ', 'é', 'ж', '漢', '🙂', '\u0000'])).join('');
}

function randomDouble(random: Random): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, Math.floor(random.between(0, 2 ** 32)));
  view.setUint32(4, Math.floor(random.between(0, 2 ** 32)));
  const value = view.getFloat64(0);
  return Number.isNaN(value) ? 0.5 : value;
}

/** Whole numbers of 64 bits and more are left to the processor by LuaJIT, so they are refused here. */
const hashable = (value: number) => !Number.isInteger(value) || (value > -(2 ** 63) && value < 2 ** 64) || Math.abs(value) >= 1e64;

function randomPart(random: Random): Writable {
  switch (Math.floor(random.between(0, 12))) {
    case 0: return randomText(random);
    case 1: return Math.floor(random.between(-300, 70_000));
    case 2: return BigInt.asIntN(64, whole(random, Math.floor(random.between(1, 19))) * random.pick([1n, -1n]));
    case 3: return BigInt.asUintN(64, whole(random, 20));
    case 4: return random.pick([true, false]);
    case 5: return new Double(Math.floor(random.between(-1e6, 1e6)));
    case 6: return new Double(Math.floor(random.between(-9e18, 1.8e19)));
    case 7: return random.between(-1, 1) * 10 ** Math.floor(random.between(-20, 18));
    case 8: {
      const value = randomDouble(random);
      return hashable(value) ? value : 0.25;
    }
    case 9: return Decimal.from(`${random.pick(['', '-'])}${whole(random, Math.floor(random.between(1, 20)))}.${whole(random, Math.floor(random.between(1, 15)))}`);
    // Tarantool takes no other variant.
    case 10: return Uuid.ofBytes(Buffer.from(Array.from({ length: 16 }, (_, at) => (at === 8 ? Math.floor(random.between(0x80, 0xc0)) : Math.floor(random.between(0, 256))))));
    // A float, an integer that is longer than it has to be, a binary: what other connectors send.
    default: return new Raw(bytesOf(random.pick(['ca3dcccccd', 'ca40a00000', 'cd0005', 'd30000000000000005', 'd300005af3107a4001', 'd1ff80', 'c403010203', 'c4020061', 'ca7f7fffff', 'c70201001c'])));
  }
}

describe('buckets', () => {
  test.each([1, 2, 3, 4])('of 3000 random keys are those of Tarantool, seed %i', async (seed) => {
    const random = seeded(seed);
    const floats = bytesOf('ca7f7fffff');
    const keys = Array.from({ length: 3000 }, (): Writable => (random.chance(0.6) ? randomPart(random) : Array.from({ length: Math.floor(random.between(0, 20)) }, () => (random.chance(0.05) ? null : randomPart(random)))));
    const encoded = keys.map((key) => encode(key)).filter((bytes) => !bytes.includes(floats));
    const count = random.pick([1, 7, 3000, 30_000, 100_000]);
    const [found] = (await connection.call('buckets_of', [encoded.map((bytes) => new Raw(bytes)), count])) as [[number, number][]];
    const [text, msgpack] = [new BucketHash({ hash: 'strcrc32', buckets: count }), new BucketHash({ hash: 'mpcrc32', buckets: count })];
    const differing = encoded.flatMap((bytes, index) => {
      const mine = [text.ofKey(bytes), msgpack.ofKey(bytes)];
      return mine[0] === found[index]![0] && mine[1] === found[index]![1] ? [] : [{ key: bytes.toString('hex'), mine, theirs: found[index] }];
    });
    expect(encoded.length).toBeGreaterThan(2500);
    expect(differing.slice(0, 5)).toEqual([]);
  });

  test('doubles are printed as Lua prints them, also where they end in half a digit', async () => {
    const random = seeded(9);
    const halves = Array.from({ length: 2000 }, () => (Math.floor(random.between(1e13, 1e14)) + 0.5) * random.pick([1, -1]) * random.pick([1, 10, 100]));
    const values = [...halves, ...Array.from({ length: 4000 }, () => randomDouble(random)), ...Array.from({ length: 2000 }, () => random.between(-1, 1) * 10 ** Math.floor(random.between(-9, 18)))];
    const [texts] = (await connection.call('texts_of', [values.map((value) => (Number.isInteger(value) ? new Double(value) : value))])) as [string[]];
    expect(values.flatMap((value, index) => (luaNumber(value) === texts[index] ? [] : [[value, luaNumber(value), texts[index]]])).slice(0, 5)).toEqual([]);
  });
});
