import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '~/core/failover/quorum.ts';
import { Database, monotonic } from '../support/database.ts';
import { Ordered } from '../support/ordered.ts';
import { Writers } from '../support/writers.ts';
import { waitFor } from '../support/wait.ts';

const limits = { timeoutMs: 20_000 };

describe.each(['kill', 'trigger'] as const)('a master that some voters have to hear, with guard %s', (guard) => {
  const ordered = new Ordered(guard);
  let first: Database;
  let second: Database;
  let third: Database;
  const policy = (gate: number, voters: readonly Database[] = [first, second, third]): Policy => ({ voters: voters.map(({ uuid }) => uuid).toSorted(), copies: 0, promises: 0, gate });
  const gated = (database: Database, is: boolean) => waitFor(async () => {
    const report = await ordered.look(database);
    return (report.gated !== null) === is && report;
  }, { ...limits, what: is ? 'a closed gate' : 'an open gate' });
  const write = (database: Database, id: number) => database.lua<[boolean, string, number]>(`local ok, e = pcall(box.space.t.replace, box.space.t, {${id}}) return ok, ok and '' or tostring(e), ok and 0 or e.code`);

  beforeAll(async () => {
    [first, second, third] = await ordered.three();
    await ordered.obeyed(first, { kind: 'acknowledge', epoch: 1, acks: [policy(1)] });
  });
  afterAll(() => ordered.databases.remove());

  it('writes while enough hear it, and pays for no trigger', async () => {
    await gated(first, false);
    expect(await write(first, 10)).toEqual([true, '', 0]);
    expect(await first.lua('return #box.space.t:on_replace()')).toEqual([guard === 'kill' ? 0 : 1]);
    third.signal('SIGSTOP');
    await waitFor(async () => !(await first.lua<[string[]]>(`local r = {} for _, peer in pairs(box.info.replication) do if peer.downstream and peer.downstream.status == 'follow' then table.insert(r, peer.uuid) end end return r`))[0].includes(third.uuid), { ...limits, what: 'the third to be missed' });
    expect(await write(first, 11)).toEqual([true, '', 0]);
  });

  it('refuses each write soon after too few hear it, stays the master, and goes on when they are back', async () => {
    const writers = new Writers(8, 700);
    await first.lua('box.space.t:truncate()');
    await writers.connect(first);
    await waitFor(() => writers.acked > 50, { ...limits, what: 'writes' });
    const cut = performance.now();
    second.signal('SIGSTOP');
    await waitFor(() => writers.refused > 50, { ...limits, what: 'refusals' });
    const last = Math.max(...writers.acks.map(({ at }) => at));
    console.log(`guard ${guard}: the last write was acknowledged ${(last - cut).toFixed(0)} ms after the cut`);
    expect(last - cut).toBeLessThan(1000);
    expect(writers.message).toMatch(new RegExp(`^GATED \\{(?=.*"need":1)(?=.*"heard":0)(?=.*"master":"${first.uuid}").*it lets no write through: 0 of its 2 other voters hear it, and minReplicas takes 1`));
    const told = await first.told();
    expect(told).toMatchObject({ owner: true, lapsed: false, frozen: false, writable: false, readOnly: false });
    expect(told.gated).toMatch(/minReplicas/);
    expect(told.intervals.at(-1)).toMatchObject({ ended: 'the gate closed' });
    expect(await ordered.look(first)).toMatchObject({ promoted: 1, writable: false, sick: null, gated: told.gated });
    expect((await write(first, 1e6)).slice(0, 1).concat((await write(first, 1e6))[2])).toEqual([false, 7]);
    expect(await first.lua("return (pcall(box.schema.space.create, 'x')), (pcall(box.space.t.truncate, box.space.t))")).toEqual([false, false]);
    // What the agent does all the time goes on.
    expect(await ordered.obeyed(first, { kind: 'leaseSet', epoch: 1, deadline: (monotonic() + 60) * 1000 })).toMatchObject({ promoted: 1, writable: false });
    const before = writers.acked;
    second.signal('SIGCONT');
    await waitFor(() => writers.acked > before + 50, { ...limits, what: 'writes again' });
    expect(writers.unknown).toBe(0);
    await writers.stop();
    expect((await first.told()).intervals.at(-1)).toMatchObject({ why: 'the gate opened', to: null });
  });

  it('a lapse and a renewal pass over it, and so do a freeze and what takes it back', async () => {
    second.signal('SIGSTOP');
    await write(first, 20);
    await gated(first, true);
    await ordered.obeyed(first, { kind: 'freeze', epoch: 1 });
    expect(await ordered.look(first)).toMatchObject({ frozen: true, writable: false, gated: null });
    await ordered.obeyed(first, { kind: 'unfreeze', epoch: 1 });
    expect(await ordered.look(first)).toMatchObject({ frozen: false, writable: false, promoted: 1 });
    expect((await write(first, 21))[1]).toMatch(/^GATED /);
    await ordered.obeyed(first, { kind: 'leaseSet', epoch: 1, deadline: null });
    // Without a lease nobody takes over: nothing can be lost.
    await waitFor(async () => (await write(first, 22))[0], { ...limits, what: 'a write without a lease' });
    await ordered.obeyed(first, { kind: 'leaseSet', epoch: 1, deadline: (monotonic() + 1) * 1000 });
    await gated(first, true);
    await waitFor(async () => (await first.told()).lapsed, { ...limits, what: 'the lapse' });
    expect(await ordered.obeyed(first, { kind: 'leaseSet', epoch: 1, deadline: (monotonic() + 60) * 1000 })).toMatchObject({ promoted: 1, writable: false });
    second.signal('SIGCONT');
    await gated(first, false);
    expect(await write(first, 23)).toEqual([true, '', 0]);
  });

  it('a fenced call is refused before it begins', async () => {
    second.signal('SIGSTOP');
    await write(first, 30);
    await gated(first, true);
    const app = await first.connect();
    await expect(app.call('coterie.fenced_call', [1, 'box.info', []])).rejects.toThrow(/^GATED \{.*"asked":1.*minReplicas/);
    await expect(app.call('coterie.fenced_call', [2, 'box.info', []])).rejects.toThrow(/^WRONG_EPOCH /);
    second.signal('SIGCONT');
    await gated(first, false);
  });

  it('is handed over while it is closed, to one that begins behind its own', async () => {
    // Two have to hear it, and the third is away.
    await ordered.obeyed(first, { kind: 'acknowledge', epoch: 1, acks: [policy(2)] });
    await gated(first, true);
    const frozen = await ordered.obeyed(first, { kind: 'freeze', epoch: 1 });
    await ordered.obeyed(second, { kind: 'catchUp', epoch: 1, from: null, vclock: frozen.copy.vclock, cut: false });
    await ordered.obeyed(first, { kind: 'demote', epoch: 2 });
    expect((await ordered.look(first)).gated).toBeNull();
    const leading = await ordered.lead(second, 2, [policy(1)]);
    expect(leading).toMatchObject({ promoted: 2, demoted: null, writable: false });
    expect(leading.gated).toMatch(/0 of its 2 other voters/);
    expect((await write(second, 40))[1]).toMatch(/^GATED /);
    expect((await second.told()).intervals.filter(({ epoch }) => epoch === 2)).toEqual([]);
    await ordered.obeyed(first, { kind: 'follow', epoch: 2, upstream: second.uuid });
    await gated(second, false);
    expect(await write(second, 41)).toEqual([true, '', 0]);
    await ordered.has(first, 41);
    third.signal('SIGCONT');
    await ordered.follow(third, 2, second);
    await ordered.has(third, 41);
  });

  it('a new member is registered though the gate is closed', async () => {
    const fourth = await Database.make('fourth', ordered.databases.folder);
    ordered.databases.all.push(fourth);
    // Three have to hear it, and the fourth has no data yet.
    await ordered.obeyed(second, { kind: 'acknowledge', epoch: 2, acks: [policy(3, [first, second, third, fourth])] });
    await gated(second, true);
    await fourth.start('join', ordered.databases.replicaset, [second]);
    await ordered.follow(fourth, 2, second);
    await gated(second, false);
    await ordered.obeyed(second, { kind: 'demote', epoch: 3 });
    expect(await second.lua('return #box.space.t:on_replace()')).toEqual([guard === 'kill' ? 0 : 1]);
  });
});
