import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Databases, monotonic, schema, type Database } from '../support/database.ts';
import { waitFor } from '../support/wait.ts';

const write = (one: Database, space = 't') => one.lua(`local ok, e = pcall(box.space.${space}.replace, box.space.${space}, {1}) return ok, ok or tostring(e)`);
/** Whoever has the means of an administrator can do this: the guard is what still stands then. */
const forceWritable = (one: Database) => one.lua("rawset(box.cfg, 'read_only', false) require('box.internal').cfg_set_read_only()");
const untilReadOnly = (one: Database) => waitFor(async () => (await one.told()).readOnly, { timeoutMs: 20_000, what: 'read-only' });

describe('the lease in one instance', () => {
  const databases = new Databases();
  let one: Database;
  beforeAll(async () => {
    one = await databases.add('one');
  });
  afterAll(() => databases.remove());

  it('begins read-only, and knows no lease until one is spoken of', async () => {
    expect(await one.told()).toEqual({ managed: false });
    expect(await one.lua('return box.info.ro')).toEqual([true]);
    await one.call('writable', { version: 1, serial: 0, password: 'x' });
    await one.lua(schema);
    expect(await one.lua('return #box.space.t:on_replace()')).toEqual([0]);
    await one.call('read_only');
  });

  it('is not writable by a deadline alone, but by a promotion', async () => {
    expect(await one.renew(0, 30)).toMatchObject({ owner: false, readOnly: true, writable: false });
    const { vclock, readOnly } = await one.promote(3, 30);
    expect(readOnly).toBe(false);
    expect(vclock[1]).toBeGreaterThan(0);
    expect(await write(one)).toEqual([true, true]);
    const told = await one.told();
    expect(told).toMatchObject({ epoch: 3, master: one.uuid, owner: true, writable: true, guard: { on: true } });
    expect(told.deadlineLeftMs).toBeGreaterThan(0);
    expect(told.intervals.at(-1)).toMatchObject({ epoch: 3, to: null, why: 'promoted' });
  });

  it('refuses a promotion whose deadline has passed, and an epoch before the one that it knows', async () => {
    await expect(one.promote(3, -1)).rejects.toThrow(/^LEASE_EXPIRED \{.*"epoch":3/);
    await expect(one.renew(2, 30)).rejects.toThrow(/^WRONG_EPOCH \{.*"known":3/);
    await expect(one.promote(2, 30)).rejects.toThrow(/^WRONG_EPOCH /);
    await expect(one.call('lease_set', { epoch: 2, deadline: 'forever' })).rejects.toThrow(/^WRONG_EPOCH /);
    expect((await one.told()).guard.on).toBe(true);
    expect(await write(one)).toEqual([true, true]);
  });

  it('lapses at its deadline with the agent gone, and tells when the last write can have passed', async () => {
    await one.call('demote', {});
    await one.promote(3, 0.6);
    const deadline = monotonic() + 0.6;
    one.hangUp();
    const later = await one.another();
    const told = await waitFor(async () => {
      const now = (await later.call('lease', {}, 10_000)) as Awaited<ReturnType<Database['told']>>;
      return now.readOnly && now;
    }, { timeoutMs: 20_000, what: 'read-only' });
    expect(told).toMatchObject({ owner: true, lapsed: true, writable: false });
    const last = told.intervals.at(-1)!;
    expect(last.ended).toBe('the deadline passed');
    expect(last.to!).toBeLessThanOrEqual(deadline);
    expect(last.flagAt!).toBeGreaterThanOrEqual(last.to!);
    later.close();
  });

  it('a renewal of the same epoch makes it writable again', async () => {
    await one.stop('SIGKILL');
    await one.start('recover', databases.replicaset);
    await one.promote(3, 0.6);
    await untilReadOnly(one);
    expect(await one.renew(3, 30)).toMatchObject({ writable: true, lapsed: false });
    expect(await write(one)).toEqual([true, true]);
    expect((await one.told()).intervals.map(({ why }) => why)).toEqual(['promoted', 'renewed']);
  });

  it('a renewal undoes neither a freeze nor a demotion, nor what else made it read-only', async () => {
    await one.call('freeze', { epoch: 3 });
    expect(await one.renew(3, 30)).toMatchObject({ frozen: true, readOnly: true });
    expect(await one.call('unfreeze', { epoch: 3 })).toMatchObject({ frozen: false, writable: true });
    await one.call('read_only');
    await waitFor(async () => !(await one.told()).owner, { timeoutMs: 10_000, what: 'the fence to see it' });
    expect(await one.renew(3, 30)).toMatchObject({ owner: false, readOnly: true });
    await one.call('demote', {});
    await one.promote(3, 0.6);
    await waitFor(async () => (await one.told()).lapsed, { timeoutMs: 10_000, what: 'the deadline' });
    await one.call('read_only');
    // Renewed for ever it would never write: it says that it has lost it.
    expect(await one.renew(3, 30)).toMatchObject({ owner: false, readOnly: true, writable: false });
    await one.promote(3, 30);
    await one.call('freeze', { epoch: 3 });
    await one.call('read_only');
    await expect(one.call('unfreeze', { epoch: 3 })).rejects.toThrow(/^WRONG_EPOCH /);
    expect(await one.told()).toMatchObject({ owner: false, readOnly: true, writable: false });
    await one.promote(3, 30);
    await one.call('demote', { epoch: 3 });
    expect(await one.renew(3, 30)).toMatchObject({ owner: false, readOnly: true });
    await expect(one.call('freeze', { epoch: 3 })).rejects.toThrow(/^WRONG_EPOCH /);
    await one.promote(3, 30);
  });

  it('unfreezing after the deadline waits for a renewal', async () => {
    await one.call('demote', {});
    await one.promote(3, 0.6);
    await one.call('freeze', { epoch: 3 });
    await waitFor(async () => (await one.told()).deadlineLeftMs! < 0, { timeoutMs: 10_000, what: 'the deadline' });
    await expect(one.call('unfreeze', { epoch: 3 })).rejects.toThrow(/^LEASE_EXPIRED /);
    expect(await one.renew(3, 30)).toMatchObject({ writable: true });
  });

  it('a later epoch ends it, and neither is forgotten by a restart', async () => {
    const told = await one.call('lease_set', { epoch: 5, master: '00000000-0000-4000-8000-000000000005' });
    expect(told).toMatchObject({ epoch: 5, owner: false, readOnly: true, saved: true });
    await one.lua('box.snapshot()');
    await one.stop('SIGKILL');
    await one.start('recover', databases.replicaset);
    expect(await one.lua('return box.info.ro')).toEqual([true]);
    await expect(one.promote(4, 30)).rejects.toThrow(/^WRONG_EPOCH \{.*"known":5.*00000005|^WRONG_EPOCH .*"known":5/);
    expect(await one.told()).toMatchObject({ epoch: 5, master: '00000000-0000-4000-8000-000000000005' });
    await one.promote(6, 30);
  });

  it('guards what was there at the start, and what is created, truncated or altered later', async () => {
    await one.lua(`
      box.schema.space.create('fresh'):create_index('p')
      box.schema.space.create('v', {engine = 'vinyl'}):create_index('p')
      box.schema.space.create('gone'):create_index('p') box.space.gone:drop()
      box.space.t:truncate() box.space.t:create_index('second', {parts = {1, 'unsigned'}}) box.space.t:format({{'id', 'unsigned'}})
      box.begin() box.schema.space.create('within'):create_index('p') box.space.within:replace{1} box.commit()
      box.schema.space.create('here', {is_local = true}):create_index('p')
      box.schema.space.create('brief', {temporary = true}):create_index('p')`);
    expect(await one.lua('return #box.space.t:on_replace(), #box.space.fresh:on_replace(), #box.space.v:on_replace(), #box.space.within:on_replace()')).toEqual([1, 1, 1, 1]);
    await one.call('demote', {});
    // The fence would set the flag again within 10 ms: all in one turn.
    const refused = await one.lua(`
      rawset(box.cfg, 'read_only', false) require('box.internal').cfg_set_read_only()
      local result = {}
      for _, name in ipairs{'t', 'fresh', 'v', 'within'} do
        local ok, e = pcall(box.space[name].replace, box.space[name], {1})
        table.insert(result, tostring(ok) .. ' ' .. tostring(e.code) .. ' ' .. tostring(e):match('^%S+'))
      end
      local truncated = pcall(box.space.t.truncate, box.space.t)
      local dropped = pcall(box.space.t.drop, box.space.t)
      local created = pcall(box.schema.space.create, 'more')
      return result, truncated, dropped, created, (pcall(box.space.here.replace, box.space.here, {1}))`);
    expect(refused).toEqual([Array.from({ length: 4 }, () => 'false 7 LEASE_EXPIRED'), false, false, false, true]);
    await waitFor(async () => (await one.told()).enforced > 0, { timeoutMs: 10_000, what: 'the fence to set the flag again' });
    expect(await one.lua('return box.space.brief:replace{1} ~= nil, box.info.ro')).toEqual([true, true]);
  });

  it('whatever comes during a promotion wins over it', async () => {
    for (let epoch = 100; epoch < 140; epoch += 2) {
      // The other call goes out after it, and comes while it saves its epoch.
      const promoting = one.promote(epoch, 60);
      const [promotion] = await Promise.allSettled([promoting, epoch % 4 === 0 ? one.call('demote', {}) : one.call('lease_set', { epoch: epoch + 1 })]);
      const { owner, readOnly, writable } = await one.told();
      // The answer says what is: it was refused, or it was over before.
      expect({ owner, readOnly, writable }).toEqual({ owner: false, readOnly: true, writable: false });
      expect(promotion.status === 'rejected' ? String(promotion.reason) : 'WRONG_EPOCH').toMatch(/WRONG_EPOCH/);
    }
    expect((await one.told()).intervals.every(({ to }) => to !== null)).toBe(true);
    await one.promote(200, 60);
    await one.call('demote', {});
  });

  it('has no guard and no deadline where no lease rules', async () => {
    await one.call('lease_set', { epoch: 207, deadline: 'forever' });
    expect(await one.told()).toMatchObject({ guard: { on: false, spaces: 0 }, deadlineLeftMs: null, readOnly: true });
    await one.call('writable', { version: 1, serial: 0, password: 'x' });
    expect(await write(one)).toEqual([true, true]);
    // Another epoch, told in passing, stops nobody there.
    await one.call('lease_set', { epoch: 208, deadline: 'forever' });
    expect(await write(one)).toEqual([true, true]);
    // And back under a lease.
    await one.promote(209, 30);
    expect(await one.told()).toMatchObject({ guard: { on: true }, writable: true, epoch: 209 });
    await one.call('demote', {});
    await forceWritable(one);
    expect((await write(one))[0]).toBe(false);
  });
});
