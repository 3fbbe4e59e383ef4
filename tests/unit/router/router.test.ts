import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyKeys, errorCodes, requests, requestTypes, type Connection, type ServerRequest, type Session, type TarantoolError, type Value } from '~/iproto/index.ts';
import { bucketOf } from '~/router/hash.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { Scene, type Storage } from './scripted.ts';

let scene: Scene;
let a: Storage;
let b: Storage;
let client: Connection;

beforeEach(async () => {
  scene = new Scene();
  a = await scene.storage('left', 'a', [[1, 5, 1]]);
  b = await scene.storage('right', 'b', [[6, 10, 1]]);
});
afterEach(() => scene.remove());

async function begin(...args: Parameters<Scene['start']>): Promise<void> {
  await scene.start(...args);
  client = await scene.connect();
}

const callrw = (bucket: number, options: object = {}) => client.call('vshard.router.callrw', [bucket, 'put', [1, 'x'], options as never]);
const callro = (bucket: number, options: object = {}) => client.call('vshard.router.callro', [bucket, 'get', [1], options as never]);
const errorOf = (values: Value[]) => Object.fromEntries(values[1] as Map<string, Value>);
const failure = (promise: Promise<unknown>) => promise.then(() => expect.fail('it was answered'), (error: TarantoolError) => error);

it('complains of each storage once, also where several have something to complain of', async () => {
  a.bootstrapped = b.bootstrapped = false;
  await scene.start({}, { known: 0 });
  await waitFor(() => Math.min(a.asked, b.asked) > 3, { timeoutMs: 10_000, what: 'both to be asked some times' });
  expect(scene.logged.filter((sentence) => sentence.includes('does not say which buckets it has')).toSorted()).toEqual([expect.stringContaining(a.uri), expect.stringContaining(b.uri)]);
  a.bootstrapped = b.bootstrapped = true;
  await waitFor(() => scene.router.stats().map.known === 10, { timeoutMs: 10_000, what: 'all buckets' });
});

describe('a call', () => {
  it('goes where its bucket is, with epoch, bucket, mode, function, arguments and the user, and comes back as it is', async () => {
    await begin();
    expect(await callrw(3)).toEqual(['done', 'a']);
    expect(await callro(6)).toEqual(['done', 'b']);
    expect(a.heard).toEqual([{ name: 'coterie.bucket_call', args: [1, 3, 'write', 'put', [1, 'x'], 'app'] }]);
    expect(b.heard).toEqual([{ name: 'coterie.bucket_call', args: [1, 6, 'read', 'get', [1], 'app'] }]);
  });

  it('by key goes to the bucket of the key', async () => {
    await begin();
    const [bucket] = await client.call('vshard.router.bucket_id_strcrc32', ['key']);
    await client.call('coterie.call', ['key', 'f', [], { mode: 'read' }]);
    expect([...a.heard, ...b.heard]).toEqual([{ name: 'coterie.bucket_call', args: [1, bucket, 'read', 'f', [], 'app'] }]);
    expect(await client.call('vshard.router.bucket_count')).toEqual([10]);
  });

  it('goes with what comes at the same time on one connection, and then it is the turn of another one', async () => {
    await begin();
    const sessions: Session[] = [];
    a.answer = (request) => {
      sessions.push(request.session);
      request.answer([1]);
    };
    const seen = new Set<Session>();
    // The router asks for buckets meanwhile, which takes a turn, too.
    for (let round = 0; round < 50 && seen.size < 2; round++) {
      await Promise.all([1, 2, 3].map((bucket) => callrw(bucket)));
      const now = sessions.splice(0);
      expect([now.length, new Set(now).size]).toEqual([3, 1]);
      seen.add(now[0]!);
    }
    expect(seen.size).toBe(2);
  });

  it('follows a bucket that moved, and goes there from then on', async () => {
    await begin();
    a.answer = (request) => a.refuse(request, 'WRONG_BUCKET', { bucket: 3, at: 'right', generation: 2 });
    expect(await callrw(3)).toEqual(['done', 'b']);
    expect(await callrw(3)).toEqual(['done', 'b']);
    expect([a.heard.length, b.heard.length]).toEqual([1, 2]);
    expect(scene.router.stats().retries).toEqual({ WRONG_BUCKET: 1 });
  });

  it('waits for a bucket on its way', async () => {
    await begin();
    let left = 3;
    a.answer = (request) => (left-- > 0 ? a.refuse(request, 'BUCKET_MOVING', { bucket: 3, to: 'right' }) : request.answer([1]));
    expect(await callrw(3)).toEqual([1]);
    expect(a.heard).toHaveLength(4);
  });

  it('is not held for longer than holdMs, and says why it was not served', async () => {
    await begin({ holdMs: 60 });
    a.answer = (request) => a.refuse(request, 'BUCKET_MOVING', { bucket: 3, to: 'right' });
    expect(errorOf(await callrw(3))).toMatchObject({ type: 'ShardingError', name: 'TRANSFER_IS_IN_PROGRESS', code: 7, bucket_id: 3, message: expect.stringContaining('BUCKET_MOVING') });
    expect(scene.router.stats().held).toBe(0);
  });

  it('two storages that name each other do not keep it busy', async () => {
    await begin({ holdMs: 200 });
    let generation = 2;
    const answer = (storage: Storage, to: string) => (request: ServerRequest) => storage.refuse(request, 'WRONG_BUCKET', { bucket: 3, at: to, generation: (generation += 1) });
    a.answer = answer(a, 'right');
    b.answer = answer(b, 'left');
    expect(errorOf(await callrw(3))).toMatchObject({ name: 'WRONG_BUCKET', code: 1 });
    expect(a.heard.length + b.heard.length).toBeLessThan(60);
  });

  it('of a bucket that is none is refused; of one that nobody owns it waits', async () => {
    b.ranges = [[6, 9, 1]];
    await begin({ holdMs: 400 }, { known: 9 });
    expect(errorOf(await callrw(11))).toMatchObject({ name: 'NO_ROUTE_TO_BUCKET', message: expect.stringContaining('out of range') });
    expect(errorOf(await callrw(10))).toMatchObject({ name: 'NO_ROUTE_TO_BUCKET', message: expect.stringContaining('no storage that can be reached') });
    const waiting = callrw(10, { timeout: 5 });
    b.ranges = [[6, 10, 1]];
    b.version += 1;
    expect(await waiting).toEqual(['done', 'b']);
  });
});

describe('masters', () => {
  it('a refusal names the new one, and the call goes there in its epoch', async () => {
    const c = await scene.storage('left', 'c');
    c.master = false;
    await begin();
    a.answer = (request) => a.refuse(request, 'WRONG_EPOCH', { asked: 1, known: 2, master: 'c' });
    a.master = false;
    c.answer = (request, { args }) => request.answer(['c', args[0]!]);
    expect(await callrw(1)).toEqual(['c', 2]);
    expect(scene.router.stats().masters.left).toEqual({ instance: 'c', epoch: 2 });
  });

  it('a write is held while there is none, and goes on when one is told', async () => {
    const c = await scene.storage('left', 'c');
    c.master = false;
    await begin();
    a.answer = (request) => a.refuse(request, 'LEASE_EXPIRED', { epoch: 1, frozen: true });
    const waiting = callrw(1);
    await waitFor(() => scene.router.stats().held === 1, { timeoutMs: 20_000, what: 'a held call' });
    a.master = false;
    scene.router.setTopology(scene.topology({ left: 'c' }, { left: 2 }));
    expect(await waiting).toEqual(['done', 'c']);
    expect(c.heard[0]!.args[0]).toBe(2);
  });

  it('an older word about the master changes nothing', async () => {
    const c = await scene.storage('left', 'c');
    c.master = false;
    await begin({}, { topology: scene.topology({ left: 'a' }, { left: 5 }) });
    scene.router.setTopology(scene.topology({ left: 'c' }, { left: 4 }));
    expect(await callrw(1)).toEqual(['done', 'a']);
  });

  it('a master that cannot be reached holds writes; what is told in the end is that nothing was done', async () => {
    await begin({ holdMs: 500 });
    await a.stop();
    expect(errorOf(await callrw(1))).toMatchObject({ type: 'ShardingError', name: 'UNREACHABLE_MASTER', message: expect.stringContaining('nothing was done') });
    const waiting = client.call('coterie.call', [null, 'f', [], { bucket_id: 1, timeout: 5 }]);
    await a.start();
    expect(await waiting).toEqual(['done', 'a']);
  });
});

describe('what is not certain', () => {
  it('a write whose connection is lost is told, and never sent again', async () => {
    await begin();
    a.answer = (request) => request.session.close();
    expect(errorOf(await callrw(1))).toMatchObject({ type: 'ClientError', code: errorCodes.NO_CONNECTION, message: expect.stringMatching(/^OUTCOME_UNKNOWN/) });
    expect(a.heard).toHaveLength(1);
    expect((await failure(client.call('coterie.call', [null, 'f', [], { bucket_id: 1 }]))).message).toMatch(/^(OUTCOME_UNKNOWN|.*nothing was done)/);
  });

  it('a write that is late is told as unknown, when its time is up', async () => {
    await begin();
    a.answer = () => {};
    const began = performance.now();
    expect(errorOf(await callrw(1, { timeout: 0.1 }))).toMatchObject({ code: errorCodes.TIMEOUT, message: expect.stringMatching(/^OUTCOME_UNKNOWN/) });
    expect(performance.now() - began).toBeLessThan(1_500);
    expect(a.heard).toHaveLength(1);
  });

  it('a read goes to another instance, when one hangs or is lost', async () => {
    const c = await scene.storage('left', 'c');
    c.master = false;
    await begin({ readTryMs: 50 });
    a.answer = () => {};
    expect(await callro(1)).toEqual(['done', 'c']);
    a.answer = (request) => request.session.close();
    expect(await callro(2)).toEqual(['done', 'c']);
    // The one that hung is left alone for a while.
    expect(a.heard).toHaveLength(1);
  });

  it('an outcome that a storage calls unknown is told as it is', async () => {
    await begin();
    a.answer = (request) => a.refuse(request, 'OUTCOME_UNKNOWN', { known: 2 });
    expect(errorOf(await callrw(1))).toMatchObject({ message: 'OUTCOME_UNKNOWN {"known":2}: as the test says' });
    expect((await failure(client.call('coterie.call', [null, 'f', [], { bucket_id: 1 }]))).message).toBe('OUTCOME_UNKNOWN {"known":2}: as the test says');
    expect(a.heard).toHaveLength(2);
  });

  it("a function's error is its own, in either manner", async () => {
    await begin();
    a.answer = (request) => request.fail(errorCodes.TUPLE_FOUND, 'Duplicate key');
    expect(errorOf(await callrw(1))).toEqual({ type: 'ClientError', base_type: 'ClientError', code: errorCodes.TUPLE_FOUND, message: 'Duplicate key' });
    expect(await failure(client.call('coterie.call', [null, 'f', [], { bucket_id: 1 }]))).toMatchObject({ code: errorCodes.TUPLE_FOUND, message: 'Duplicate key' });
    expect(scene.router.stats().calls['coterie.call']!.errors).toEqual({ failed: 1 });
  });
});

describe('limits', () => {
  it('calls beyond inFlightMax are refused at once', async () => {
    const { limits } = (await import('~/link/router-protocol.ts')).settingsShape.parse({ listen: 'x', credentials: { user: 'u', password: '' } });
    await begin({ limits: { ...limits, inFlightMax: 2 } });
    const waiting: ServerRequest[] = [];
    a.answer = (request) => waiting.push(request);
    const calls = [callrw(1), callrw(1)];
    await waitFor(() => waiting.length === 2, { timeoutMs: 20_000, what: 'two calls at work' });
    expect(errorOf(await callrw(1))).toMatchObject({ message: expect.stringMatching(/^OVERLOADED \{"limit":"inFlight","now":2,"max":2\}/) });
    for (const request of waiting) request.answer(['ok']);
    expect(await Promise.all(calls)).toEqual([['ok'], ['ok']]);
    a.answer = (request) => request.answer(['again']);
    expect(await callrw(1)).toEqual(['again']);
  });

  it('calls beyond heldMax are refused at once', async () => {
    const { limits } = (await import('~/link/router-protocol.ts')).settingsShape.parse({ listen: 'x', credentials: { user: 'u', password: '' } });
    await begin({ limits: { ...limits, heldMax: 1 }, holdMs: 1_500 });
    a.answer = (request) => a.refuse(request, 'GATED', {});
    const held = callrw(1);
    await waitFor(() => scene.router.stats().held === 1, { timeoutMs: 20_000, what: 'a held call' });
    a.answer = (request, { args }) => (args[1] === 1 ? a.refuse(request, 'GATED', {}) : request.answer(['other']));
    let refused: Value[] = [];
    // Between two tries of the one that is held there is room.
    await waitFor(async () => (refused = await callrw(1, { timeout: 0.3 })).length > 0 && String(errorOf(refused).message).startsWith('OVERLOADED'), { timeoutMs: 20_000, what: 'a refusal' });
    expect(await callrw(2)).toEqual(['other']);
    expect(errorOf(await held)).toMatchObject({ name: 'NON_MASTER' });
  });

  it('drains: what is at work is answered, what is new is refused, and then it ends', async () => {
    await begin();
    let work: ServerRequest | undefined;
    a.answer = (request) => (work = request);
    const call = callrw(1);
    await waitFor(() => work !== undefined, { timeoutMs: 20_000, what: 'a call at work' });
    const drained = scene.router.drain(5_000);
    expect((await failure(callrw(2))).message).toMatch(/is ending; nothing was done/);
    work!.answer(['late but whole']);
    expect(await call).toEqual(['late but whole']);
    expect(await drained).toBe(0);
    await expect(scene.connect()).rejects.toThrow(/no connection/);
  });
});

describe('the front', () => {
  it('lets in who has the password', async () => {
    await begin();
    await expect(scene.connect('wrong')).rejects.toMatchObject({ code: errorCodes.PASSWORD_MISMATCH });
    scene.router.setUsers({});
    await expect(scene.connect()).rejects.toMatchObject({ code: errorCodes.PASSWORD_MISMATCH });
  });

  it('answers what connectors begin with, and refuses what is for storages', async () => {
    await begin();
    await client.ping();
    expect(await client.identify()).toEqual({ version: 1, features: [], authType: undefined });
    expect(await client.select(281, [], { limit: 10 })).toEqual([]);
    for (const ask of [client.select(512, [], { limit: 1 }), client.eval('return 1'), client.insert(512, [1]), client.execute('SELECT 1')]) expect((await failure(ask)).message).toMatch(/is not for a router.*CALL crud/);
    expect(await failure(client.call('put', [1]))).toMatchObject({ code: errorCodes.NO_SUCH_PROC });
    expect(await failure(client.call('crud.drop', ['t']))).toMatchObject({ code: errorCodes.NO_SUCH_PROC });
  });

  it('finds the bucket of a key by the hash of its group, unless the call or the space names another', async () => {
    const space = { id: 800, name: 't', bucket: 2, key: [1], format: [{ name: 'id', type: 'unsigned' }, { name: 'bucket_id', type: 'unsigned' }], indexes: [{ id: 0, name: 'id', unique: true, type: 'TREE', parts: [{ field: 1, type: 'unsigned' }] }] };
    a.schema = b.schema = { version: 1, spaces: [space, { ...space, name: 'own', hash: 'strcrc32' }] };
    await begin({ hash: 'mpcrc32' });
    const key = Array.from({ length: 100 }, (_, index) => index).find((one) => bucketOf(one, 10, 'mpcrc32') <= 5 && bucketOf(one, 10, 'strcrc32') > 5)!;
    expect(await client.call('coterie.call', [key, 'f'])).toEqual(['done', 'a']);
    expect(await client.call('coterie.call', [key, 'f', [], { hash: 'strcrc32' }])).toEqual(['done', 'b']);
    expect(await client.call('crud.get', ['t', key])).toEqual(['done', 'a']);
    expect(await client.call('crud.get', ['own', key])).toEqual(['done', 'b']);
  });

  it('answers the old CALL with tuples', async () => {
    await begin();
    a.answer = (request) => request.answer([1, [2, 3], [[4], [5]]]);
    const request = { ...requests.call('vshard.router.callrw', [1, 'f']), type: requestTypes.call16 };
    const response = await client.request(request);
    const { decodeData } = await import('~/iproto/index.ts');
    expect(decodeData(response)).toEqual([[1], [2, 3], [4], [5]]);
    expect(response.body.includes(bodyKeys.data)).toBe(true);
    a.answer = (request) => request.answer([[], 'x']);
    expect(decodeData(await client.request(request))).toEqual([[], ['x']]);
    a.answer = (request) => request.fail(errorCodes.PROC_LUA, 'as the function says');
    const failed = await client.request({ ...requests.call('coterie.call', [null, 'f', [], { bucket_id: 1 }]), type: requestTypes.call16 });
    expect(failed.status & 0x7fff).toBe(errorCodes.PROC_LUA);
  });

  it('tells about itself', async () => {
    await begin();
    const [info] = (await client.call('vshard.router.info')) as [Map<string, Value>];
    expect(Object.fromEntries(info.get('bucket') as Map<string, Value>)).toEqual({ available_rw: 10, available_ro: 0, unreachable: 0, unknown: 0 });
    expect([info.get('status'), info.get('alerts')]).toEqual([0, []]);
    const [route] = (await client.call('vshard.router.route', [7])) as [Map<string, Value>];
    expect(route.get('uuid')).toBe('right');
    const [all] = (await client.call('vshard.router.routeall')) as [Map<string, Value>];
    expect([...all.keys()]).toEqual(['left', 'right']);
    const { pools, connections, map } = scene.router.stats();
    expect([pools.map(({ up }) => up), connections, map.totals]).toEqual([[2, 2], 1, { left: 5, right: 5 }]);
  });
});
