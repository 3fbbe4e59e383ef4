import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Storage } from '../support/storages.ts';
import { waitFor } from '../support/wait.ts';

const schema = `
  local any = box.schema.space.create('any_row', {id = 810, format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'value', 'any', is_nullable = true}}})
  any:create_index('id')
  any:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})
  local double = box.schema.space.create('by_double', {id = 811, format = {{'key', 'double'}, {'bucket_id', 'unsigned'}}})
  double:create_index('key')
  double:create_index('by_bucket', {parts = {{2, 'unsigned'}, {1, 'double'}}})
  local disk = box.schema.space.create('on_disk', {id = 812, engine = 'vinyl', format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'value', 'any'}}})
  disk:create_index('id')
  disk:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})
  local path = box.schema.space.create('by_path', {id = 813, format = {{'data', 'map'}, {'bucket_id', 'unsigned'}}})
  path:create_index('name', {parts = {{1, 'string', path = 'name'}}})
  path:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})
  box.schema.space.create('apart', {id = 814}):create_index('id')
  box.schema.space.create('here_only', {id = 815, is_local = true, format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}}}):create_index('id')`;

/** What Lua would say otherwise than it was said: as MessagePack, in hexadecimal. */
const values = {
  'a double that is whole': 'cb4014000000000000',
  'a float': 'ca3fc00000',
  'a float that is whole': 'ca40a00000',
  'an integer in more bytes than it needs': 'd30000000000000005',
  '2^64 - 1': 'cfffffffffffffffff',
  '-2^63': 'd38000000000000000',
  '2^53 + 1': 'cf0020000000000001',
  'not a number': 'cb7ff8000000000000',
  'infinity': 'cb7ff0000000000000',
  '-0.0': 'cb8000000000000000',
  'bytes': 'c403fffe00',
  'text': 'a3c3a961',
  'text that is no UTF-8': 'a2c328',
  'a long text': `d9ff${'61'.repeat(255)}`,
  'text in a longer head': 'da000161',
  'a decimal': 'd6010201234c',
  'a long decimal': 'c70a010a12345678901234567c',
  'a uuid': `d802${'0123456789abcdef'.repeat(2)}`,
  'nil': 'c0',
  'true': 'c3',
  'an empty array': '90',
  'an empty map': '80',
  'a map with a whole double as key': '81cb4014000000000000c3',
  'a map with a key twice': '82a16101a16102',
  'a deep array': `${'91'.repeat(20)}01`,
} as const;

/** How many different counts of holders the rows of two spaces have; a tuple of 2.6 begins with it. Nothing is made a value of Lua. */
const holders = `
  local ffi = require('ffi')
  collectgarbage() collectgarbage()
  local next_row, result = ffi.new('box_tuple_t *[1]'), {}
  for at, name in ipairs({'any_row', '_coterie_buckets'}) do
    local seen, different = {}, 0
    for _, walked in ipairs({'apart', name}) do
      local key = string.char(0x90)
      local start = ffi.cast('const char *', key)
      local iterator = ffi.C.box_index_iterator(box.space[walked].id, 0, box.index.ALL, start, start + 1)
      while ffi.C.box_iterator_next(iterator, next_row) == 0 and next_row[0] ~= nil do
        local count = ffi.cast('const uint16_t *', next_row[0])[0]
        if not seen[count] then seen[count], different = true, different + 1 end
      end
      ffi.C.box_iterator_free(iterator)
    end
    result[at] = different
  end
  return unpack(result)`;

describe('rows that move', () => {
  const [a, b] = [new Storage('a'), new Storage('b')];
  const ids = Object.values(values).map((_value, at) => at + 1);
  /** Puts bytes as they are. */
  const put = `
    local raw, msgpack = require('raw-tuple'), require('msgpack')
    local function unhex(text) return (text:gsub('..', function(two) return string.char(tonumber(two, 16)) end)) end
    local function place(space, id, bucket, hex) space:insert(raw_tuple_of(string.char(0x93) .. msgpack.encode(id) .. msgpack.encode(bucket) .. unhex(hex))) end`.replace('raw_tuple_of', 'raw.of');
  /** How many rows there are, and a digest of the bytes of all. */
  const dump = (storage: Storage, space: string) => storage.master.lua<[number, string]>(`local rows = {} for _, row in box.space.${space}:pairs() do table.insert(rows, require('msgpack').encode(row)) end table.sort(rows) return #rows, require('digest').sha256_hex(table.concat(rows))`);
  const empty = expect.arrayContaining([0]);

  beforeAll(async () => {
    await Promise.all([a.start(1, schema), b.start(1, schema)]);
    await a.bootstrap(100, [[1, 100]]);
    await b.bootstrap(100, []);
    await Promise.all([a.hears([b]), b.hears([a])]);
    for (const [at, hex] of Object.values(values).entries()) {
      await a.master.lua(`${put} place(box.space.any_row, ${at + 1}, ${1 + (at % 20)}, '${hex}') place(box.space.on_disk, ${at + 1}, ${1 + (at % 20)}, '${hex}')`);
    }
    await a.master.lua(`
      local ffi = require('ffi')
      for _, key in ipairs{5, 5.5, 0, 1e300, 2^53} do box.space.by_double:insert{ffi.cast('double', key), 3} end
      for id = 1, 5 do box.space.by_path:insert{{name = 'n' .. id, age = 5}, id} end
      for id = 1, 3000 do box.space.any_row:insert{1000 + id, 20 + id % 3, ('x'):rep(id % 300)} end
      for id = 1, 40 do box.space.any_row:insert{5000 + id, 30, ('y'):rep(100000)} end
      box.space.apart:insert{1} box.space.here_only:insert{1, 1}`);
  });
  afterAll(async () => {
    await Promise.all([a, b].map((storage) => storage.databases.remove()));
  });

  it('are the same, byte for byte, and no copy stays', async () => {
    const spaces = ['any_row', 'by_double', 'on_disk', 'by_path'];
    const before = await Promise.all(spaces.map((space) => dump(a, space)));
    expect(await a.move(b, { ids: ids.concat(Array.from({ length: 40 }, (_, at) => 1 + at)) })).toMatchObject({ blocker: null });
    for (const [at, space] of spaces.entries()) expect(await dump(b, space), space).toEqual(before[at]);
    await a.settled();
    for (const space of spaces) expect(await dump(a, space), space).toEqual(empty);
    expect(before.map(([count]) => count)).toEqual([3040 + ids.length, 5, ids.length, 5]);
  });

  it('come back the same', async () => {
    const before = await dump(b, 'any_row');
    expect(await b.move(a, { count: 100 })).toMatchObject({ blocker: null });
    await b.settled();
    expect(await dump(a, 'any_row')).toEqual(before);
    expect(await dump(b, 'by_double')).toEqual(empty);
  });

  it('are not left to the collector of garbage, whose table stops everything else when it grows', async () => {
    /** What Lua still holds is there. */
    const kept = async (storage: Storage) => (await storage.master.lua<[number]>('local items = 0 for _, class in pairs(box.slab.stats()) do items = items + class.item_count end return items'))[0];
    const thereAndBack = async () => {
      for (const [from, to] of [[a, b], [b, a]] as const) {
        expect(await from.move(to, { count: 100 })).toMatchObject({ moved: 100, blocker: null });
        await from.settled();
      }
    };
    await thereAndBack();
    await Promise.all([a, b].map((storage) => storage.master.lua("collectgarbage() collectgarbage() collectgarbage('stop')")));
    const before = await Promise.all([a, b].map(kept));
    await thereAndBack();
    // A table of 100 buckets is changed 7 times on each way there and back, and 3000 rows are written and deleted.
    for (const [at, storage] of [a, b].entries()) expect(await kept(storage), storage.name).toBeLessThan(before[at]! + 350);
    await Promise.all([a, b].map((storage) => storage.master.lua("collectgarbage('restart')")));
    // Nor was one let go that others hold: each row of a space is held once, as one that never moved is.
    for (const storage of [a, b]) expect(Math.max(...(await storage.master.lua<number[]>(holders))), storage.name).toBe(1);
  });

  it('leave no memory behind that nobody frees', async () => {
    const [grownBytes] = await a.master.lua<[number]>(`
      local repair, ids = require('buckets.repair'), {}
      for id = 1, 100 do ids[id] = id end
      local function pin(times) for i = 1, times do repair.pin{ids = ids, pinned = true} repair.pin{ids = ids, pinned = false} end end
      pin(5) collectgarbage() collectgarbage()
      local before = collectgarbage('count')
      pin(50) collectgarbage() collectgarbage()
      return (collectgarbage('count') - before) * 1024`);
    // 10,000 changes in 100 transactions.
    expect(grownBytes).toBeLessThan(200_000);
  });

  it('are sent and deleted with rests where either side wakes late, the longer the later, up to a limit', async () => {
    const shares = await a.master.lua<number[][]>(`
      local share, pace = 0, require('buckets.pace')
      local function after(count, seconds) for _ = 1, count do share = pace.share(share, 1.5, seconds) end return share end
      return {after(1, 0.0001), after(2, 0.01), after(100, 0.01), after(10, 0.0001), after(100, 0.0001)}, {pace.of('nothing', 3)(1, 5), pace.of('nothing', 3)(0.01, 5)}`);
    expect(shares.map((some) => some.map((share) => Number(share.toFixed(3))))).toEqual([[0, 0.4, 1.5, 1, 0], [0.05, 0.002]]);
    const rested = async () => (await a.stat()).restedSeconds;
    for (const busy of [b, a]) {
      // Something else takes all of its thread but a little.
      await busy.master.lua("local clock, fiber = require('clock'), require('fiber') _G.busy = true fiber.create(function() while _G.busy do local from = clock.monotonic() while clock.monotonic() < from + 0.02 do end fiber.sleep(0.001) end end)");
      const before = await rested();
      expect(await a.move(b, { count: 100 })).toMatchObject({ moved: 100, blocker: null });
      await a.settled();
      const after = await rested();
      expect(after.move, `${busy.name} is busy`).toBeGreaterThan((before.move ?? 0) + 0.05);
      if (busy === a) expect(after.delete).toBeGreaterThan((before.delete ?? 0) + 0.05);
      await busy.master.lua('_G.busy = false');
      expect(await b.move(a, { count: 100 })).toMatchObject({ moved: 100, blocker: null });
      await b.settled();
    }
  });

  it('are not those of spaces without buckets, nor of local ones', async () => {
    expect(await a.master.lua('return box.space.apart:len(), box.space.here_only:len()')).toEqual([1, 1]);
    expect(await b.master.lua('return box.space.apart:len(), box.space.here_only:len()')).toEqual([0, 0]);
  });

  it('left-over rows of a bucket that is received are deleted first', async () => {
    await b.master.lua("box.space.any_row:insert{9001, 1, 'orphan'}");
    expect(await a.move(b, { ids: [1] })).toMatchObject({ moved: 1, blocker: null });
    expect(await b.master.lua('return box.space.any_row:get(9001) == nil')).toEqual([true]);
  });

  it('a space that the other side lacks is named, and nothing moves', async () => {
    await a.master.lua("local s = box.schema.space.create('new_one', {format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}}}) s:create_index('id') s:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})");
    expect(await a.move(b, { ids: [2] })).toMatchObject({ moved: 0, skipped: 1, blocker: expect.stringMatching(/there is no space new_one here/) });
    await Promise.all([a.settled(), b.settled()]);
    await a.master.lua('box.space.new_one:drop()');
  });

  it('a destination without room gives everything back', async () => {
    await b.master.lua("local ok, id = true, 1 while ok do ok = pcall(box.space.apart.insert, box.space.apart, {id, ('z'):rep(100000)}) id = id + 1 end");
    const owned = await dump(a, 'any_row');
    expect(await a.move(b, { ids: [30] })).toMatchObject({ moved: 0, skipped: 1, blocker: expect.stringMatching(/Failed to allocate|memory/) });
    await Promise.all([a.settled(), b.settled()]);
    expect(await dump(a, 'any_row')).toEqual(owned);
    await b.master.lua('box.space.apart:truncate() collectgarbage() collectgarbage()');
    // Tarantool gives the memory back by and by, once Lua has let go of the rows.
    const moved = await waitFor(async () => { const told = await a.move(b, { ids: [30] }); if (told.moved !== 1) throw new Error(JSON.stringify(told)); return told; }, { timeoutMs: 20_000, what: 'bucket 30 to find room' });
    expect(moved).toMatchObject({ rows: 40, blocker: null });
    expect(await b.master.lua('return box.space.any_row.index.bucket_id:count(30)')).toEqual([40]);
  });
});
