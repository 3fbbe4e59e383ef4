import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessCluster, Program } from '~/tests/support/process-cluster.ts';
import { Raised } from '~/tests/support/raised.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Issues that rest on what only real agents and a real Tarantool say: raised by the fact, and mended by what they offer. */

let cluster: ProcessCluster;
let raised: Raised;
let extra: Program;

beforeAll(async () => {
  cluster = new ProcessCluster();
  raised = new Raised(cluster);
  await cluster.server();
  await cluster.claim();
  await cluster.add('a', 'b', 'c');
  await cluster.heard(['a', 'b', 'c']);
  const document = 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n      c: {}\n';
  expect((await cluster.post('/topology/apply', { document })).status).toBe(200);
  await cluster.allReady();
}, 120_000);
afterAll(async () => {
  await extra?.end('SIGTERM');
  await cluster.stop();
}, 60_000);

const uuidOf = async (alias: string): Promise<string> => (await raised.view(alias)).uuid;

describe('who is there and should not be', () => {
  let old: string;

  it('another agent at the address of an instance, put in its place', async () => {
    old = await uuidOf('c');
    await raised.lua('a', "box.schema.space.create('t'):create_index('pk') box.space.t:insert{1}");
    const c = cluster.agent('c');
    await c.end('SIGTERM');
    const args = c.args.map((word) => (word === c.dataDir ? `${c.dataDir}-new` : word));
    extra = new Program('c-new', args, { folder: cluster.folder });
    extra.start();
    const found = await raised.issue('alien-uuid');
    expect(found).toMatchObject({ severity: 'critical', object: { id: old, name: 'c' }, sentence: expect.stringContaining(c.listen) });
    await raised.mend(found, 'topology.apply');
    await raised.cleared('alien-uuid');
    await cluster.allReady();
    expect(await uuidOf('c')).not.toBe(old);
    expect(await raised.lua(await uuidOf('c'), 'return box.space.t:len()')).toEqual([1]);
  }, 120_000);

  it('a row in _cluster that the configuration does not know', async () => {
    const uuid = randomUUID();
    await raised.lua('a', `box.space._cluster:insert{20, '${uuid}'}`);
    const found = await raised.issue('alien-replica');
    expect(found).toMatchObject({ severity: 'warning', object: { kind: 'replicaset', name: 's1' }, sentence: expect.stringContaining(uuid) });
    await raised.mend(found, 'instance.eval');
    await raised.cleared('alien-replica');
    expect(await raised.lua('a', 'return box.space._cluster:get(20) == nil')).toEqual([true]);
  }, 60_000);

  it('an expelled one that is on the list again', async () => {
    await raised.lua('a', `box.space._cluster:insert{21, '${old}'}`);
    const found = await raised.issue('expelled-left');
    expect(found).toMatchObject({ object: { name: 's1' }, sentence: expect.stringMatching(/expelled: c\.$/) });
    await raised.mend(found, 'instance.eval');
    await raised.cleared('expelled-left');
  }, 60_000);
});

it('an agent that was away while the gossip keys were changed', async () => {
  const b = cluster.agent('b');
  await b.end('SIGTERM');
  await waitFor(async () => (await cluster.get('/gossip/members')).body.every(({ name, state }: { name: string; state: string }) => name !== 'b' || state === 'left' || state === 'dead'), { timeoutMs: 20_000, what: 'b to be gone' });
  const { body: [first] } = await cluster.get('/gossip/keyring');
  const { body: { data: made } } = await cluster.post('/gossip/install-key', {});
  for (const path of [`/gossip/${made.id}/use-key`, `/gossip/${first.id}/remove-key`]) expect((await cluster.post(path, {})).status, path).toBe(200);
  b.start();
  const found = await raised.issue('gossip-key-missing');
  expect(found).toMatchObject({ severity: 'critical', object: { name: 'b' }, sentence: expect.stringContaining(`lacks the gossip key ${made.id}`) });
  expect((await cluster.get('/cluster/suggestions')).body).toContainEqual(expect.objectContaining({ operation: 'gossip.giveKeys', inputs: [{ instance: 'b' }] }));
  const plan = await cluster.post('/gossip/b/give-keys', { dryRun: true });
  expect(plan.body.plan).toMatchObject({ summary: 'Give b the gossip keys of this server.', refusals: [] });
  await raised.mend(found, 'gossip.giveKeys');
  await raised.cleared('gossip-key-missing');
  await waitFor(async () => (await cluster.get('/gossip/members')).body.some(({ name, state }: { name: string; state: string }) => name === 'b' && state === 'alive'), { timeoutMs: 20_000, what: 'b to be heard by gossip' });
  const ring = (alias: string) => readFileSync(join(cluster.agent(alias).dataDir, 'gossip-keys.json'), 'utf8');
  await waitFor(() => ring('b') === ring('a'), { timeoutMs: 10_000, what: 'the ring to be kept over a restart' });
  await cluster.allReady();
}, 120_000);
