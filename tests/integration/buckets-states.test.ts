import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TarantoolError, type Connection } from '~/iproto/index.ts';
import { StepLink } from '../support/step-link.ts';
import { Storage } from '../support/storages.ts';
import { waitFor } from '../support/wait.ts';

const functions = `
  gates = gates or {}
  function put(bucket, id) box.space.accounts:replace{id, bucket, 1} return id, 'put' end
  function put_after(bucket, id, gate) gates[gate] = require('fiber').channel() gates[gate]:get(20) return put(bucket, id) end
  function count(bucket) return box.space.accounts.index.bucket_id:count(bucket) end
  function count_after(bucket, gate) gates[gate] = require('fiber').channel() gates[gate]:get(20) return count(bucket) end
  function own_error() box.error{code = 1234, reason = 'its own'} end
  function refused_inside(bucket, id) put(bucket, id) error('BUCKET_MOVING {"bucket":1}: another one is on its way', 0) end
  function hidden() return 1 end`;

const refusalOf = (call: Promise<unknown>) => call.then(
  (value) => `was answered ${JSON.stringify(value)}`,
  (error: unknown) => (error instanceof TarantoolError ? error.message : String(error)),
);

/** CRC-32C without the last inversion, bit by bit. */
function crc(bytes: Iterable<number>): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  return sum >>> 0;
}

describe('buckets of two storages', () => {
  const [a, b] = [new Storage('a'), new Storage('b')];
  const link = new StepLink();
  let app: Connection;
  let far: Connection;
  let replica: Connection;
  const entered = (storage: Storage, gate: string) => waitFor(async () => (await storage.master.lua(`return gates.${gate} ~= nil`))[0], { timeoutMs: 20_000, what: `a call at gate ${gate}` });
  const let_go = (storage: Storage, gate: string) => storage.master.lua(`gates.${gate}:put(true, 1)`);
  const moveTo = (to: Storage, ids: readonly number[], more: object = {}) => (to === b ? a : b).move(to, { ids }, more);
  const stateOf = async (storage: Storage, bucket: number, from = storage.master) => (await storage.rows(from)).find(([id]) => id === bucket)?.slice(1, 3) ?? null;

  beforeAll(async () => {
    await Promise.all([a.start(2), b.start(1)]);
    await link.start(b.master.listen);
    for (const one of [...a.databases.all, ...b.databases.all]) await one.lua(functions);
    app = await a.master.connect();
    far = await b.master.connect();
    replica = await a.replicas[0]!.connect();
  });
  afterAll(async () => {
    await link.stop();
    await Promise.all([a, b].map((storage) => storage.databases.remove()));
  });

  it('before a bootstrap there are none, and a space without an index is named', async () => {
    expect(await refusalOf(a.call(app, 1, 'write', 'put', 1, 10))).toMatch(/^NOT_SHARDED \{/);
    await a.master.lua("box.schema.space.create('lame', {format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}}}):create_index('id')");
    await expect(a.bootstrap(60, [[1, 50]])).rejects.toThrow(/lame has a field bucket_id, and no TREE index that begins with it/);
    await a.master.lua('box.space.lame:drop()');
    await a.master.lua("box.schema.space.create('other', {format = {{'id', 'unsigned'}}}):create_index('id')");
    await expect(a.replicas[0]!.call('buckets_bootstrap', { count: 60, ranges: [[1, 50]] })).rejects.toThrow(/^WRONG_EPOCH|^LEASE_EXPIRED/);
    for (const wrong of [{ count: 0, ranges: [] }, { count: 60, ranges: [[1, 61]] }, { count: 60, ranges: [[1, 5], [5, 6]] }, { count: 60, ranges: [[6, 5]] }, { count: 60, ranges: [], group: '!' }]) await expect(a.master.call('buckets_bootstrap', wrong)).rejects.toThrow(/^buckets_bootstrap: /);
  });

  it('a bootstrap makes them once; the same one again is fine, another is not', async () => {
    expect(await a.bootstrap(60, [[1, 40], [41, 50]])).toEqual({ made: 50, owned: 50 });
    expect(await a.bootstrap(60, [[1, 50]])).toEqual({ made: 0, owned: 50 });
    await expect(a.bootstrap(60, [[1, 51]])).rejects.toThrow(/^REFUSED .*was bootstrapped here with the buckets 1-50/);
    await expect(a.bootstrap(61, [[1, 50]])).rejects.toThrow(/^REFUSED .*of group default with 60 buckets/);
    expect(await b.bootstrap(60, [[51, 60]])).toEqual({ made: 10, owned: 10 });
    await Promise.all([a.hears([b], () => link.address), b.hears([a])]);
    expect((await a.map()).ranges).toEqual([[1, 50, 'active', 1, null]]);
    await waitFor(async () => (await a.map(undefined, a.replicas[0])).ranges.length > 0, { timeoutMs: 20_000, what: 'buckets on the replica' });
  });

  it('a call runs where its bucket is, and answers what the function answers', async () => {
    expect(await a.call(app, 7, 'write', 'put', 7, 70)).toEqual([70, 'put']);
    expect(await a.call(app, 7, 'read', 'count', 7)).toEqual([1]);
    await waitFor(async () => ((await a.call(replica, 7, 'read', 'count', 7)) as number[])[0] === 1, { timeoutMs: 20_000, what: 'the row on the replica' });
    expect(await refusalOf(a.call(app, 7, 'write', 'own_error'))).toBe('its own');
    // Something was done before: nobody may take it for nothing.
    for (const mode of ['write', 'read'] as const) expect(await refusalOf(a.call(app, 7, mode, 'refused_inside', 7, 70))).toMatch(/^OUTCOME_UNKNOWN \{.*: the function itself was refused something: BUCKET_MOVING \{/);
    expect(await refusalOf(app.call('coterie.fenced_call', [1, 'refused_inside', [7, 70]]))).toMatch(/^OUTCOME_UNKNOWN \{/);
    expect(await refusalOf(a.call(replica, 7, 'write', 'put', 7, 71))).toMatch(/^WRONG_EPOCH \{/);
    expect(await refusalOf(app.call('coterie.bucket_call', [9, 7, 'write', 'put', [7, 71]]))).toMatch(/^WRONG_EPOCH \{(?=.*"known":1)(?=.*"asked":9)/);
    expect(await refusalOf(app.call('coterie.bucket_call', [9, 7, 'read', 'count', [7]]))).toMatch(/^WRONG_EPOCH \{/);
    expect(await refusalOf(a.call(app, 55, 'read', 'count', 55))).toMatch(/^WRONG_BUCKET \{(?=.*"bucket":55)(?=.*"at":null)(?=.*"generation":0)/);
    expect(await refusalOf(a.call(app, 61, 'read', 'count', 61))).toMatch(/a whole number from 1 to 60, not 61/);
    expect(await refusalOf(app.call('coterie.bucket_call', [1, 7, 'both', 'count', [7]]))).toMatch(/the mode is 'read' or 'write', not both/);
    expect((await a.stat()).references).toEqual({ read: 0, write: 0 });
  });

  it('a key has the bucket that it has with vshard', async () => {
    // The check value of CRC-32C is e3069283; vshard has it before the inversion.
    expect(crc(Buffer.from('123456789'))).toBe(0x1cf96d7c);
    const bucket = (bytes: Iterable<number>) => (crc(bytes) % 3000) + 1;
    const [text, number, both, packed, one, parts] = await a.master.lua("return coterie.strcrc32('123456789', 3000), coterie.strcrc32(42, 3000), coterie.strcrc32({'a', 7}, 3000), coterie.mpcrc32('123456789', 3000), coterie.mpcrc32(1, 3000), coterie.mpcrc32({1, 'a', 300}, 3000)");
    expect([text, number, both]).toEqual([bucket(Buffer.from('123456789')), bucket(Buffer.from('42')), bucket(Buffer.from('a7'))]);
    // Text goes as its bytes alone, without the head that MessagePack gives it: vshard saves itself a copy.
    expect([packed, one, parts]).toEqual([bucket(Buffer.from('123456789')), bucket([1]), bucket([1, 0x61, 0xcd, 0x01, 0x2c])]);
    // Without a count it is that of the storage.
    expect(await a.master.lua("return coterie.strcrc32('1'), coterie.mpcrc32(1)")).toEqual([(crc(Buffer.from('1')) % 60) + 1, (crc([1]) % 60) + 1]);
  });

  it('a call goes by the rights of its caller', async () => {
    await a.master.lua(`
      box.schema.user.create('plain', {password = 'secret'})
      box.schema.func.create('put') box.schema.func.create('hidden')
      box.schema.user.grant('plain', 'execute', 'function', 'coterie.bucket_call')
      box.schema.user.grant('plain', 'execute', 'function', 'put')
      box.schema.user.grant('plain', 'read,write', 'space', 'accounts')`);
    const plain = await a.master.connect('plain');
    expect(await a.call(plain, 7, 'write', 'put', 7, 72)).toEqual([72, 'put']);
    expect(await refusalOf(a.call(plain, 55, 'write', 'put', 55, 72))).toMatch(/^WRONG_BUCKET /);
    expect(await refusalOf(a.call(plain, 7, 'write', 'hidden'))).toMatch(/Execute access to function 'hidden' is denied/);
    expect(await refusalOf(a.call(plain, 7, 'write', 'count', 7))).toMatch(/denied/);
    expect(await refusalOf(plain.call('coterie_buckets.ask', [{ kind: 'look' }]))).toMatch(/denied/);
    const guest = await a.master.connect(null);
    expect(await refusalOf(a.call(guest, 7, 'write', 'put', 7, 73))).toMatch(/denied/);
    // What is not registered takes the right to execute all, as it is at each call.
    const counts = () => a.call(plain, 7, 'write', 'count', 7).then(() => true, (error: Error) => (/denied/.test(error.message) ? false : Promise.reject(error)));
    const may: boolean[] = [];
    for (const change of [
      "box.schema.user.grant('plain', 'execute', 'universe')",
      "box.schema.user.revoke('plain', 'execute', 'universe')",
      "box.schema.role.create('runners') box.schema.role.grant('runners', 'execute', 'universe') box.schema.user.grant('plain', 'runners')",
      "box.schema.role.revoke('runners', 'execute', 'universe')",
      "box.begin() box.schema.role.grant('runners', 'execute', 'universe') local ok = box.session.su('plain', pcall, require('caller').call, 'count', {7}) box.rollback() assert(ok)",
    ]) {
      await a.master.lua(change);
      may.push(await counts());
    }
    expect(may).toEqual([true, false, true, false, false]);
  });

  it('while it is sent reads go on and writes are refused; then all is at the other one', async () => {
    for (let id = 0; id < 30; id += 1) await a.call(app, 8, 'write', 'put', 8, 800 + id);
    const { reached, goOn } = link.hold({ kind: 'prepare', when: 'answer' });
    const moving = a.move({ uuid: b.uuid, master: { listen: link.address } } as Storage, { ids: [8, 9] });
    await reached;
    expect(await stateOf(a, 8)).toEqual(['sending', 1]);
    expect(await stateOf(b, 8)).toEqual(['receiving', 2]);
    expect(await refusalOf(a.call(app, 8, 'write', 'put', 8, 899))).toMatch(new RegExp(`^BUCKET_MOVING \\{(?=.*"bucket":8)(?=.*"to":"${b.uuid}")`));
    expect(await a.call(app, 8, 'read', 'count', 8)).toEqual([30]);
    for (const mode of ['read', 'write'] as const) expect(await refusalOf(b.call(far, 8, mode, 'count', 8))).toMatch(new RegExp(`^BUCKET_MOVING \\{.*"${b.uuid}"`));
    goOn('pass');
    expect(await moving).toMatchObject({ running: false, asked: 2, moved: 2, skipped: 0, rows: 30, blocker: null });
    expect(await b.call(far, 8, 'read', 'count', 8)).toEqual([30]);
    expect(await refusalOf(a.call(app, 8, 'read', 'count', 8))).toMatch(new RegExp(`^WRONG_BUCKET \\{(?=.*"at":"${b.uuid}")(?=.*"generation":2)`));
    await a.settled();
    // It goes on saying where it is.
    expect(await stateOf(a, 8)).toEqual(['gone', 1]);
    expect(await refusalOf(a.call(app, 8, 'write', 'put', 8, 1))).toMatch(new RegExp(`^WRONG_BUCKET \\{(?=.*"at":"${b.uuid}")(?=.*"generation":2)`));
    expect(await a.master.lua('return count(8)')).toEqual([0]);
  });

  it('writes that run are waited for, and longer than that they keep the bucket here', async () => {
    const held = a.call(app, 10, 'write', 'put_after', 10, 1000, 'short');
    await entered(a, 'short');
    const moving = moveTo(b, [10, 11], { refSeconds: 10 });
    await waitFor(async () => (await stateOf(b, 11))?.[0] === 'active', { timeoutMs: 20_000, what: 'bucket 11 to go ahead of 10' });
    await waitFor(async () => (await stateOf(a, 10))?.[0] === 'sending', { timeoutMs: 20_000, what: 'bucket 10 to be waited for' });
    expect(await refusalOf(a.call(app, 10, 'write', 'put', 10, 1))).toMatch(/^BUCKET_MOVING /);
    await let_go(a, 'short');
    expect(await held).toEqual([1000, 'put']);
    expect(await moving).toMatchObject({ moved: 2, blockers: ['requests hold bucket 10'] });
    expect(await b.call(far, 10, 'read', 'count', 10)).toEqual([1]);

    const long = a.call(app, 12, 'write', 'put_after', 12, 1200, 'long');
    await entered(a, 'long');
    expect(await moveTo(b, [12], { refSeconds: 0.2 })).toMatchObject({ moved: 0, skipped: 1, blocker: 'requests hold bucket 12' });
    expect(await stateOf(a, 12)).toEqual(['active', 1]);
    expect(await a.call(app, 12, 'write', 'put', 12, 1201)).toEqual([1201, 'put']);
    await let_go(a, 'long');
    expect(await long).toEqual([1200, 'put']);
  });

  it('rows are deleted only when no read is under way here; a read on a replica that ends later is refused', async () => {
    for (let id = 0; id < 5; id += 1) await a.call(app, 13, 'write', 'put', 13, 1300 + id);
    const slow = a.call(app, 13, 'read', 'count_after', 13, 'slow');
    await waitFor(async () => (await a.replicas[0]!.lua('return count(13)'))[0] === 5, { timeoutMs: 20_000, what: 'the rows on the replica' });
    const there = refusalOf(a.call(replica, 13, 'read', 'count_after', 13, 'there'));
    await entered(a, 'slow');
    await waitFor(async () => (await a.replicas[0]!.lua('return gates.there ~= nil'))[0], { timeoutMs: 20_000, what: 'a read on the replica' });
    await moveTo(b, [13, 14]);
    // Nothing holds 14.
    await waitFor(async () => (await stateOf(a, 14))?.[0] === 'gone', { timeoutMs: 20_000, what: 'bucket 14 to be collected' });
    expect(await stateOf(a, 13)).toEqual(['sent', 1]);
    expect((await a.stat()).blockers).toEqual(['1 requests hold bucket 13, which is not here any more']);
    expect(await a.master.lua('return count(13)')).toEqual([5]);
    await let_go(a, 'slow');
    expect(await slow).toEqual([5]);
    await a.settled();
    await waitFor(async () => (await a.replicas[0]!.lua('return count(13)'))[0] === 0, { timeoutMs: 20_000, what: 'the deletion on the replica' });
    await a.replicas[0]!.lua('gates.there:put(true, 1)');
    expect(await there).toMatch(new RegExp(`^WRONG_BUCKET \\{.*"at":"${b.uuid}"`));
  });

  it('a pinned bucket takes writes and is not moved', async () => {
    expect(await a.master.call('buckets_pin', { ids: [20, 21], pinned: true })).toEqual({ changed: 2 });
    expect(await a.call(app, 20, 'write', 'put', 20, 2000)).toEqual([2000, 'put']);
    expect(await moveTo(b, [20, 22])).toMatchObject({ moved: 1, skipped: 1 });
    expect(await stateOf(a, 20)).toEqual(['pinned', 1]);
    expect(await a.master.call('buckets_pin', { ids: [20, 21], pinned: false })).toEqual({ changed: 2 });
    await expect(a.master.call('buckets_pin', { ids: [23, 8], pinned: true })).rejects.toThrow(/^REFUSED .*bucket 8 cannot be pinned here: it is gone/);
    expect(await stateOf(a, 23)).toEqual(['active', 1]);
  });

  it('a bucket comes back, in a later generation each time', async () => {
    expect(await moveTo(a, [8])).toMatchObject({ moved: 1, rows: 30 });
    expect(await stateOf(a, 8)).toEqual(['active', 3]);
    expect(await a.call(app, 8, 'read', 'count', 8)).toEqual([30]);
    await b.settled();
    expect(await moveTo(b, [8])).toMatchObject({ moved: 1, rows: 30 });
    expect(await stateOf(b, 8)).toEqual(['active', 4]);
  });

  it('the map tells what changed since, and the counts are those of the table', async () => {
    await Promise.all([a.settled(), b.settled()]);
    const before = await a.map();
    expect(await a.map(before.version)).toMatchObject({ whole: false, ranges: [], version: before.version });
    await moveTo(b, [30, 31, 33]);
    await a.settled();
    expect(await a.map(before.version)).toMatchObject({ whole: false, ranges: [[30, 31, 'gone', 1, b.uuid], [33, 33, 'gone', 1, b.uuid]] });
    expect((await a.map('another life:5')).whole).toBe(true);
    const [heard] = (await app.call('coterie.buckets_map', [null])) as [Map<string, unknown>];
    expect(['whole', 'count', 'replicaset'].map((name) => heard.get(name))).toEqual([true, 60, a.uuid]);
    for (const storage of [a, b]) {
      const counted: Record<string, number> = {};
      for (const [, state] of await storage.rows()) counted[state] = (counted[state] ?? 0) + 1;
      expect((await storage.stat()).states).toEqual(counted);
      for (const copy of storage.replicas) await waitFor(async () => JSON.stringify(((await copy.call('buckets_stat')) as { states: unknown }).states) === JSON.stringify((await storage.stat()).states), { timeoutMs: 20_000, what: 'the same counts on a replica' });
    }
  });

  it('a transaction that is taken back changes no count and no state', async () => {
    const before = await a.stat();
    await a.master.lua("box.begin() for id = 40, 45 do box.space._coterie_buckets:replace{id, 'garbage', 7} end box.rollback()");
    expect((await a.stat()).states).toEqual(before.states);
    expect(await a.call(app, 42, 'write', 'put', 42, 4200)).toEqual([4200, 'put']);
  });

  it('a person takes a bucket and drops one, in the generation that was seen', async () => {
    await expect(b.master.call('buckets_take', { bucket: 51, generation: 9 })).rejects.toThrow(/^REFUSED .*it is this storage's/);
    await expect(b.master.call('buckets_drop', { bucket: 51, generation: 2 })).rejects.toThrow(/^REFUSED .*it is not here in that generation/);
    await far.call('put', [51, 5100]);
    expect(await b.master.call('buckets_drop', { bucket: 51, generation: 1 })).toEqual({ bucket: 51, state: 'garbage' });
    await b.settled();
    expect(await b.master.lua('return count(51)')).toEqual([0]);
    expect(await stateOf(b, 51)).toBeNull();
    expect(await a.master.call('buckets_take', { bucket: 51, generation: 2 })).toMatchObject({ state: 'active' });
    expect(await a.call(app, 51, 'write', 'put', 51, 5101)).toEqual([5101, 'put']);
    await expect(a.master.call('buckets_take', { bucket: 8, generation: 3 })).rejects.toThrow(/^REFUSED .*a later generation is known here|take it with/);
  });

  it('lost rows are not written where their bucket is not', async () => {
    const lost = (bucket: number) => ({ number: 1, origin: 1, operation: 'INSERT', space: 'accounts', spaceId: 800, raw: { tuple: Buffer.from([0x93, 0xcd, 0x1f, 0x41, bucket, 1]).toString('base64') } });
    const outcomes = async (bucket: number) => (await a.master.call<{ outcomes: unknown[] }>('replay', { session: String(bucket), first: true, last: true, dryRun: true, conflict: 'skip', timeout: 1, rows: [lost(bucket)] })).outcomes;
    expect(await outcomes(8)).toMatchObject([{ outcome: 'refused', why: expect.stringMatching(`bucket 8 is not here, but at ${b.uuid}`) }]);
    expect(await outcomes(7)).toMatchObject([{ outcome: 'applied' }]);
  });

  it('an order is refused in words, and one that is known tells how far it is', async () => {
    const to = { replicaset: b.uuid, uri: b.master.listen };
    await expect(a.master.call('buckets_move', { ids: [1], to })).rejects.toThrow(/^buckets_move: attempt/);
    await expect(a.master.call('buckets_move', { attempt: 'x', to })).rejects.toThrow(/ids, or count/);
    await expect(a.master.call('buckets_move', { attempt: 'x', ids: [1], to: { replicaset: a.uuid, uri: a.master.listen } })).rejects.toThrow(/are here already/);
    await expect(a.replicas[0]!.call('buckets_move', { attempt: 'x', ids: [1], to })).rejects.toThrow(/^WRONG_EPOCH|^LEASE_EXPIRED/);
    expect(await a.move(b, { ids: [1] }, { attempt: 'again' })).toMatchObject({ moved: 1 });
    expect(await a.move(b, { ids: [2] }, { attempt: 'again' })).toMatchObject({ asked: 1, moved: 1 });
    expect(await stateOf(a, 2)).toEqual(['active', 1]);
    const wrong = await a.move({ uuid: '00000000-0000-4000-8000-000000000000', master: { listen: b.master.listen } } as Storage, { ids: [2] });
    expect(wrong).toMatchObject({ moved: 0, blocker: expect.stringMatching(/another replicaset answers at this address/) });
    expect(await stateOf(a, 2)).toEqual(['active', 1]);
    await expect(a.master.call('buckets_cancel', { attempt: 'unknown' })).rejects.toThrow(/no attempt unknown is known here/);
  });

  it('an order that is cancelled leaves the rest here', async () => {
    const { reached, goOn } = link.hold({ kind: 'rows', when: 'answer' });
    await a.call(app, 3, 'write', 'put', 3, 300);
    const moving = a.move({ uuid: b.uuid, master: { listen: link.address } } as Storage, { ids: [3, 4, 5] }, { attempt: 'off' });
    await reached;
    await a.master.call('buckets_cancel', { attempt: 'off' });
    goOn('pass');
    expect(await moving).toMatchObject({ moved: 0, skipped: 3, blocker: 'cancelled' });
    await Promise.all([a.settled(), b.settled()]);
    expect(await stateOf(a, 3)).toEqual(['active', 1]);
    expect(await stateOf(b, 3)).toBeNull();
  });

  /** Bucket 4 is handed over, and something happens at one of the messages. */
  const over = (what: { kind: 'prepare' | 'rows'; when: 'request' | 'answer' }, meanwhile: () => Promise<unknown>) => {
    const { reached, goOn } = link.hold(what);
    const moving = a.move({ uuid: b.uuid, master: { listen: link.address } } as Storage, { ids: [4] });
    return reached.then(meanwhile).then(() => goOn('pass')).then(() => moving).finally(() => Promise.all([a.settled(), b.settled()]));
  };

  it('a row that one side has and the other lacks ends a hand-over, and nothing is lost', async () => {
    await a.call(app, 4, 'write', 'put', 4, 400);
    expect(await over({ kind: 'prepare', when: 'request' }, () => b.master.lua('box.space.accounts:delete(400)'))).toMatchObject({ moved: 0, blocker: expect.stringMatching(/not all rows that came are here/) });
    expect(await over({ kind: 'rows', when: 'answer' }, () => a.master.lua('box.space.accounts:insert{401, 4, 1}'))).toMatchObject({ moved: 0, blocker: '2 rows of these buckets are here, and 1 were sent' });
    expect(await stateOf(a, 4)).toEqual(['active', 1]);
    expect(await a.move(b, { ids: [4] })).toMatchObject({ moved: 1, rows: 2, blocker: null });
    expect(await b.master.lua('return box.space.accounts.index.bucket_id:count(4)')).toEqual([2]);
    await a.settled();
    expect(await b.move(a, { ids: [4] })).toMatchObject({ moved: 1, rows: 2, blocker: null });
  });

  it('an index that is made anew while rows are read ends a hand-over, as does a space that comes to take part', async () => {
    await b.settled();
    // Three pieces and two rows: the third is read after the first has come.
    await a.master.lua('box.begin() for id = 200001, 201500 do box.space.accounts:insert{id, 4, 1} end box.commit()');
    const changed = { moved: 0, blocker: 'spaces or their indexes were changed while rows were read: they are read again later' };
    expect(await over({ kind: 'rows', when: 'answer' }, () => a.master.lua("box.space.accounts.index.bucket_id:alter{parts = {{2, 'unsigned'}, {3, 'integer'}}}"))).toMatchObject(changed);
    expect(await over({ kind: 'prepare', when: 'answer' }, () => a.master.lua(`
      local late = box.schema.space.create('late', {format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}}})
      late:create_index('id') late:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false}) late:insert{1, 4}`))).toMatchObject(changed);
    await a.master.lua("box.space.late:drop() box.space.accounts.index.bucket_id:alter{parts = {{2, 'unsigned'}}}");
    expect(await a.move(b, { ids: [4] })).toMatchObject({ moved: 1, rows: 1502, blocker: null });
    expect(await b.master.lua('return box.space.accounts.index.bucket_id:count(4)')).toEqual([1502]);
  });

  it('rows that are garbage are deleted also where their space had no index for a moment', async () => {
    await a.settled();
    expect(await b.move(a, { ids: [4] })).toMatchObject({ moved: 1, rows: 1502, blocker: null });
    await b.master.lua('box.space.accounts.index.bucket_id:drop()');
    // Once by whoever asks, and once by the collector that has tried.
    await waitFor(async () => (await b.stat()).blockers.filter((sentence) => sentence.includes('accounts has a field bucket_id, and no TREE index')).length === 2, { timeoutMs: 20_000, what: 'the collector to say what it lacks' });
    expect(await stateOf(b, 4)).toEqual(['garbage', expect.any(Number)]);
    await b.master.lua("box.space.accounts:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})");
    await b.settled();
    expect(await b.master.lua('return box.space.accounts.index.bucket_id:count(4)')).toEqual([0]);
    expect(await a.move(b, { ids: [4] })).toMatchObject({ moved: 1, rows: 1502, blocker: null });
  });

  it('what deletes rows leaves those of other buckets, and of an attempt that came after its own', async () => {
    const told = await b.master.lua<[boolean, string, boolean, string, number]>(`
      local fiber, uuid = require('fiber'), require('uuid')
      local receive, remove, shards, standing, steps = require('buckets.receive'), require('buckets.remove'), require('buckets.shards'), require('buckets.standing'), require('buckets.steps')
      local shard = shards.named('accounts')
      shard.field = 1
      local deleted, why = pcall(remove.rows, {4}, function() end)
      shard.field = 2
      -- What is left over of a bucket that is not here is deleted in three transactions, and another attempt begins meanwhile.
      box.begin() for id = 1, 450 do box.space.accounts:insert{100000 + id, 12, 1} end box.commit()
      local from, done, opened, refusal = uuid.str(), fiber.channel(1)
      fiber.create(function()
        opened, refusal = pcall(receive.open, {attempt = 'first', buckets = {{12, 2}}, group = 'default', count = 60, shards = {'accounts'}, from = from})
        done:put(true)
      end)
      steps.change(standing.need(), {12}, function() return {12, 'receiving', 2, from, 'second', false} end)
      done:get(10)
      local left = shard and box.space.accounts.index.bucket_id:count(12)
      steps.change(standing.need(), {12}, function(row) return steps.dropped(row) end)
      return deleted, why, opened, tostring(refusal), left`);
    expect(told).toEqual([false, 'a row of bucket 400 of accounts was found as one of bucket 4', false, expect.stringContaining('bucket 12 is not being received in this attempt'), 450]);
    await b.settled();
  });

  it('orders that run beside each other move different buckets', async () => {
    // More than are handed over at once, so that the second one chooses while some of the first wait.
    const told = await Promise.all([a.move(b, { count: 20 }), a.move(b, { count: 8 })]);
    expect(told.map(({ asked, moved, blocker }) => [asked, moved, blocker])).toEqual([[20, 20, null], [8, 8, null]]);
  });
});
