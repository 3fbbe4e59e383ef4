import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleAnswer } from '~/contract/console.ts';
import type { DataPage } from '~/contract/shapes/data.ts';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { waitFor } from '../support/wait.ts';

/** Rows over two real storages as people browse and edit them, and consoles that only read: over REST and the command line. */

const cluster = new AppointedCluster();
const document = 'name: test\nfailover:\n  mode: stateful\nreplicasets:\n  state:\n    roles: [stateboard]\n    instances:\n      p: {}\n  control:\n    roles: [failover-coordinator]\n    instances:\n      k: {}\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n  s2:\n    roles: [storage]\n    instances:\n      b: {}\n';

const spaces = `
  local s = box.schema.space.create('accounts', {format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'name', 'string'}, {'balance', 'decimal', is_nullable = true}}})
  s:create_index('pk') s:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false}) s:create_index('name', {parts = {{3, 'string', collation = 'unicode_ci'}}, unique = false})
  s:create_index('hashed', {type = 'HASH', parts = {{1, 'unsigned'}}})
  local v = box.schema.space.create('values', {format = {{'id', 'unsigned'}, {'any', 'any', is_nullable = true}, {'dec', 'decimal', is_nullable = true}, {'uuid', 'uuid', is_nullable = true}, {'bin', 'varbinary', is_nullable = true}, {'double', 'double', is_nullable = true}}})
  v:create_index('pk')
  local big = box.schema.space.create('cold', {engine = 'vinyl'}) big:create_index('pk')
  return true`;

beforeAll(async () => {
  await cluster.server();
  await cluster.claim();
  await cluster.add('p', 'k', 'a', 'b');
  await cluster.heard(['p', 'k', 'a', 'b']);
  await cluster.ok('/topology/apply', { document });
  await cluster.allReady();
  await waitFor(async () => (await cluster.post('/sharding/default/bootstrap', {})).status === 200, { timeoutMs: 30_000, what: 'buckets' });
  await Promise.all(['a', 'b'].map((alias) => cluster.lua(alias, spaces)));
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const path = (space: string, verb: string, input: Record<string, string | number | boolean>) => `/data/${space}/${verb}?${new URLSearchParams(Object.entries(input).map(([key, value]) => [key, String(value)])).toString()}`;
const browse = async (space: string, input: Record<string, string | number | boolean> = {}): Promise<DataPage> => {
  const { status, body } = await cluster.get(path(space, 'browse', input));
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
};
const ids = ({ rows }: DataPage) => rows.map(({ values }) => values[0]);
const post = (url: string, body: object) => cluster.post(url, body);
const detail = async (url: string, body: object): Promise<string> => (await post(url, body)).body.detail;
const cli = (...words: string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve('bin/coterie.mjs'), ...words], { encoding: 'utf8', env: { ...process.env, COTERIE_SERVER: cluster.servers[0]!.url, COTERIE_TOKEN: cluster.token, NO_COLOR: '1' } });
  return { stdout, stderr, status };
};
const evaluate = async (on: string, code: string, more: object = {}): Promise<ConsoleAnswer[]> => {
  const { status, body } = await post(`/console/${encodeURIComponent(on)}/eval`, { code, ...more });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.data.answers;
};

describe('rows over all storages', () => {
  it('are inserted where their bucket is, found again, and come in the order of the index', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, at) => at + 1).map((id) => cluster.ok('/data/accounts/insert', { row: JSON.stringify({ id, name: `${id % 2 ? 'Name' : 'name'} ${100 + (id % 7)}`, balance: `${id}.50` }) })));
    const page = await browse('accounts');
    expect(ids(page)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
    expect(new Set(page.rows.map(({ replicaset }) => replicaset!.alias))).toEqual(new Set(['s1', 's2']));
    expect(page.rows[0]).toMatchObject({ values: [1, expect.any(Number), 'Name 101', { $decimal: '1.50' }], bucket: page.rows[0]!.values[1] });
    expect(page).toMatchObject({ cursor: null, missing: [], warnings: [], ordered: true, primary: [1] });
    expect(ids(await browse('accounts', { op: 'gt', key: '35', descending: true }))).toEqual([40, 39, 38, 37, 36]);
    expect(ids(await browse('accounts', { op: 'eq', key: '7' }))).toEqual([7]);
    expect((await cluster.get('/data/accounts?key=7')).body.rows).toMatchObject([{ values: [7, expect.any(Number), 'Name 100', { $decimal: '7.50' }] }]);
  }, 30_000);

  it.each([['pk', false], ['pk', true], ['name', false], ['name', true], ['hashed', false]])('come page by page by index %s, descending %s, each once', async (index, descending) => {
    const whole = ids(await browse('accounts', { index, descending }));
    const seen: unknown[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: DataPage = await browse('accounts', { index, descending, limit: 7, ...(cursor === null ? {} : { cursor }) });
      seen.push(...ids(page));
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== null && pages < 20);
    expect(seen).toEqual(whole);
    expect(new Set(seen).size).toBe(40);
    expect(pages).toBe(6);
  }, 30_000);

  it('stay where they are while others are written between the pages', async () => {
    const first = await browse('accounts', { index: 'name', limit: 15 });
    for (const id of [1001, 1002]) await cluster.ok('/data/accounts/insert', { row: JSON.stringify({ id, name: 'a, before all' }) });
    const second = await browse('accounts', { index: 'name', limit: 1000, cursor: first.cursor! });
    expect([...ids(first), ...ids(second)].toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
    for (const id of [1001, 1002]) await cluster.ok(`/data/accounts/${id}/delete`, {});
    expect((await cluster.get(path('accounts', 'browse', { cursor: first.cursor! }))).body.detail).toMatch(/another question/);
  }, 30_000);

  it('lists spaces with what they are, also those of the system', async () => {
    const { body } = await cluster.get('/data/spaces?search=acc');
    expect(body).toMatchObject({ complete: true, missing: [], spaces: [{ name: 'accounts', rows: 40, on: ['s1', 's2'], differs: false, sharding: { field: 2, key: [1], count: 3000 } }] });
    expect((await cluster.get('/data/spaces?on=a&system=true&search=_user')).body.spaces).toMatchObject([{ name: '_user', system: true, on: ['a'] }]);
    const users = await browse('_user', { on: 'a' });
    expect(users.rows.map(({ values }) => values[2])).toEqual(expect.arrayContaining(['guest', 'admin']));
    expect(JSON.stringify(users)).not.toContain('chap-sha1');
    expect((await browse('_vspace', { on: 's1', index: 'name', op: 'eq', key: '"accounts"' })).rows).toHaveLength(1);
    expect((await cluster.get(path('nowhere', 'browse', {}))).body).toMatchObject({ code: 'NOT_FOUND', detail: 'There is no space nowhere here.' });
  });
});

describe('one row', () => {
  it('round trips in every type', async () => {
    const uuid = '3b241101-e2bb-4255-8caf-4136c566a962';
    const rows = {
      1: '[1, 18446744073709551615, "123456789012345678901234567890.12", "3b241101-e2bb-4255-8caf-4136c566a962", "0x00ff", 5]',
      2: '[2, {"nested": [1, {"x": -9223372036854775808}], "d": {"$decimal": "-0.001"}}, null, null, null, 0.1]',
      3: '[3, {"$map": [[1, "one"], [true, {"$hex": "cafe"}]]}]',
      4: '[4, {"$text": "ff"}]',
      5: '[5, {"$double": "Infinity"}]',
      6: '[6, [true, false, null, "text", 1.5, []]]',
    };
    for (const row of Object.values(rows)) await cluster.ok('/data/values/insert', { row, on: 's1' });
    const shown = (await browse('values', { on: 'a' })).rows.map(({ values }) => values);
    expect(shown).toEqual([
      [1, { $int: '18446744073709551615' }, { $decimal: '123456789012345678901234567890.12' }, { $uuid: uuid }, { $hex: '00ff' }, 5],
      [2, { nested: [1, { x: { $int: '-9223372036854775808' } }], d: { $decimal: '-0.001' } }, null, null, null, 0.1],
      [3, { $map: [[1, 'one'], [true, { $hex: 'cafe' }]] }],
      [4, { $text: 'ff' }],
      [5, { $double: 'Infinity' }],
      [6, [true, false, null, 'text', 1.5, []]],
    ]);
    for (const row of shown) await cluster.ok('/data/values/replace', { row: JSON.stringify(row), on: 's1' });
    expect((await browse('values', { on: 'a' })).rows.map(({ values }) => values)).toEqual(shown);
    expect(await cluster.lua('a', "local r = box.space.values:get(1) return type(r[2]), require('decimal').is_decimal(r[3]), tostring(r[4]), #r[5]")).toEqual(['cdata', true, uuid, 2]);
    const { body } = await cluster.get('/data/values?key=1&group=default');
    expect(body.rows).toHaveLength(1);
  }, 30_000);

  it('is previewed before and after, changed by operations, and kept from those who saw another one', async () => {
    const { plan, data } = await cluster.ok('/data/accounts/5/update', { operations: '[["=", "name", "Paula"], ["+", "balance", {"$decimal": "0.25"}]]', dryRun: true });
    expect(data).toMatchObject({ columns: ['id', 'bucket_id', 'name', 'balance'], after: [5, expect.any(Number), 'Paula', { $decimal: '5.75' }] });
    expect(plan).toMatchObject({ refusals: [], changes: [{ path: 'accounts[5]', kind: 'changed', before: [5, expect.any(Number), 'Name 105', { $decimal: '5.50' }], after: [5, expect.any(Number), 'Paula', { $decimal: '5.75' }] }] });
    const before = (await cluster.get('/data/accounts?key=5')).body.rows[0];
    expect(before.values[2]).toBe('Name 105');
    const { data: done } = await cluster.ok('/data/accounts/5/update', { operations: '[["=", "name", "Paula"]]', ifRow: before.etag, reason: 'she asked' });
    expect(done).toMatchObject({ sentence: expect.stringMatching(/^accounts\[5\] is written on s[12], bucket \d+\.$/), after: [5, before.values[1], 'Paula', { $decimal: '5.50' }] });
    const late = await post('/data/accounts/5/update', { operations: '[["=", "name", "Late"]]', ifRow: before.etag });
    expect([late.status, late.body.code]).toEqual([409, 'CONFLICT']);
    const [entry] = (await cluster.get('/audit?operation=data.update&limit=1')).body;
    const six = (await cluster.get('/data/accounts?key=6')).body.rows[0];
    const raced = await Promise.all(Array.from({ length: 8 }, (_, at) => post('/data/accounts/6/update', { operations: `[["=", "name", "racer ${at}"]]`, ifRow: six.etag })));
    expect(raced.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
    expect(entry).toMatchObject({ operation: 'data.update', outcome: 'refused' });
    expect(JSON.stringify((await cluster.get('/audit?operation=data.update&outcome=ok&limit=10')).body)).toMatch(/she asked.*Name 105.*Paula|Paula.*she asked/);
  }, 30_000);

  it('is refused with what is wrong: its key, its type, its bucket, its space, its place', async () => {
    expect(await detail('/data/accounts/insert', { row: '[5, null, "again", null]' })).toMatch(/Duplicate key exists/);
    expect(await detail('/data/accounts/insert', { row: '{"id": "five", "name": "x"}' })).toMatch(/type|expected unsigned/);
    expect(await detail('/data/accounts/insert', { row: '{"id": 5, "nme": "x"}' })).toBe('accounts has no field nme. It has id, bucket_id, name, balance.');
    expect(await detail('/data/accounts/insert', { row: '{id: 5}' })).toMatch(/^The row is not JSON/);
    expect(await detail('/data/accounts/insert', { row: '[77, null, "x", "1.5x"]' })).toMatch(/^balance: not a decimal number/);
    expect(await detail('/data/accounts/5/update', { operations: '[["=", "bucket_id", 1]]' })).toMatch(/bucket_id says where the row is/);
    expect(await detail('/data/accounts/999/delete', {})).toBe('accounts has no row with the key 999.');
    expect(await detail('/data/values/insert', { row: '[9]' })).toBe('values is not sharded, and is on s1, s2: say where the row goes with `on`.');
    expect(await detail('/data/_schema/insert', { row: '["x", 1]', on: 's1' })).toMatch(/^_schema is a space of Tarantool or Coterie\./);
    expect((await cluster.get(path('accounts', 'browse', { index: 'nope' }))).body.detail).toMatch(/has no index nope\. It has pk, bucket_id, name, hashed\./);
    const { plan } = await cluster.ok('/data/accounts/insert', { row: '[500, 17, "elsewhere", null]', dryRun: true });
    expect(plan.warnings[0]).toMatch(/^By its key the row belongs in bucket \d+, and it says 17/);
    expect(ids(await browse('accounts', { op: 'eq', key: '500' }))).toEqual([]);
  }, 30_000);

  it('is taken out as CSV and JSON, and told when cut', async () => {
    await cluster.ok('/data/values/insert', { row: '[20, "=1+1, \\"x\\""]', on: 's1' });
    const csv = cli('data', 'export', 'values', '--on', 's1', '--op', 'ge', '--key', '5');
    expect(csv.stdout).toBe('id,any,dec,uuid,bin,double\r\n5,Infinity\r\n6,"[true, false, null, ""text"", 1.5, []]"\r\n20,"\'=1+1, ""x"""\r\n');
    const { body } = await cluster.get(path('accounts', 'export', { format: 'json', limit: 3 }));
    expect(body).toMatchObject({ rows: 3, cut: true, cursor: expect.any(String) });
    expect(body.text.split('\n').filter(Boolean).map((line: string) => JSON.parse(line).id)).toEqual([1, 2, 3]);
    const table = cli('data', 'browse', 'accounts', '--limit', '2');
    expect(table.stdout).toMatch(/^id +bucket_id +name +balance +REPLICASET\n1 +\d+ +Name 101 +1\.50 +s[12]\n2 /);
    expect(table.stderr).toContain('--cursor');
  }, 30_000);
});

describe('a console that reads', () => {
  const reads = async (code: string) => (await evaluate('a', code))[0]!;

  it('answers of many side by side, each with its own error', async () => {
    const answers = await evaluate('s2,a', 'return box.space.accounts:len(), box.info.ro');
    expect(answers.map(({ instance, replicaset, state, values }) => [instance, replicaset, state, values.length])).toEqual([['a', 's1', 'done', 2], ['b', 's2', 'done', 2]]);
    expect(answers.reduce((sum, { values }) => sum + Number(values[0]), 0)).toBe(40);
    const halves = await evaluate('masters', "assert(box.info.uuid ~= nil) return box.space.accounts:get(1).name");
    expect(halves.map(({ state }) => state).toSorted()).toEqual(expect.arrayContaining(['done', 'failed']));
    const shown = cli('console', 'eval', 'a,b', 'return box.space.accounts:len()');
    expect(shown.stdout).toMatch(/^a \(s1, master\)  1 value in .*\n\d+\n\nb \(s2, master\)  1 value in .*\n\d+\n$/);
    expect((await cluster.get('/audit?operation=console.eval&limit=1')).body[0]).toMatchObject({ input: { on: 'a,b', code: 'return box.space.accounts:len()' } });
  }, 30_000);

  it('reads by key, by index and row by row, plainly', async () => {
    expect((await reads("return box.space.values:get(1), box.space.values:select({5}, {iterator = 'GE', limit = 1})")).values).toEqual([[1, '18446744073709551615', '123456789012345678901234567890.12', '3b241101-e2bb-4255-8caf-4136c566a962', expect.anything(), 5], [[5, 'inf']]]);
    expect((await reads('local n = 0 for _, row in box.space.values:pairs() do n = n + row.id end return n')).values).toEqual([41]);
    expect((await reads('local found = {} for name in pairs(box.space) do found[name] = true end return found.values, found._space')).values).toEqual([true, true]);
    expect((await reads('return box.cfg.listen, box.stat.SELECT.total > 0, json.encode({1})')).ok).toBe(true);
    expect(JSON.stringify(await reads('return box.cfg, box.space._user:select()'))).not.toMatch(/chap-sha1|replication:[^*]/);
    expect((await evaluate('a', 'SELECT "id" FROM "values" ORDER BY "id" LIMIT 2', { language: 'sql' }))[0]).toMatchObject({ ok: true, values: [[1], [2]] });
    expect((await evaluate('a', 'WITH t AS (SELECT 1) SELECT * FROM t', { language: 'sql' }))[0]!.ok).toBe(true);
  }, 30_000);

  const lua = [
    "box.space.values:insert{900}", "box.space.values:replace{900}", "box.space.values:update(1, {{'=', 2, 0}})", "box.space.values:upsert({900}, {})", "box.space.values:delete(1)", "box.space.values:truncate()", "box.space.values:drop()",
    "box.space.values.index.pk:delete(1)", "box.space.values.index.pk:drop()", "box.space.values:create_index('x')", "box.space._space:delete(1)", "box.space.values:format({})", "box.schema.space.create('x')", "box.execute('DELETE FROM \"values\"')",
    "box.begin()", "box.cfg{read_only = true}", "box.session.su('admin')", "box.internal.delete(1)", "box.func.x()", "box.snapshot()", "require('fio').unlink('x')", "io.open('/tmp/x', 'w')", "os.execute('true')", "os.exit(1)",
    "loadstring('return box')()", "load('return box')()", "getfenv(0).box.space.values:delete(1)", "setfenv(1, {})", "debug.getregistry()", "getmetatable('').__index.rep = nil", "rawset(box, 'space', {})", "box.space.values = nil", "_G.box = nil return real", "package.loaded.fio.unlink('x')", "coterie.bucket_call()",
    "string.dump(function() end)", "jit.on()", "ffi.C.exit(1)", "fiber.create(function() end)", "dofile('x')", "newproxy()", "collectgarbage('stop')",
    "local ok, e = pcall(box.space.values.get, nil, {}) if not ok and type(e) == 'string' then error('plain') end", "box.space.values:get(1)[3].digits = 5", "box.space.values:get(1)[4].node[5000] = 1", "coroutine.wrap(function() end)()", "setmetatable({}, {})",
  ];
  it('writes in no way of Lua', async () => {
    const before = JSON.stringify((await browse('values', { on: 'a' })).rows);
    const answers = await Promise.all([0, 1, 2, 3].map(async (turn) => {
      const failed: string[] = [];
      for (const code of lua.filter((_, at) => at % 4 === turn)) if ((await reads(code)).state !== 'failed') failed.push(code);
      return failed;
    }));
    expect(answers.flat()).toEqual([]);
    expect(JSON.stringify((await browse('values', { on: 'a' })).rows)).toBe(before);
    expect((await evaluate('a', 'return ("x"):rep(2), box.info.ro'))[0]!.values).toEqual(['xx', false]);
  }, 60_000);

  it('writes in no way of SQL', async () => {
    await cluster.lua('a', "box.schema.func.create('WR', {language = 'LUA', body = 'function(x) box.space.values:replace{901} return x end', returns = 'number', param_list = {'number'}, exports = {'LUA', 'SQL'}}) box.execute('CREATE VIEW \"sly\" AS SELECT WR(5)') return true");
    for (const code of ['INSERT INTO "values" ("id") VALUES (900)', 'delete from "values"', 'WITH t AS (SELECT 1) DELETE FROM "values"', "WITH t AS (SELECT '--') INSERT INTO \"values\" (\"id\") SELECT 900", '/* SELECT */ DELETE FROM "values"', '-- SELECT\nDELETE FROM "values"', 'CREATE TABLE x (id INT PRIMARY KEY)', 'SELECT WR(1)', 'SELECT * FROM "sly"', 'SELECT 1; DELETE FROM "values"', 'SELECT * FROM "_user"', 'START TRANSACTION', "PRAGMA sql_default_engine = 'vinyl'", 'SET SESSION "sql_default_engine" = \'vinyl\'']) {
      expect([code, (await evaluate('a', code, { language: 'sql' }))[0]!.state]).toEqual([code, 'failed']);
    }
    expect(ids(await browse('values', { on: 'a', op: 'ge', key: '900' }))).toEqual([]);
  }, 30_000);

  it('ends by its deadline, whatever it does', async () => {
    for (const code of ['while true do end', 'while true do pcall(function() while true do end end) end', 'fiber.sleep(100)', 'local t = {} t.t, t.u = t, t json.encode(t)']) expect((await evaluate('a', code, { timeoutMs: 150 }))[0]).toMatchObject({ state: 'late', ok: false });
    expect((await reads('return 1')).values).toEqual([1]);
  }, 30_000);

  it('writes for an admin who says so, and for nobody else', async () => {
    expect((await evaluate('a', 'box.space.values:replace{902} return require("fio") ~= nil', { write: true }))[0]!.values).toEqual([true]);
    const password = 'an operator of rows';
    await cluster.ok('/user/olga/create', { role: 'operator', password });
    const { data: olga } = await cluster.ok('/session/olga/login', { password, token: true });
    const asked = await fetch(`${cluster.servers[0]!.url}/api/v1/console/a/eval`, { method: 'POST', headers: { authorization: `Bearer ${olga.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ code: 'return 1', write: true }) });
    expect([asked.status, ((await asked.json()) as { code: string }).code]).toEqual([403, 'FORBIDDEN']);
  }, 30_000);
});

describe('functions of roles over two storages', () => {
  it('run where the bucket of the key is, are counted on all, and have a history', async () => {
    const role = (more = '') => ({ 'roles/shop/role.yml': `dependencies: [storage]\nfunctions:\n  shop.name:\n    mode: read\n${more}    body: |\n      function(id)\n        local row = box.space.accounts:get(id)\n        return row ~= nil and row.name or 'not here'\n      end\n  shop.touch:\n    body: function(id) return box.space.accounts:update(id, {{'=', 'name', 'touched'}}).name end\n` });
    await cluster.ok('/code/push', { files: role(), reason: 'a shop' });
    for (const alias of ['s1', 's2']) await cluster.ok(`/replicaset/${alias}/edit`, { roles: ['shop', 'storage'] });
    await cluster.ok('/code/push', { files: role('    timeout: 3\n'), reason: 'not for ever' });
    const rows = await browse('accounts', { limit: 20 });
    const homes = new Set<string>();
    for (const { values, replicaset } of rows.rows) {
      const { plan, data } = await cluster.ok('/function/shop.name/call', { key: String(values[0]), arguments: [values[0]] });
      expect([plan.summary, data.values]).toEqual([expect.stringContaining(`the master of ${replicaset!.alias}, which has bucket ${values[1]} of the key ${values[0]}`), [values[2]]]);
      homes.add(replicaset!.alias);
    }
    expect([...homes].toSorted()).toEqual(['s1', 's2']);
    const [far] = rows.rows.filter(({ replicaset }) => replicaset!.alias === 's2');
    expect(cli('function', 'call', 'shop.touch', '--key', `[${String(far!.values[0])}]`, '--arguments', JSON.stringify([far!.values[0]])).stdout).toContain('touched');
    // By a replicaset, as its last word, the key does not matter.
    expect(cli('function', 'call', 'shop.name', 's1', '--arguments', JSON.stringify([far!.values[0]])).stdout).toContain('not here');
    expect(cli('function', 'call', 'shop.name').status).toBe(2);

    const { body: stats } = await cluster.get('/function/shop.name/stats');
    expect(stats).toMatchObject({ calls: 21, errors: 0, unasked: [], instances: [{ instance: 'a' }, { instance: 'b' }] });
    expect(stats.instances.reduce((sum: number, { calls }: { calls: number }) => sum + calls, 0)).toBe(21);
    expect(stats.p50Ms).toBeGreaterThan(0);
    expect(cli('function', 'stats', 'shop.name').stdout).toMatch(/^ON +CALLS[^\n]*\nall +21 /);
    const { body: history } = await cluster.get('/function/shop.name/history');
    expect(history.versions.map(({ kind, reason }: { kind: string; reason: string }) => [kind, reason])).toEqual([['changed', 'not for ever'], ['added', 'a shop']]);
    expect(cli('function', 'history', 'shop.name').stdout).toContain('+timeout: 3');
  }, 60_000);
});

describe('a storage that is dead', () => {
  it('is named, and the rest is shown', async () => {
    cluster.agent('b').signal('SIGSTOP');
    const page = await browse('accounts', { timeoutMs: 500 });
    expect(page.missing).toHaveLength(1);
    expect(page.missing[0]).toMatchObject({ replicaset: 's2' });
    expect(page.rows.length).toBeGreaterThan(0);
    expect(new Set(page.rows.map(({ replicaset }) => replicaset!.alias))).toEqual(new Set(['s1']));
    expect(cli('data', 'browse', 'accounts', '--timeout-ms', '500').status).toBe(8);
    const answers = await evaluate('a,b', 'return 1', { timeoutMs: 300 });
    expect(answers.map(({ state }) => state === 'done')).toEqual([true, false]);
    // Once nobody hears its master it has none, and is not passed over.
    const unasked = async () => (await evaluate('masters', 'return 1', { timeoutMs: 300 })).find(({ instance }) => instance === 's2');
    await waitFor(async () => (await unasked()) !== undefined, { timeoutMs: 20_000, what: 's2 to have no master that is heard' });
    expect(await unasked()).toMatchObject({ replicaset: 's2', state: 'unreachable', ok: false, error: 's2 has no master that is heard. Name one of its instances.' });
    expect(cli('console', 'eval', 'masters', 'return 1').status).toBe(8);
  }, 30_000);
});
