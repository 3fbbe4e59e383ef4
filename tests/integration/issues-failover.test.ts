import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import { tarantoolPid } from '../support/agents.ts';
import { EtcdCluster } from '../support/etcd.ts';
import { LinkProxy } from '../support/link-proxy.ts';
import { ProcessCluster } from '../support/process-cluster.ts';
import { Raised } from '../support/raised.ts';
import { waitFor } from '../support/wait.ts';

/** What can be wrong with failover, raised by the fact itself on real agents, and mended by what the issue offers. */

const limit = { timeoutMs: 45_000 };

class Failing {
  readonly cluster = new ProcessCluster();
  readonly raised = new Raised(this.cluster);

  status = async (): Promise<FailoverStatus> => (await this.cluster.get('/failover/status')).body;

  async order(path: string, input: object): Promise<any> {
    const { status, body } = await this.cluster.post(`/failover/${path}`, input);
    expect(status, `${path}: ${JSON.stringify(body)}`).toBe(200);
    return body;
  }

  /** s1 has a master that writes, and the others follow it. */
  async whole(): Promise<string> {
    let last: unknown;
    const found = await waitFor(async () => {
      const [one] = (await this.status()).replicasets;
      last = one;
      return one?.members.every(({ heard, standing }) => heard && (standing === 'master' || standing === 'follower')) && one.members.some(({ writable }) => writable) ? one.master : null;
    }, { ...limit, what: 's1 to be whole' }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${JSON.stringify(last)}`);
    });
    return found.alias;
  }

  /** Host and all. */
  async lose(alias: string): Promise<void> {
    const pid = tarantoolPid(this.cluster.agent(alias));
    await this.cluster.agent(alias).end('SIGKILL');
    if (pid !== null) process.kill(pid, 'SIGKILL');
  }

  others = (...aliases: string[]) => ['a', 'b', 'c'].filter((alias) => !aliases.includes(alias));
}

describe('with a stateboard and one coordinator', () => {
  const failing = new Failing();
  const { cluster, raised } = failing;

  beforeAll(async () => {
    await cluster.server();
    await cluster.claim();
    cluster.add('a', 'b', 'c', 'board', 'boss');
    await cluster.heard(['a', 'b', 'c', 'board', 'boss']);
    const edits = [
      { kind: 'createReplicaset', alias: 's1', instances: ['a', 'b', 'c'], roles: ['storage'] },
      { kind: 'createReplicaset', alias: 'state', instances: ['board'], roles: ['stateboard'] },
      { kind: 'createReplicaset', alias: 'control', instances: ['boss'], roles: ['failover-coordinator'] },
      { kind: 'setFailover', settings: { mode: 'stateful', leaseMs: 2000, failoversMax: 1, failoverWindowSeconds: 3600 } },
    ];
    const applied = await cluster.post('/topology/apply', { edits });
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
    await failing.whole();
  }, 120_000);
  afterAll(() => cluster.stop(), 60_000);

  it('what rests on one instance: failover-one-coordinator, stateboard-alone', async () => {
    expect((await raised.issue('failover-one-coordinator')).sentence).toContain('boss');
    expect((await raised.issue('stateboard-alone')).sentence).toContain('board');
  });

  it('failover-paused', async () => {
    await failing.order('pause', { reason: 'new switches', for: '1h' });
    const issue = await raised.issue('failover-paused');
    expect(issue.sentence).toContain('by admin until about');
    await raised.mend(issue, 'failover.resume');
    await raised.cleared('failover-paused');
  });

  it('failover-timing', async () => {
    await failing.order('configure', { leaseMs: 1200, providerFailoverMs: 500 });
    await raised.issue('failover-timing');
    await failing.order('configure', { leaseMs: 2000 });
    await raised.cleared('failover-timing');
  });

  it('failover-alone', async () => {
    const master = await failing.whole();
    for (const alias of failing.others(master)) expect((await cluster.post(`/instance/${alias}/stop`, {})).status).toBe(200);
    const issue = await raised.issue('failover-alone', 's1');
    for (const alias of failing.others(master)) expect(issue.sentence).toContain(`${alias}: `);
    for (const alias of failing.others(master)) await cluster.post(`/instance/${alias}/start`, {});
    await raised.cleared('failover-alone');
  }, 90_000);

  it('state-provider-lost, while masters go on: failover-failsafe', async () => {
    await failing.whole();
    const board = tarantoolPid(cluster.agent('board'))!;
    process.kill(board, 'SIGSTOP');
    await raised.issue('failover-failsafe', 's1');
    await raised.issue('state-provider-lost');
    expect((await failing.status()).provider).toMatchObject({ health: 'critical' });
    process.kill(board, 'SIGCONT');
    await raised.cleared('failover-failsafe');
    await raised.cleared('state-provider-lost');
    // What comes next is ordered from it, and it has lost its lock.
    await waitFor(async () => (await failing.status()).coordinators.some(({ active }) => active), { ...limit, what: 'boss to be active again' });
  }, 90_000);

  it('failover-manual', async () => {
    await failing.order('s1/acknowledge', {});
    const first = await failing.whole();
    await failing.lose(first);
    await waitFor(async () => (await failing.status()).replicasets[0]!.master!.alias !== first, { ...limit, what: 'the first failover' });
    cluster.agent(first).start();
    const second = await failing.whole();
    await failing.lose(second);
    const issue = await raised.issue('failover-manual', 's1');
    cluster.agent(second).start();
    await raised.mend(issue, 'failover.acknowledge');
    await raised.cleared('failover-manual');
    await failing.order('configure', { failoversMax: 50 });
    await failing.whole();
  }, 120_000);

  it('diverged, until its rows are saved: lost-rows', async () => {
    const before = await failing.whole();
    const [near, far] = failing.others(before) as [string, string];
    await raised.lua(before, "box.schema.space.create('t', {if_not_exists = true}):create_index('pk', {if_not_exists = true})");
    expect((await cluster.post(`/instance/${far}/stop`, {})).status).toBe(200);
    // Somebody has cut the other one off by hand; it leads when the master is gone.
    await raised.lua(near, 'box.cfg{replication = {}}');
    // So many that to save them takes a while.
    await raised.lua(before, "for from = 1, 600000, 1000 do box.atomic(function() for i = from, from + 999 do box.space.t:replace{i, 'only here'} end end) end");
    await failing.lose(before);
    await waitFor(async () => (await failing.status()).replicasets[0]!.master!.alias === near, { ...limit, what: 'another master' });
    cluster.agent(before).start();
    await raised.issue('diverged', before);
    await raised.issue('lost-rows', before);
    await raised.cleared('diverged');
    const files = (await cluster.get(`/failover/lost-rows?instance=${before}`)).body;
    expect(files).toMatchObject([{ instance: { alias: before }, replicaset: { alias: 's1' } }]);
    const read = (await cluster.get(`/failover/${before}/${files[0].name}/read-lost-rows?limit=2`)).body;
    expect(JSON.stringify(read.rows)).toContain('only here');
    const incident = (await cluster.get(`/failover/s1:${files[0].epoch}/incident`)).body;
    expect(incident.lostRows).toMatchObject([{ instance: { alias: before }, name: files[0].name }]);
    await cluster.post(`/instance/${far}/start`, {});
    await failing.whole();
  }, 120_000);

  it('failover-unfenced', async () => {
    await failing.whole();
    await failing.order('configure', { mode: 'disabled' });
    // Now the priority decides, whoever led before.
    const master = 'a';
    await waitFor(async () => (await raised.view(master)).readOnly === false, { ...limit, what: 'a master without lease' });
    // It hears of nothing, and nobody hears of it: whether it still writes cannot be known.
    cluster.agent(master).signal('SIGSTOP');
    await failing.order('configure', { mode: 'stateful' });
    expect((await raised.issue('failover-unfenced', 's1')).sentence).toContain(master);
    cluster.agent(master).signal('SIGCONT');
    await raised.cleared('failover-unfenced');
    await failing.whole();
  }, 120_000);

  it('failover-no-coordinator', async () => {
    await cluster.agent('boss').end('SIGKILL');
    await raised.issue('failover-no-coordinator');
    cluster.agent('boss').start();
    await raised.cleared('failover-no-coordinator');
  }, 90_000);

  it('failover-unsafe', async () => {
    await failing.order('configure', { mode: 'eventual' });
    await raised.issue('failover-unsafe');
  });
});

describe('with etcd behind a link that can be slow, and that one agent does not find', () => {
  const failing = new Failing();
  const { cluster, raised } = failing;
  const folder = mkdtempSync(join(tmpdir(), 'coterie-hosts-'));
  const hosts = join(folder, 'hosts');
  let etcd: EtcdCluster;
  let proxy: LinkProxy;

  beforeAll(async () => {
    etcd = await new EtcdCluster({ members: 1 }).start();
    const { port } = new URL(etcd.endpoints[0]!);
    proxy = await new LinkProxy({ host: '127.0.0.1', port: Number(port) }).start();
    await cluster.server();
    await cluster.claim();
    writeFileSync(hosts, '127.0.0.1 localhost\n');
    cluster.add('a', 'b', 'boss', 'deputy');
    // It has names of its own.
    await cluster.addWith(['c'], [], { inside: ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hosts] });
    await cluster.heard(['a', 'b', 'c', 'boss', 'deputy']);
    const edits = [
      { kind: 'createReplicaset', alias: 's1', instances: ['a', 'b', 'c'], roles: ['storage'] },
      { kind: 'createReplicaset', alias: 'control', instances: ['boss', 'deputy'], roles: ['failover-coordinator'] },
      { kind: 'setFailover', settings: { mode: 'stateful', provider: { kind: 'etcd', endpoints: [`localhost:${proxy.port}`] } } },
    ];
    const applied = await cluster.post('/topology/apply', { edits });
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
    await failing.whole();
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
    await proxy.stop();
    await etcd.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('state-provider-slow', async () => {
    proxy.delay({ there: () => 260, back: () => 260 });
    await raised.issue('state-provider-slow');
    proxy.delay({ there: null, back: null });
    await raised.cleared('state-provider-slow');
  }, 90_000);

  it('state-provider-partly', async () => {
    writeFileSync(hosts, '127.0.0.9 localhost\n');
    proxy.refuse(true);
    proxy.refuse(false);
    const issue = await raised.issue('state-provider-partly');
    expect(issue.sentence).toMatch(/^c cannot reach the state provider/);
    writeFileSync(hosts, '127.0.0.1 localhost\n');
    await raised.cleared('state-provider-partly');
  }, 90_000);

  it('state-provider-back', async () => {
    const member = etcd.members[0]!;
    const data = join(etcd.path, 'm0');
    await member.kill();
    cpSync(data, `${data}.backup`, { recursive: true });
    member.start();
    await failing.whole();
    const { revision } = (await failing.status()).provider!;
    await waitFor(async () => (await failing.status()).provider!.revision! > revision! + 20, { ...limit, what: 'changes since the backup' });
    await member.kill();
    rmSync(data, { recursive: true });
    cpSync(`${data}.backup`, data, { recursive: true });
    member.start();
    const issue = await raised.issue('state-provider-back');
    expect(issue.severity).toBe('critical');
    await failing.whole();
  }, 90_000);
});
