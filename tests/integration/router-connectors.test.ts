import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '~/iproto/index.ts';
import { bucketsCount, Sharded } from '~/tests/support/routed.ts';
import { RouterProcess } from '~/tests/support/router-process.ts';
import { Tarantool } from './iproto-tarantool.ts';

/** Connectors that nobody here wrote, each through the router. */
type Driver = {
  connect(): Promise<unknown>;
  call(name: string, ...args: unknown[]): Promise<unknown[]>;
  ping(): Promise<unknown>;
  select(space: number, index: number, limit: number, offset: number, iterator: string, key: unknown[]): Promise<unknown>;
  destroy(): void;
};

let cluster: Sharded;
let router: RouterProcess;
const asking = new Tarantool();
let asker: Connection;

beforeAll(async () => {
  [cluster] = await Promise.all([Sharded.start([1, 1]), asking.start()]);
  router = await RouterProcess.start(cluster.topology());
  await router.until(({ map }) => map.known === bucketsCount, 'a whole map');
  asker = await asking.open({ requestTimeoutMs: 30_000 });
});
afterAll(async () => {
  asker?.close();
  await router?.stop();
  await Promise.all([cluster?.remove(), asking.remove()]);
});

describe("npm's tarantool-driver", () => {
  const driver = async (password: string): Promise<Driver> => {
    const [host, port] = router.listen.split(':');
    const TarantoolDriver = createRequire(import.meta.url)('tarantool-driver') as new (options: object) => Driver;
    const made = new TarantoolDriver({ host, port: Number(port), username: 'app', password, lazyConnect: true, retryStrategy: () => false, timeout: 5_000 });
    await made.connect();
    return made;
  };

  it('logs in and calls', async () => {
    const made = await driver('secret');
    await made.ping();
    expect(await made.call('vshard.router.callrw', 3, 'put', [1, 3, 'Ann', 30])).toEqual([[1, 3, 'Ann', 30]]);
    // It sends the old kind of CALL, whose results are tuples.
    expect((await made.call('coterie.call', 'key', 'whoami', []))[0]).toEqual(['app']);
    const [[result]] = (await made.call('crud.insert', 'customers', [7, null, 'Bob', 31])) as [[{ rows: unknown[][] }]];
    expect(result.rows[0]!.slice(2)).toEqual(['Bob', 31]);
    const [[selected]] = (await made.call('crud.select', 'customers', [['>=', 'age', 31]], { first: 5 })) as [[{ rows: unknown[][] }]];
    expect(selected.rows).toHaveLength(1);
    const many = await Promise.all(Array.from({ length: 500 }, (_, index) => made.call('vshard.router.callro', (index % bucketsCount) + 1, 'whoami', [])));
    expect(many.map(([user]) => user)).toEqual(many.map(() => ['app']));
    made.destroy();
  });

  it('does what the guide for users says', async () => {
    const [, text = ''] = /```js\n([\s\S]+?)```/.exec(readFileSync('docs/sharding-howto.md', 'utf8')) ?? [];
    const [host, port] = router.listen.split(':');
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', text], { env: { ...process.env, ROUTER_HOST: host, ROUTER_PORT: port }, timeout: 20_000 });
    // Bob, and Ann as long as she is 30.
    expect(JSON.parse(stdout)).toMatchObject({ id: 1, name: 'Ann', renamed: 'Anna' });
    expect(JSON.parse(stdout).adults).toBeGreaterThanOrEqual(2);
  });

  it('is told what went wrong', async () => {
    const made = await driver('secret');
    await expect(made.call('nosuch')).rejects.toThrow(/this is a router/);
    await expect(made.select(512, 0, 1, 0, 'eq', [1])).rejects.toThrow(/is not for a router/);
    made.destroy();
  });
});

describe("Tarantool's net.box", () => {
  const ask = (body: string, user = 'app:secret') =>
    asker.eval(`local c = require('net.box').connect(...) local ok, result = pcall(function() ${body} end) c:close() if not ok then error(result) end return result`, [`${user}@${router.listen}`]);

  it('logs in and calls, one and many at once', async () => {
    expect(await ask('return {c.state, c:ping()}')).toEqual([['active', true]]);
    expect(await ask("return c:call('vshard.router.callrw', {4, 'put', {2, 4, 'Cid', 32}})")).toEqual([[2, 4, 'Cid', 32]]);
    expect(await ask("return {c:call('coterie.call', {'k', 'whoami'})}")).toEqual([['app', expect.any(String)]]);
    expect(await ask("local r, e = c:call('crud.replace_object', {'customers', {id = 8, name = 'Dan'}}) return {#r.rows, e}")).toEqual([[1, null]]);
    expect(await ask("local r, e = c:call('vshard.router.callrw', {4, 'fail'}) return {r == nil, e.code, e.type}")).toEqual([[true, 7777, 'ClientError']]);
    expect(await ask("local futures, good = {}, 0 for i = 1, 2000 do futures[i] = c:call('vshard.router.callro', {i % 30 + 1, 'whoami'}, {is_async = true}) end for i = 1, 2000 do if futures[i]:wait_result(20)[1] == 'app' then good = good + 1 end end return good")).toEqual([2000]);
  });

  it('agrees on the bucket of a key, whatever the key is', async () => {
    const keys = ["'text'", '5', '-7', '1.5', '100000000000000ULL', '-100000000000001LL', 'true', "{1, 'a', 2.5}", "require('uuid').fromstr('64d22e4d-ac92-4a23-899a-e59f34af5479')", '1e15', '2^53', "require('decimal').new('1.50')"];
    const here = await ask(`local out = {} for i, key in ipairs({${keys.join(', ')}}) do out[i] = {c:call('vshard.router.bucket_id_strcrc32', {key}), c:call('vshard.router.bucket_id_mpcrc32', {key})} end return out`);
    const there = await cluster.shards[0]![0]!.lua<[unknown]>(`local out = {} for i, key in ipairs({${keys.join(', ')}}) do local sent = require('msgpack').decode(require('msgpack').encode(key)) out[i] = {coterie.strcrc32(sent), coterie.mpcrc32(sent)} end return out`);
    expect(here).toEqual(there);
  });

  it('is refused with a wrong password', async () => {
    expect(await ask('return {c.state, c.error}', 'app:wrong')).toEqual([['error', 'User not found or supplied credentials are invalid']]);
  });
});
