import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { tarantoolPid } from '~/tests/support/agents.ts';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
import { ProcessCluster, type ServerProgram } from '~/tests/support/process-cluster.ts';
import { Raised } from '~/tests/support/raised.ts';
import { SmallDisk } from '~/tests/support/small-disk.ts';
import { Trouble } from '~/tests/support/trouble.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Issues of what hangs, waits or is cut off: several at a time, since each takes seconds to be one. */

let cluster: ProcessCluster;
let raised: Raised;
let disk: SmallDisk;
let postgres: Postgres;
let hangs: Trouble;
let withoutUdp: Trouble;
let threadsEnd: Trouble;

beforeAll(async () => {
  cluster = new ProcessCluster();
  raised = new Raised(cluster);
  disk = await SmallDisk.mount(join(cluster.folder, 'd'), { megabytes: 96 });
  postgres = await startPostgres();
  const shared = { DATABASE_URL: postgres.createDatabase('stuck') };
  await cluster.server(shared);
  await cluster.claim();
  await cluster.server(shared);
  hangs = new Trouble(cluster.folder, 'hangs');
  withoutUdp = new Trouble(cluster.folder, 'withoutUdp');
  threadsEnd = new Trouble(cluster.folder, 'threadsEnd');
  await cluster.add('a');
  await cluster.addWith(['b'], [], { env: hangs.env });
  await cluster.addWith(['c'], [], { env: threadsEnd.env });
  await cluster.addWith(['d'], [], { inside: disk.inside, env: withoutUdp.env });
  for (const server of cluster.servers) await cluster.heard(['a', 'b', 'c', 'd'], { server });
  const document = 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n      c: {}\n  s2:\n    roles: [storage]\n    instances:\n      d: {}\n';
  expect((await cluster.post('/topology/apply', { document })).status).toBe(200);
  await cluster.allReady();
}, 120_000);
afterAll(async () => {
  hangs?.end();
  await cluster.agent('d')?.end('SIGTERM');
  disk?.unmount();
  await cluster.stop();
  await postgres?.stop();
}, 60_000);

it('an agent that hangs: it is silent, who should lead waits for it, and so does the run of that, which its server does not live to end', async () => {
  const [, killed] = cluster.servers as [ServerProgram, ServerProgram];
  const anew = new Raised(cluster, { server: killed });
  hangs.begin();
  onTestFinished(() => hangs.end());
  expect(await raised.issue('silent', 'b')).toMatchObject({ severity: 'warning', sentence: expect.stringContaining('b has sent no report since') });
  const asked = cluster.post('/replicaset/s1/edit', { priority: ['c', 'a', 'b'] }, { server: killed }).catch(() => null);
  await waitFor(async () => (await cluster.get('/apply-run')).body[0].state === 'decided', { timeoutMs: 20_000, what: 'the change to be decided' });
  await killed.end('SIGKILL');
  await asked;
  expect(await raised.issue('waiting', 'c')).toMatchObject({ severity: 'warning', sentence: expect.stringMatching(/c has been configuring since .*: .*b: b did not answer/) });
  expect(await raised.issue('wrong-master', 's1')).toMatchObject({ severity: 'warning', sentence: expect.stringMatching(/s1 is led by a since .*, though c should lead: c should lead, but is configuring/) });
  expect(await raised.issue('apply-unfinished')).toMatchObject({ severity: 'warning', object: { kind: 'cluster' }, sentence: expect.stringMatching(/was decided at .*, but its run has not ended: it waits for .*c/) });
  // The gossip of b goes on; the server that is started anew has never had a report of it. Earlier it would have ended its run itself.
  killed.start();
  await cluster.ready(killed);
  expect(await anew.issue('unheard', 'b')).toMatchObject({ severity: 'warning', sentence: expect.stringMatching(/Gossip hears b since .*, but its agent at \S+ does not report to this server/) });
  hangs.end();
  await Promise.all([anew.cleared('unheard'), ...['silent', 'waiting', 'wrong-master', 'apply-unfinished'].map((code) => raised.cleared(code))]);
  await cluster.allReady();
  expect((await raised.view('c')).leadership).toBe('master');
}, 150_000);

it('a database that hangs, one that is an orphan, a disk that fills, gossip that is cut, and gossip that ends', async () => {
  withoutUdp.begin();
  threadsEnd.begin();
  disk.fill(6 * 2 ** 20);
  process.kill(tarantoolPid(cluster.agent('a'))!, 'SIGSTOP');
  const failed = await raised.issue('failed', 'a');
  expect(failed).toMatchObject({ severity: 'critical', sentence: expect.stringContaining('The database process lives and does not answer') });
  await raised.mend(failed, 'instance.restart');
  await raised.cleared('failed');

  // Somebody wants all peers to be there, and one of them is not.
  await raised.lua('b', "local to = {'127.0.0.1:9', unpack(box.cfg.replication)} box.cfg{replication_connect_quorum = #to, replication_connect_timeout = 0.3, replication_sync_timeout = 0.3} box.cfg{replication = to}");
  const orphan = await raised.issue('orphan', 'b');
  expect(orphan).toMatchObject({ severity: 'warning', sentence: expect.stringContaining('b has been an orphan since') });
  expect((await raised.all()).filter(({ object }) => object.name === 'b').map(({ code }) => code)).not.toContain('waiting');
  await raised.mend(orphan, 'replicaset.restartReplication');
  await raised.cleared('orphan');

  expect(await raised.issue('disk-low', 'd')).toMatchObject({ severity: 'warning', sentence: expect.stringMatching(/The disk of d has \S+ MiB of 96 MiB left \([56].* %\)\./) });
  disk.free();
  expect(await raised.issue('gossip-cut', 'd')).toMatchObject({ severity: 'warning', sentence: expect.stringMatching(/d answers, but gossip calls it (suspected|dead) since/) });
  expect(await raised.issue('gossip-down', 'c')).toMatchObject({ severity: 'warning', sentence: expect.stringContaining('c') });
  withoutUdp.end();
  threadsEnd.end();
  await Promise.all(['disk-low', 'gossip-cut', 'gossip-down'].map((code) => raised.cleared(code)));
  await cluster.allReady();
}, 150_000);
