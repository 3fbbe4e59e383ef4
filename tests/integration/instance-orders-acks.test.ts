import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '~/core/failover/quorum.ts';
import { type Database } from '../support/database.ts';
import { Ordered } from '../support/ordered.ts';

describe('acknowledgements by named voters', () => {
  const ordered = new Ordered();
  let first: Database;
  let second: Database;
  let third: Database;
  const policy = (voters: readonly Database[], copies: number): Policy => ({ voters: voters.map(({ uuid }) => uuid).toSorted(), copies, promises: 0, gate: 0 });
  const acknowledge = (acks: readonly Policy[], timeoutMs?: number) => ordered.tell(first, { kind: 'acknowledge', epoch: 1, acks }, timeoutMs);
  const wait = (options = 'timeout = 0.3') => first.lua(`box.space.t:replace{7} return pcall(coterie.quorum_wait, {${options}})`);
  const waited = async (options?: string) => (await wait(options))[0];

  beforeAll(async () => {
    [first, second, third] = await ordered.three();
  });
  afterAll(() => ordered.databases.remove());

  it('are there when all have the rows, and are told', async () => {
    const acks = [policy([first, second, third], 3), policy([first, second], 2)];
    const { report } = await acknowledge(acks);
    expect(report!.acks).toEqual(acks);
    expect(await waited('timeout = 9')).toBe(true);
  });

  it('come from those that are named, not from any', async () => {
    await third.stop();
    await first.lua('box.space.t:replace{8}');
    expect((await acknowledge([policy([first, third], 2)], 3_000)).why).toMatch(/^OUTCOME_UNKNOWN/);
    // What was ordered holds, though it could not be answered: writes need the third now.
    expect(await waited()).toBe(false);
    expect(await waited('copies = 2, timeout = 9')).toBe(true);
    expect((await acknowledge([policy([first, second, third], 2)])).why).toBeNull();
    expect(await waited('timeout = 9')).toBe(true);
  });

  it('a call by quorum answers when they have it, whoever calls and whatever the function knows', async () => {
    await first.lua(`
      function put(id) box.space.t:replace{id} return id, 'two' end
      function left_open(id) box.begin() box.space.t:replace{id} end
      function fails(id) box.space.t:replace{id} error('of its own') end
      box.schema.func.create('put')
      box.schema.user.create('plain', {password = 'secret'})
      box.schema.user.grant('plain', 'execute', 'function', 'coterie.quorum_call')`);
    const app = await first.connect();
    const plain = await first.connect('plain');
    await acknowledge([policy([first, second, third], 2)]);
    expect(await app.call('coterie.quorum_call', ['put', [50]])).toEqual([50, 'two']);
    expect(await app.call('coterie.quorum_call', ['put', [51], { epoch: 1, timeout: 5 }])).toEqual([51, 'two']);
    await ordered.has(second, 51);
    await expect(plain.call('coterie.quorum_call', ['put', [52]])).rejects.toThrow(/denied/);
    await first.lua("box.schema.user.grant('plain', 'execute', 'function', 'put') box.schema.user.grant('plain', 'write', 'space', 't')");
    expect(await plain.call('coterie.quorum_call', ['put', [52]])).toEqual([52, 'two']);
    await expect(app.call('coterie.quorum_call', ['fails', [53]])).rejects.toThrow(/of its own/);
    await expect(app.call('coterie.quorum_call', ['left_open', [54]])).rejects.toThrow(/commit first/);
    await expect(app.call('coterie.quorum_call', ['put', [55], { epoch: 2 }])).rejects.toThrow(/^WRONG_EPOCH \{.*"asked":2/);
    await expect((await second.connect()).call('coterie.quorum_call', ['put', [55]])).rejects.toThrow(/^WRONG_EPOCH .*not the master/);
    // Nothing is done where it is not known what to wait for.
    await expect(app.call('coterie.quorum_call', ['put', [55], { copies: 'two' }])).rejects.toThrow(/how many copies/);
    expect(await first.lua('return box.space.t:get(54) == nil, box.space.t:get(55) == nil')).toEqual([true, true]);
    second.signal('SIGSTOP');
    await expect(app.call('coterie.quorum_call', ['put', [56], { timeout: 0.3 }])).rejects.toThrow(/^OUTCOME_UNKNOWN \{.*committed here/);
    expect(await app.call('coterie.quorum_call', ['put', [57], { copies: 1 }])).toEqual([57, 'two']);
    second.signal('SIGCONT');
    expect(await first.lua('return box.space.t:get(56) ~= nil')).toEqual([true]);
  });

  it('all policies hold at once, while they change', async () => {
    expect((await acknowledge([policy([first, second], 2), policy([third], 1)], 1_000)).report).toBeNull();
    const answer = acknowledge([policy([first, second], 2), policy([first, third], 2)], 30_000);
    await third.start('recover', ordered.databases.replicaset);
    await ordered.follow(third, 1, first);
    expect((await answer).why).toBeNull();
  });

  it('a master that is no voter does not count', async () => {
    expect((await acknowledge([policy([second, third], 2)])).why).toBeNull();
    await ordered.obeyed(second, { kind: 'demote', epoch: 1 });
    expect(await waited()).toBe(false);
    expect((await acknowledge([policy([second, third], 0)])).why).toBeNull();
    expect(await waited()).toBe(true);
  });

  it('are taken over at a promotion, by the policy that it is told', async () => {
    const acks = [policy([first, second], 2)];
    await ordered.obeyed(third, { kind: 'demote', epoch: 2 });
    const leading = await ordered.lead(third, 2, acks);
    expect(leading.acks).toEqual(acks);
    expect((await ordered.tell(first, { kind: 'acknowledge', epoch: 1, acks }, 1_000)).report?.acks).toBeUndefined();
  });
});
