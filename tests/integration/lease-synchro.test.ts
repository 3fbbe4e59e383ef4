import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Databases, schema, type Database } from '../support/database.ts';
import { waitFor } from '../support/wait.ts';

type Check = { sound: boolean; spaces: string[]; quorum: number; replicas: number; reason: string | null };

describe('synchronous spaces when the master moves', () => {
  const databases = new Databases();
  let old: Database;
  let next: Database;
  beforeAll(async () => {
    old = await databases.add('old');
    await old.promote(1, 60);
    await old.lua(schema);
    await old.lua("box.schema.space.create('s', {is_sync = true}):create_index('p')");
    next = await databases.add('next', [old]);
    for (const one of [old, next]) await one.lua('box.cfg{replication_synchro_quorum = 3, replication_synchro_timeout = 60}');
  });
  afterAll(() => databases.remove());

  it('a quorum below the number of replicas is named, with the spaces that lose writes by it', async () => {
    expect(await old.call<Check>('check_synchro')).toMatchObject({ sound: true, spaces: ['s'], quorum: 3, replicas: 2, reason: null });
    const planned = await old.call<Check>('check_synchro', { replicas: 4 });
    expect(planned.sound).toBe(false);
    expect(planned.reason).toMatch(/2\.6\.0.* loses writes .*\(3\) is the number of replicas \(4\)/);
  });

  it('whoever begins to lead says so in its log, and keeps leading', async () => {
    await old.lua('box.cfg{replication_synchro_quorum = 1}');
    await old.call('demote', {});
    await old.promote(1, 60);
    expect(old.log).toMatch(/ E> Tarantool 2\.6\.0.* loses writes to synchronous spaces unless replication_synchro_quorum \(1\) is the number of replicas \(2\): make it that, or write by coterie\.quorum_call/);
    await old.lua('box.cfg{replication_synchro_quorum = 3}');
  });

  it('each version is taken over in its own way', async () => {
    const ways = await old.lua(`
      local recipe = require('lease.synchro').recipe
      local clear, promote = {clear_synchro_queue = true}, {clear_synchro_queue = true, promote = true}
      return recipe('2.5.1-0-g1', {}), recipe('2.6.0-0-g47aa4e01e', clear), recipe('2.6.1-5-g1', clear), recipe('2.6.2-0-g1', clear), recipe('2.6.3-0-g1', promote), recipe('3.2.0', promote)`);
    expect(ways).toEqual(['none', 'quorumOne', 'quorumOne', 'clear', 'promote', 'promote']);
  });

  it('what the old master left unconfirmed is taken over, and the next one writes', async () => {
    await old.lua("for i = 1, 5 do require('fiber').create(function() box.space.s:replace{i} end) end");
    const [lsn] = await waitFor(async () => {
      const answer = await next.lua<[number]>('return box.space.s:len() == 5 and box.info.vclock[1] or 0');
      return answer[0] > 0 && answer;
    }, { timeoutMs: 10_000, what: 'the rows on the other' });
    // Nothing can be written there now, not even into a local space: the epoch holds in memory, and is saved later.
    expect(await next.call('lease_set', { epoch: 2, master: next.uuid })).toMatchObject({ epoch: 2, saved: false });
    await old.stop('SIGKILL');
    const { tookMs, vclock } = await next.promote(2, 60);
    expect(await next.told()).toMatchObject({ saved: true });
    expect(vclock[1]).toBeGreaterThanOrEqual(lsn);
    expect(await next.lua('return box.space.s:len(), box.cfg.replication_synchro_quorum, box.cfg.replication_synchro_timeout')).toEqual([5, 3, 60]);
    expect(await next.lua("return box.space.t:replace{1, 'after'} ~= nil")).toEqual([true]);
    await next.lua('box.cfg{replication_synchro_quorum = 1}');
    expect(await next.lua('return box.space.s:replace{6} ~= nil')).toEqual([true]);
    console.log(`promoted over 5 unconfirmed rows in ${tookMs.toFixed(1)} ms`);
  });

  it('is promoted while its old source is dead, without waiting for it', async () => {
    await old.start('recover', databases.replicaset, []);
    await old.call('configure', { listen: old.listen, peers: [next.listen], password: 'replication' });
    await waitFor(async () => (await old.lua("return (box.space.s:get(6) ~= nil)"))[0], { timeoutMs: 10_000, what: 'the old one to follow' });
    await next.stop('SIGKILL');
    const { tookMs, vclock } = await old.promote(3, 60, { peers: [] });
    expect(tookMs).toBeLessThan(3000);
    expect(vclock[2]).toBeGreaterThan(0);
    expect(await old.lua('return #box.cfg.replication, box.info.status, box.space.t:replace{2} ~= nil')).toEqual([0, 'running', true]);
  });
});
