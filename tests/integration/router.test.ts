import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, TarantoolError, Value, Writable } from '~/iproto/index.ts';
import type { Closed } from '~/tests/support/database.ts';
import { bucketsCount, leaseSeconds, Sharded } from '~/tests/support/routed.ts';
import { RouterProcess } from '~/tests/support/router-process.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The router as it is shipped, in front of two replicasets of real Tarantools. */
let cluster: Sharded;
let router: RouterProcess;
let client: Connection;

beforeAll(async () => {
  cluster = await Sharded.start([2, 1]);
  router = await RouterProcess.start(cluster.topology());
  await router.until(({ map }) => map.known === bucketsCount, 'a whole map');
  client = await router.connect();
});
afterAll(async () => {
  await router?.stop();
  await cluster?.remove();
});

const failure = (promise: Promise<unknown>) => promise.then(() => expect.fail('it was answered'), (error: TarantoolError) => error);
const errorOf = (values: Value[]) => Object.fromEntries(values[1] as Map<string, Value>);
const ofShard = (bucket: number) => cluster.uuid(bucket <= bucketsCount / 2 ? 0 : 1);
const instancesOf = (at: number) => cluster.shards[at]!.map(({ uuid }) => uuid);

describe('calls', () => {
  it('go where the bucket is, as the user who logged in', async () => {
    for (const bucket of [1, 15, 16, 30]) {
      const [user, instance] = await client.call('vshard.router.callrw', [bucket, 'whoami']);
      expect([user, instance]).toEqual(['app', cluster.shards[bucket <= 15 ? 0 : 1]![0]!.uuid]);
      const [route] = (await client.call('vshard.router.route', [bucket])) as [Map<string, Value>];
      expect(route.get('uuid')).toBe(ofShard(bucket));
    }
    expect(await client.call('vshard.router.callrw', [3, 'put', [1, 3, 'Ann', 30]])).toEqual([[1, 3, 'Ann', 30]]);
    expect((await client.call('vshard.router.callro', [3, 'get', [1]]))[0]).toEqual([1, 3, 'Ann', 30]);
    expect(await client.call('coterie.call', ['any', 'whoami'])).toEqual(['app', expect.any(String)]);
  });

  it("have the function's own errors", async () => {
    expect(errorOf(await client.call('vshard.router.callrw', [3, 'fail']))).toMatchObject({ type: 'ClientError', code: 7777, message: 'as it should' });
    expect(await failure(client.call('coterie.call', ['k', 'fail']))).toMatchObject({ code: 7777, message: 'as it should' });
    expect(errorOf(await client.call('vshard.router.callrw', [3, 'nosuch']))).toMatchObject({ code: 42 });
  });

  it('that read are spread over copies when they ask for it', async () => {
    const seen = new Set<Value>();
    for (let count = 0; count < 10; count += 1) seen.add((await client.call('vshard.router.callbro', [3, 'whoami']))[1]!);
    expect(seen).toEqual(new Set(instancesOf(0)));
    const [, replica] = await client.call('vshard.router.callre', [3, 'whoami']);
    expect(replica).toBe(instancesOf(0)[1]);
  });

  it('end at their deadline', async () => {
    const began = performance.now();
    expect(errorOf(await client.call('vshard.router.callrw', [3, 'nap', [3], { timeout: 0.2 }]))).toMatchObject({ code: 78, message: expect.stringMatching(/^OUTCOME_UNKNOWN/) });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('follow a bucket that moved', async () => {
    await client.call('vshard.router.callrw', [7, 'put', [70, 7, 'Moved', 1]]);
    await cluster.move(7, 0, 1);
    expect((await client.call('vshard.router.callro', [7, 'get', [70]]))).toEqual([[70, 7, 'Moved', 1], instancesOf(1)[0]]);
    await router.until(({ map }) => map.totals[cluster.uuid(1)] === bucketsCount / 2 + 1, 'the new map');
    expect(router.stats[0]!.retries.WRONG_BUCKET).toBeGreaterThan(0);
  });
});

describe('rights', () => {
  const row = [2, 3, 'Bob', 30];
  const ways: [string, Writable[]][] = [
    ...['callrw', 'callro', 'callre', 'callbro', 'callbre'].map((way): [string, Writable[]] => [`vshard.router.${way}`, [3]]),
    ['vshard.router.call', [3, 'write']], ['coterie.call', ['any']], ['vshard.router.map_callrw', []],
  ];
  /** What was refused, however it is told. */
  const refusal = async (from: Connection, name: string, args: Writable[]) => {
    const [nothing, error] = await from.call(name, args).catch(({ code, message }: TarantoolError): Value[] => [null, new Map(Object.entries({ code, message }))]);
    expect(nothing).toBeNull();
    return Object.fromEntries(error as Map<string, Value>);
  };
  const masters = (code: string) => Promise.all(cluster.shards.map(([master]) => master!.lua(code)));

  it.each(ways)('to a function are asked for by %s', async (way, before) => {
    const poor = await router.connect('poor');
    // Also of what is no function of the database's, what routers ask, and what a router may be asked under another name.
    for (const name of ['put', 'whoami', 'loadstring', 'nosuch', 'coterie.bucket_call', 'coterie.storage_call', 'coterie.map_hold', 'coterie.crud_schema']) {
      expect(await refusal(poor, way, [...before, name, row])).toMatchObject({ code: 42, message: `Execute access to function '${name}' is denied for user 'poor'` });
    }
    expect(await refusal(client, way, [...before, 'loadstring', ['return 1']])).toMatchObject({ code: 42, message: "Execute access to function 'loadstring' is denied for user 'app'" });
    expect(await refusal(poor, way, [...before, 'coterie.crud', ['get', 3, 'customers', 2]])).toMatchObject({ code: 42, message: "Read access to space 'customers' is denied for user 'poor'" });
    expect(await masters('return box.space.customers:get(2)')).toEqual([[], []]);
  });

  it('to a space are asked for by crud', async () => {
    const poor = await router.connect('poor');
    const object = { id: 2, bucket_id: 3, name: 'Bob' };
    const operations: [string, Writable[]][] = [
      ['insert', [row]], ['insert_object', [object]], ['replace', [row]], ['replace_object', [object]], ['upsert', [row, []]], ['upsert_object', [object, []]],
      ['update', [2, [['=', 'age', 1]]]], ['delete', [2]], ['get', [2]], ['get', [2, { mode: 'write' }]],
    ];
    for (const [operation, args] of operations) {
      expect((await refusal(poor, `crud.${operation}`, ['customers', ...args])).err, operation).toMatch(/^(Read|Write) access to space 'customers' is denied for user 'poor'$/);
    }
    const [, errors] = (await poor.call('crud.insert_many', ['customers', [row]])) as [Value, Map<string, Value>[]];
    expect(errors.map((error) => error.get('err'))).toEqual(["Write access to space 'customers' is denied for user 'poor'"]);
    expect(await masters('return box.space.customers:get(2)')).toEqual([[], []]);
  });

  it('to all functions let a user speak for nobody else, and end with the grant', async () => {
    const poor = await router.connect('poor');
    await masters("box.schema.user.grant('poor', 'execute', 'universe')");
    expect((await poor.call('vshard.router.callrw', [3, 'whoami']))[0]).toBe('poor');
    for (const [name, args] of [['coterie.bucket_call', [1, 3, 'write', 'whoami', []]], ['coterie.bucket_call', [null, 3, 'read', 'whoami', []]], ['coterie.storage_call', [1, 'write', 'whoami', []]], ['coterie.storage_call', [1, 'read', 'whoami', []]]] as [string, Writable[]][]) {
      for (const user of ['admin', 'app', 'coterie_router']) {
        expect(await refusal(poor, 'vshard.router.callrw', [3, name, [...args, user]])).toMatchObject({ code: 42, message: `Speak for access to user '${user}' is denied for user 'poor'` });
      }
    }
    await masters("box.schema.user.revoke('poor', 'execute', 'universe')");
    for (const name of ['whoami', 'loadstring']) expect(await refusal(poor, 'vshard.router.callrw', [3, name])).toMatchObject({ code: 42 });
  });

  it('to speak for others are those of routers', async () => {
    const direct = await cluster.shards[0]![0]!.connect();
    expect((await failure(direct.call('coterie.bucket_call', [1, 3, 'write', 'whoami', [], 'admin']))).message).toMatch(/access.*denied/);
  });
});

describe('map_callrw', () => {
  const everywhere = (options = {}) => client.call('vshard.router.map_callrw', ['whoami', [], options]);

  it('runs once on each master, as the user', async () => {
    const [results] = (await everywhere()) as [Map<string, Value>];
    expect(Object.fromEntries(results)).toEqual({ [cluster.uuid(0)]: ['app', instancesOf(0)[0]], [cluster.uuid(1)]: ['app', instancesOf(1)[0]] });
  });

  it('lets no bucket go meanwhile, and every bucket after', async () => {
    // Those of the test before may still be told of.
    await router.until(({ inFlight }) => inFlight === 0, 'nothing under way');
    const began = performance.now();
    const nap = client.call('vshard.router.map_callrw', ['nap', [1.5], { timeout: 10 }]);
    await router.until(({ inFlight }) => inFlight === 2, 'two naps');
    await cluster.move(9, 0, 1);
    expect(performance.now() - began).toBeGreaterThan(1_500);
    expect([...((await nap)[0] as Map<string, Value>).values()]).toEqual([['rested'], ['rested']]);
  });

  it('tells of the shard at which it failed', async () => {
    const [nothing, error, shard] = await client.call('vshard.router.map_callrw', ['fail']);
    expect([nothing, (error as Map<string, Value>).get('code')]).toEqual([null, 7777]);
    expect([cluster.uuid(0), cluster.uuid(1)]).toContain(shard);
  });
});

describe('a wrong password', () => {
  it('is refused, and so is no login', async () => {
    await expect(router.connect('app', 'wrong')).rejects.toThrow(/User not found or supplied credentials/);
    await expect(router.connect('nobody')).rejects.toThrow(/User not found or supplied credentials/);
  });
});

describe('masters', () => {
  it('become read-only under functions that have begun: one that has done nothing is run again, of others nobody knows', { timeout: 60_000 }, async () => {
    const [master] = cluster.shards[0]!;
    const begun = async (id: number, before: string) => {
      const call = client.call('vshard.router.callrw', [3, 'put_when_told', [id, 3, before]]);
      await waitFor(async () => (await master!.lua('return _G.untold == 1'))[0], { timeoutMs: 10_000, what: 'a call at work' });
      await master!.lua('_G.untold = 0');
      return [call];
    };
    const calls = [...(await begun(100, 'itself')), ...(await begun(110, 'another fiber')), ...(await begun(120, 'nobody'))];
    await master!.call('freeze', { epoch: 1 });
    await master!.lua('_G.told = true');
    for (const call of calls.slice(0, 2)) expect(errorOf(await call)).toMatchObject({ message: expect.stringMatching(/^OUTCOME_UNKNOWN \{.*may have written before: .*read-only/) });
    await router.until(({ held }) => held === 1, 'the third to be held');
    await master!.call('unfreeze', { epoch: 1 });
    expect(await calls[2]).toEqual([[120, 3, 'told', 0]]);
  });

  it('change without an error at a client that writes', { timeout: 60_000 }, async () => {
    const [old, next] = cluster.shards[0]! as [typeof cluster.shards[0][0], typeof cluster.shards[0][0]];
    const state = { writing: true };
    const answers: Value[][] = [];
    const writer = (async () => {
      for (let id = 1000; state.writing; id += 1) answers.push(...(await Promise.all(['put', 'put_slowly'].map((name, lane) => client.call('vshard.router.callrw', [3, name, [id + lane * 10_000, 3, 'x', id]])))));
    })();
    await waitFor(() => answers.length > 20, { timeoutMs: 10_000, what: 'writes before' });
    // As a switchover: frozen, caught up, promoted in the next epoch; the router hears of it by the refusal alone.
    const { vclock } = await old!.call<Closed>('freeze', { epoch: 1 });
    await next!.call('await_vclock', { vclock, timeout: 10 });
    await next!.promote(2, leaseSeconds);
    await old!.call('lease_set', { epoch: 2, master: next!.uuid });
    const before = answers.length;
    await waitFor(() => answers.length > before + 20, { timeoutMs: 20_000, what: 'writes after' });
    state.writing = false;
    await writer;
    expect(answers.filter(([row]) => row === null)).toEqual([]);
    const [count] = await next!.lua('return box.space.customers.index.age:count(1000, {iterator = "GE"})');
    expect(count).toBe(answers.length);
    cluster.epochs[0] = 2;
    cluster.shards[0]!.reverse();
    expect((await client.call('vshard.router.callrw', [3, 'whoami']))[1]).toBe(next!.uuid);
  });

  it('that are killed hold writes, reads go to copies, and it goes on when they are back', { timeout: 60_000 }, async () => {
    const [master, replica] = cluster.shards[0]!;
    await master!.stop();
    expect((await client.call('vshard.router.callro', [3, 'whoami']))[1]).toBe(replica!.uuid);
    expect(errorOf(await client.call('vshard.router.callrw', [3, 'whoami', [], { timeout: 0.3 }]))).toMatchObject({ message: expect.stringMatching(/nothing was done/) });
    // Another shard does not mind.
    expect((await client.call('vshard.router.callrw', [20, 'whoami']))[1]).toBe(cluster.shards[1]![0]!.uuid);
    await replica!.call('demote', { epoch: 2 });
    await replica!.promote(3, leaseSeconds);
    cluster.epochs[0] = 3;
    cluster.shards[0]!.reverse();
    router.setTopology(cluster.topology());
    expect((await client.call('vshard.router.callrw', [3, 'whoami']))[1]).toBe(replica!.uuid);
  });
});

describe('the end', () => {
  it('answers what is at work, and takes nothing new', { timeout: 60_000 }, async () => {
    const other = await RouterProcess.start(cluster.topology());
    await other.until(({ map }) => map.known === bucketsCount, 'a whole map');
    const caller = await other.connect();
    const nap = caller.call('vshard.router.callrw', [20, 'nap', [1]]);
    await other.until(({ inFlight }) => inFlight === 1, 'a call at work');
    other.drain();
    await waitFor(() => caller.call('vshard.router.callrw', [20, 'whoami']).then(() => false, (error: Error) => /is ending|no connection/.test(error.message)), { timeoutMs: 5_000, what: 'a refusal' });
    expect(await nap).toEqual(['rested']);
    await waitFor(() => other.ended, { timeoutMs: 10_000, what: 'its end' });
    expect(other.said).toContainEqual({ kind: 'drained', left: 0 });
  });

  it('comes at once for settings that cannot be', async () => {
    await expect(RouterProcess.start(cluster.topology(), { listen: 'nowhere' })).rejects.toThrow(/not an address/);
  });
});
