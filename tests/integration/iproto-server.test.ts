import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAddress, IprotoServer, requests, serverDefaults, storedHash, systemClock, type Address, type Connection } from '~/iproto/index.ts';
import { Tarantool } from './iproto-tarantool.ts';

/** Our server in front of a real Tarantool, asked by Tarantool's own connector. */
const behind = new Tarantool();
const asking = new Tarantool();
let upstream: Connection;
let asker: Connection;
const servers: IprotoServer[] = [];
const addresses: Address[] = [];

beforeAll(async () => {
  await Promise.all([behind.start(), asking.start()]);
  upstream = await behind.open();
  asker = await asking.open({ requestTimeoutMs: 30_000 });
  const listens: Address[] = [{ path: join(behind.path, 'router.sock') }, { host: '127.0.0.1', port: 0 }];
  for (const listen of listens) {
    const server = new IprotoServer(
      {
        clock: systemClock,
        randomBytes,
        storedHashOf: (user) => (user === 'app' ? storedHash('secret') : undefined),
        handle: (request) => upstream.submit(
          requests.raw(request.type, request.body),
          (error, response) => (response ? request.forward(response) : request.failWith(error!)),
          { onPush: (body) => request.push(body) },
        ),
      },
      { ...serverDefaults, listen, instanceUuid: '64d22e4d-ac92-4a23-899a-e59f34af5479' },
    );
    addresses.push(await server.start());
    servers.push(server);
  }
});
afterAll(async () => {
  for (const server of servers) await server.stop();
  upstream?.close();
  asker?.close();
  await Promise.all([behind.remove(), asking.remove()]);
});

/** Runs Lua that uses `c`, a net.box connection to our server. */
function byNetBox(address: Address, body: string, user = 'app:secret'): Promise<unknown> {
  const uri = 'path' in address ? `${user}@unix/:${address.path}` : `${user}@${formatAddress(address)}`;
  return asker.eval(`local c = require('net.box').connect(...) local ok, result = pcall(function() ${body} end) c:close() if not ok then error(result) end return result`, [uri]);
}

describe.each([0, 1])('net.box through our server %i', (index) => {
  const ask = (body: string, user?: string) => byNetBox(addresses[index]!, body, user);

  it('logs in, loads the schema, and works with spaces', async () => {
    expect(await ask('return {c.state, c:ping(), c.peer_uuid}')).toEqual([['active', true, '64d22e4d-ac92-4a23-899a-e59f34af5479']]);
    expect(await ask("c.space.t:replace({1, 'one'}) c.space.t:update(1, {{'=', 2, 'uno'}}) return c.space.t:select({1})")).toEqual([[[1, 'uno']]]);
    expect(await upstream.select(700, [1], { limit: 1 })).toEqual([[1, 'uno']]);
  });

  it('gets results, errors, pushes and SQL', async () => {
    expect(await ask("return {c:call('echo', {1, 'x'})}")).toEqual([[1, 'x']]);
    expect(await ask("local ok, e = pcall(c.call, c, 'nosuch') return {ok, e.code, e.message}")).toEqual([[false, 33, "Procedure 'nosuch' is not defined"]]);
    expect(await ask("local got = {} c:eval('box.session.push(5) return 6', {}, {on_push = table.insert, on_push_ctx = got}) return got")).toEqual([[5]]);
    expect(await ask("return c:execute('SELECT 1 AS one').rows")).toEqual([[[1]]]);
  });

  it('sends 2 000 requests at once', async () => {
    expect(await ask("local futures, sum = {}, 0 for i = 1, 2000 do futures[i] = c:call('echo', {i}, {is_async = true}) end for i = 1, 2000 do sum = sum + futures[i]:wait_result(20)[1] end return sum")).toEqual([2_001_000]);
  });

  it('is refused with a wrong password, and as a guest', async () => {
    expect(await ask('return {c.state, c.error}', 'app:wrong')).toEqual([['error', 'User not found or supplied credentials are invalid']]);
    expect(await ask('return {c:wait_connected(5), c.state}', 'guest:')).toEqual([[false, expect.stringMatching(/error/)]]);
  });
});
