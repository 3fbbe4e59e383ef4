import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Issue } from '~/contract/shapes/view.ts';
import { ProcessCluster, Program } from '~/tests/support/process-cluster.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Issues that rest on what only real agents and a real Tarantool say: raised by the fact, and mended by what they offer. */

let cluster: ProcessCluster;
let extra: Program;

beforeAll(async () => {
  cluster = new ProcessCluster();
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

const issues = async (): Promise<Issue[]> => (await cluster.get('/cluster/issues')).body;
const issue = (code: string) => waitFor(async () => (await issues()).find((one) => one.code === code), { timeoutMs: 40_000, what: `the issue ${code}` });
const cleared = (code: string) => waitFor(async () => (await issues()).every((one) => one.code !== code), { timeoutMs: 40_000, what: `${code} to clear` });
const run = async (alias: string, code: string) => (await cluster.post(`/instance/${alias}/eval`, { code })).body.data;
/** Does what the issue offers. */
async function mend({ repair }: Issue): Promise<void> {
  const { operation, input: { instance, ...rest } } = repair!;
  const [noun, verb] = operation.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).split('.');
  const { status, body } = await cluster.post(`/${noun}/${instance === undefined ? '' : `${String(instance)}/`}${verb}`, rest);
  expect(status, JSON.stringify(body)).toBe(200);
}
const uuidOf = async (alias: string) => (await cluster.get('/cluster/overview')).body.instances.find((one: { alias: string; configured: boolean }) => one.alias === alias && one.configured).uuid;

describe('who is there and should not be', () => {
  let old: string;

  it('another agent at the address of an instance, put in its place', async () => {
    old = await uuidOf('c');
    expect((await run('a', "box.schema.space.create('t'):create_index('pk') box.space.t:insert{1}")).ok).toBe(true);
    const c = cluster.agent('c');
    await c.end('SIGTERM');
    const args = c.args.map((word) => (word === c.dataDir ? `${c.dataDir}-new` : word));
    extra = new Program('c-new', args, { folder: cluster.folder });
    extra.start();
    const found = await issue('alien-uuid');
    expect(found).toMatchObject({ severity: 'critical', object: { id: old, name: 'c' }, sentence: expect.stringContaining(c.listen) });
    await mend(found);
    await cleared('alien-uuid');
    await cluster.allReady();
    expect(await uuidOf('c')).not.toBe(old);
    expect((await run(await uuidOf('c'), 'return box.space.t:len()')).values).toEqual([1]);
  }, 120_000);

  it('a row in _cluster that the configuration does not know', async () => {
    const uuid = randomUUID();
    expect((await run('a', `box.space._cluster:insert{20, '${uuid}'}`)).ok).toBe(true);
    const found = await issue('alien-replica');
    expect(found).toMatchObject({ severity: 'warning', object: { kind: 'replicaset', name: 's1' }, sentence: expect.stringContaining(uuid) });
    await mend(found);
    await cleared('alien-replica');
    expect((await run('a', 'return box.space._cluster:get(20) == nil')).values).toEqual([true]);
  }, 60_000);

  it('an expelled one that is on the list again', async () => {
    expect((await run('a', `box.space._cluster:insert{21, '${old}'}`)).ok).toBe(true);
    const found = await issue('expelled-left');
    expect(found).toMatchObject({ object: { name: 's1' }, sentence: expect.stringMatching(/expelled: c\.$/) });
    await mend(found);
    await cleared('expelled-left');
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
  const found = await issue('gossip-key-missing');
  expect(found).toMatchObject({ severity: 'critical', object: { name: 'b' }, sentence: expect.stringContaining(`lacks the gossip key ${made.id}`) });
  expect((await cluster.get('/cluster/suggestions')).body).toContainEqual(expect.objectContaining({ operation: 'gossip.giveKeys', inputs: [{ instance: 'b' }] }));
  const plan = await cluster.post('/gossip/b/give-keys', { dryRun: true });
  expect(plan.body.plan).toMatchObject({ summary: 'Give b the gossip keys of this server.', refusals: [] });
  await mend(found);
  await cleared('gossip-key-missing');
  await waitFor(async () => (await cluster.get('/gossip/members')).body.some(({ name, state }: { name: string; state: string }) => name === 'b' && state === 'alive'), { timeoutMs: 20_000, what: 'b to be heard by gossip' });
  const ring = (alias: string) => readFileSync(join(cluster.agent(alias).dataDir, 'gossip-keys.json'), 'utf8');
  await waitFor(() => ring('b') === ring('a'), { timeoutMs: 10_000, what: 'the ring to be kept over a restart' });
  await cluster.allReady();
}, 120_000);
