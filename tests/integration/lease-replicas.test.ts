import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TarantoolError, type Connection } from '~/iproto/index.ts';
import { Database, Databases, schema } from '../support/database.ts';
import { waitFor } from '../support/wait.ts';

const functions = `
  function put(id, seconds) box.space.t:replace{id, 'x'} if seconds then require('fiber').sleep(seconds) end return id end
  function put_safely(id, copies, timeout) box.space.t:replace{id, 'x'} return coterie.quorum_wait{copies = copies, timeout = timeout or 10} end
  function hidden() return 'hidden' end
  if not box.info.ro then
    for _, name in ipairs{'put', 'put_safely'} do box.schema.func.create(name, {if_not_exists = true}) end
    box.schema.user.create('plain', {password = 'secret', if_not_exists = true})
    box.schema.user.grant('plain', 'execute', 'function', 'coterie.fenced_call', {if_not_exists = true})
    box.schema.user.grant('plain', 'execute', 'function', 'put', {if_not_exists = true})
    box.schema.user.grant('plain', 'read,write', 'space', 't', {if_not_exists = true})
  end`;

const refusalOf = (call: Promise<unknown>) => call.then(
  () => 'was answered',
  (error: unknown) => (error instanceof TarantoolError ? error.message : String(error)),
);
const fenced = (connection: Connection, epoch: number, name: string, ...args: readonly (string | number)[]) => connection.call('coterie.fenced_call', [epoch, name, args]);

describe('a master with two replicas', () => {
  const databases = new Databases();
  let master: Database;
  let left: Database;
  let right: Database;
  let app: Connection;
  const has = (one: Database, id: number) => waitFor(async () => (await one.lua(`return box.space.t ~= nil and box.space.t:get(${id}) ~= nil`))[0], { timeoutMs: 10_000, what: `row ${id} on ${one.name}` });

  beforeAll(async () => {
    master = await databases.add('master');
    await master.promote(1, 60);
    await master.lua(schema);
    await master.lua(functions);
    left = await databases.add('left', [master]);
    right = await databases.add('right', [master]);
    await master.call('configure', { listen: master.listen, peers: [left.listen, right.listen], password: 'replication' });
    for (const replica of [left, right]) await replica.lua(functions);
    app = await master.connect();
  });
  afterAll(() => databases.remove());

  it('replicas take its rows and its spaces though they are guarded, and write nothing themselves', async () => {
    for (const replica of [left, right]) await replica.call('lease_set', { epoch: 1, master: master.uuid, deadline: (await replica.told()).now });
    await master.lua("box.schema.space.create('later'):create_index('p') box.space.later:replace{1} box.space.t:replace{1} box.space.t:truncate() box.space.t:replace{2}");
    for (const replica of [left, right]) {
      await has(replica, 2);
      expect(await replica.lua('return box.space.later:len(), box.space.t:len(), #box.space.later:on_replace()')).toEqual([1, 1, 1]);
      expect(await replica.told()).toMatchObject({ guard: { on: true, refused: 0 }, owner: false, master: master.uuid });
      const [ok, message] = await replica.lua("rawset(box.cfg, 'read_only', false) require('box.internal').cfg_set_read_only() local ok, e = pcall(box.space.later.replace, box.space.later, {9}) return ok, tostring(e)");
      expect(ok).toBe(false);
      expect(message).toMatch(new RegExp(`^LEASE_EXPIRED .*${master.uuid}`));
    }
  });

  it('fenced_call answers in its epoch, and says who leads to a caller of another', async () => {
    expect(await fenced(app, 1, 'put', 10)).toEqual([10]);
    const elsewhere = await left.connect();
    for (const [connection, epoch] of [[app, 0], [app, 2], [elsewhere, 1]] as const) {
      expect(await refusalOf(fenced(connection, epoch, 'put', 11))).toMatch(new RegExp(`^WRONG_EPOCH \\{(?=.*"known":1)(?=.*"asked":${epoch})(?=.*"master":"${master.uuid}")`));
    }
    await expect(fenced(app, 1, 'error_of_its_own')).rejects.toThrow(/Procedure 'error_of_its_own' is not defined/);
    expect(await master.lua('return box.space.t:get(11) == nil')).toEqual([true]);
  });

  it('fenced_call goes by the rights of its caller', async () => {
    const plain = await master.connect('plain');
    expect(await fenced(plain, 1, 'put', 12)).toEqual([12]);
    await expect(fenced(plain, 1, 'put_safely', 13, 1)).rejects.toThrow(/Execute access to function 'put_safely' is denied/);
    await expect(fenced(plain, 1, 'hidden')).rejects.toThrow(/Execute access to function 'hidden' is denied/);
    await expect(fenced(plain, 1, 'os.getenv', 'HOME')).rejects.toThrow(/denied/);
    expect(await fenced(app, 1, 'hidden')).toEqual(['hidden']);
    const guest = await master.connect(null);
    await expect(fenced(guest, 1, 'put', 14)).rejects.toThrow(/Execute access to function 'coterie.fenced_call' is denied/);
  });

  it('fenced_call refuses before it begins, and does not promise what ended after the deadline', async () => {
    await master.call('demote', {});
    await master.promote(2, 1, { peers: [left.listen, right.listen] });
    const slow = fenced(app, 2, 'put', 20, 1.5);
    expect(await refusalOf(slow)).toMatch(/^OUTCOME_UNKNOWN \{.*"known":2/);
    await has(master, 20);
    expect(await refusalOf(fenced(app, 2, 'put', 21))).toMatch(/^LEASE_EXPIRED \{.*"known":2/);
    expect(await master.lua('return box.space.t:get(21) == nil')).toEqual([true]);
    await master.renew(2, 60);
    expect(await fenced(app, 2, 'put', 22)).toEqual([22]);
    const moved = fenced(app, 2, 'put', 23, 0.3);
    await has(master, 23);
    await master.call('demote', {});
    expect(await refusalOf(moved)).toMatch(/^OUTCOME_UNKNOWN /);
    await master.promote(3, 60, { copies: 2 });
  });

  it('a quorum is waited for, and one that has fewer copies is never said to have it', async () => {
    const tookMs: number[] = [];
    for (let id = 1000; id < 1300; id += 1) {
      const begun = performance.now();
      await app.call('put_safely', [id, 2]);
      tookMs.push(performance.now() - begun);
    }
    tookMs.sort((a, b) => a - b);
    console.log(`quorum of 2 of 3, one client: p50 ${(tookMs[150]! * 1000).toFixed(0)} us, p99 ${(tookMs[297]! * 1000).toFixed(0)} us`);
    await Promise.all(Array.from({ length: 200 }, (_, id) => app.call('put_safely', [2000 + id, id % 2 === 0 ? 2 : 3])));
    const counts = await Promise.all([left, right].map((replica) => replica.lua('return box.space.t:count({2000}, {iterator = "ge"})')));
    expect(counts.flat().every((count) => (count as number) >= 100)).toBe(true);

    right.signal('SIGSTOP');
    await app.call('put_safely', [3000, 2]);
    expect(await refusalOf(app.call('put_safely', [3001, 3, 0.3]))).toMatch(/^OUTCOME_UNKNOWN \{.*"copies":3/);
    left.signal('SIGSTOP');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, id) => refusalOf(app.call('put_safely', [3100 + id, 2, 0.3]))));
    expect(answers.filter((answer) => !answer.startsWith('OUTCOME_UNKNOWN'))).toEqual([]);
    // The rows stay, and so does nobody who waits.
    expect(await master.lua('return box.space.t:count({3100}, {iterator = "ge"})')).toEqual([50]);
    left.signal('SIGCONT');
    right.signal('SIGCONT');
    await waitFor(() => app.call('put_safely', [3200, 3, 1]).then(() => true, () => false), { timeoutMs: 20_000, what: 'all copies again' });
  });

  it('an anonymous replica is no copy', async () => {
    const anonymous = await Database.make('anonymous', databases.folder);
    databases.all.push(anonymous);
    await anonymous.launch();
    await anonymous.lua(`box.cfg{replication_anon = true, read_only = true, replication = 'coterie_replication:replication@${master.listen}'}`);
    left.signal('SIGSTOP');
    right.signal('SIGSTOP');
    expect(await refusalOf(app.call('put_safely', [3300, 2, 0.5]))).toMatch(/^OUTCOME_UNKNOWN /);
    await has(anonymous, 3300);
    left.signal('SIGCONT');
    right.signal('SIGCONT');
    await anonymous.stop();
  });

  it('a quorum that is reached after the lease was lost is no answer either', async () => {
    left.signal('SIGSTOP');
    right.signal('SIGSTOP');
    const waiting = refusalOf(app.eval("box.space.t:replace{4000} return coterie.quorum_wait{timeout = 10}"));
    await has(master, 4000);
    await master.call('demote', {});
    left.signal('SIGCONT');
    right.signal('SIGCONT');
    expect(await waiting).toMatch(/^OUTCOME_UNKNOWN .*no longer the master/);
  });
});
