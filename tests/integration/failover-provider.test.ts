import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lua, statusOf, tarantoolPid, untilStatus } from '../support/agents.ts';
import { Appointed } from '../support/appointed.ts';
import { EtcdCluster, etcdUser } from '../support/etcd.ts';
import { waitFor } from '../support/wait.ts';

const limit = { timeoutMs: 30_000 };

describe('the stateboard is lost', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start();
    await set.makeSpace();
  });
  afterAll(() => set.agents.stopAll());

  it('the master goes on by the promises of the members, says so, and nobody else leads', async () => {
    const leader = await set.whole();
    const epoch = await set.epoch(leader);
    const board = tarantoolPid(set.board)!;
    process.kill(board, 'SIGSTOP');
    try {
      const status = await untilStatus(leader, 'goes on by promises', ({ failover }) => failover?.member?.failsafe === true && failover.provider?.error !== null, 20_000);
      expect(status.failover?.member).toMatchObject({ standing: 'master', epoch });
      // Longer than any lease.
      const until = performance.now() + 5000;
      let id = 100;
      await waitFor(async () => {
        await lua(leader, `box.space.t:replace{${id++}}`);
        return performance.now() > until;
      }, { timeoutMs: 20_000, what: 'writes for 5 s without the stateboard' });
    } finally {
      process.kill(board, 'SIGCONT');
    }
    await untilStatus(leader, 'has its provider again', ({ failover }) => failover?.provider?.error === null && failover.member?.failsafe === false, 30_000);
    expect(await set.epoch(await set.whole())).toBe(epoch);
  });

  it('its process is killed: it is back with what it knew, and the master stays', async () => {
    const leader = await set.whole();
    const epoch = await set.epoch(leader);
    const pid = tarantoolPid(set.board)!;
    process.kill(pid, 'SIGKILL');
    await waitFor(() => tarantoolPid(set.board) !== pid, { ...limit, what: 'another stateboard' });
    await untilStatus(leader, 'has its provider again', ({ failover }) => failover?.provider?.error === null, 30_000);
    expect((await set.whole()).name).toBe(leader.name);
    expect(await set.epoch(leader)).toBe(epoch);
  });
});

describe('without failsafe', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start({ storages: ['s1', 's2'], failover: { failsafe: 'off' } });
  });
  afterAll(() => set.agents.stopAll());

  it('the master stops writing while the stateboard is lost, and writes again in the same epoch', async () => {
    const leader = await set.whole();
    const epoch = await set.epoch(leader);
    const board = tarantoolPid(set.board)!;
    process.kill(board, 'SIGSTOP');
    try {
      await untilStatus(leader, 'is read-only', ({ database }) => database?.readOnly === true, 20_000);
    } finally {
      process.kill(board, 'SIGCONT');
    }
    expect((await set.whole()).name).toBe(leader.name);
    expect(await set.epoch(leader)).toBe(epoch);
  });
});

describe('etcd with users and certificates', () => {
  const etcd = new EtcdCluster({ members: 3, tls: true, auth: true });
  const set = new Appointed();

  beforeAll(async () => {
    await etcd.start();
    const passwordFile = join(etcd.path, 'password');
    writeFileSync(passwordFile, etcdUser.password, { mode: 0o600 });
    const { ca, cert, key } = etcd.tls;
    await set.start({
      storages: ['s1', 's2'],
      flags: ['--state-password-file', passwordFile, '--state-ca', ca, '--state-cert', cert, '--state-key', key],
      failover: { provider: { kind: 'etcd', endpoints: etcd.endpoints.map((url) => new URL(url).host), prefix: '/coterie/test', user: etcdUser.user, tls: true } },
    });
  });
  afterAll(async () => {
    await set.agents.stopAll();
    await etcd.stop();
  });

  it('appoints, keeps its master when any member of etcd is lost, and fails over without it', async () => {
    const leader = await set.whole();
    const epoch = await set.epoch(leader);
    etcd.members[0]!.kill();
    const seen = (await statusOf(leader)).at;
    // Three leases later it is the same one.
    await untilStatus(leader, 'has renewed since', ({ at, failover }) => at > seen + 6000 && failover?.member?.standing === 'master', 30_000);
    expect(await set.epoch(leader)).toBe(epoch);
    process.kill(tarantoolPid(leader)!, 'SIGKILL');
    // The same one, where it is back before anybody else is appointed.
    await untilStatus(set.others(leader)[0]!, 'knows a later epoch', ({ failover }) => (failover?.member?.epoch ?? 0) > epoch);
    await set.whole();
    const view = await set.coordinator.client.failoverView({}, { timeoutMs: 5000 });
    expect(view.provider.endpoints.filter(({ error }) => error !== null)).toHaveLength(1);
    expect(JSON.stringify([view, await statusOf(leader)])).not.toContain(etcdUser.password);
  });
});

describe('etcd that comes back empty', () => {
  const etcd = new EtcdCluster({ members: 1 });
  const set = new Appointed();

  beforeAll(async () => {
    await etcd.start();
    await set.start({ storages: ['s1', 's2'], failover: { provider: { kind: 'etcd', endpoints: etcd.endpoints.map((url) => new URL(url).host) } } });
    await set.makeSpace();
  });
  afterAll(async () => {
    await set.agents.stopAll();
    await etcd.stop();
  });

  it('is noticed, and the next epoch is above all that the members know', async () => {
    const leader = await set.whole();
    const begun = (await statusOf(leader)).at;
    await lua(leader, 'box.space.t:replace{1}');
    const epoch = await set.epoch(leader);
    // So that the new store is behind the old one for long.
    const other = Buffer.from('/elsewhere').toString('base64');
    for (let count = 0; count < 1000; count++) await etcd.ask('kv/put', { key: other, value: other });
    await untilStatus(leader, 'has renewed since', ({ at }) => at > begun + 3000);
    const [member] = etcd.members;
    await member!.kill();
    rmSync(join(etcd.path, 'm0'), { recursive: true });
    member!.start();
    await etcd.ready();
    await untilStatus(set.storages[0]!, 'knows a later epoch', ({ failover }) => (failover?.member?.epoch ?? 0) > epoch, 60_000);
    const after = await set.whole();
    await set.has(after, 1);
    const trails = await Promise.all(set.storages.map((agent) => agent.client.failoverTrail({ after: 0 }, { timeoutMs: 5000 })));
    expect(trails.flatMap(({ entries }) => entries).filter(({ detail }) => detail?.includes('was emptied')).length).toBeGreaterThan(0);
  });
});
