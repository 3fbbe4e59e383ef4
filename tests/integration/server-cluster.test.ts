import { afterEach, expect, test } from 'vitest';
import { ProcessCluster } from '~/tests/support/process-cluster.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The control plane with real agents and real Tarantool, over REST. */

let cluster: ProcessCluster;
afterEach(() => cluster.stop(), 60_000);

const document = 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n  s2:\n    roles: [storage]\n    instances:\n      c: {}\n      d: {}\n';

async function twoByTwo() {
  cluster = new ProcessCluster();
  await cluster.server();
  await cluster.claim();
  await cluster.add('a', 'b', 'c', 'd');
  await cluster.heard(['a', 'b', 'c', 'd']);
  const applied = await cluster.post('/topology/apply', { document });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  await cluster.allReady();
  return applied.body;
}

test('a 2 x 2 cluster from nothing, with data that replicates', async () => {
  const applied = await twoByTwo();
  expect(['done', 'partial']).toContain(applied.run.state);
  const { body: overview } = await cluster.get('/cluster/overview');
  expect(overview.replicasets.map(({ masters }: { masters: string[] }) => masters.length)).toEqual([1, 1]);
  await waitFor(async () => (await cluster.get(`/apply-run/${applied.run.id}`)).body.state === 'done', { timeoutMs: 10_000, what: 'the run to be done' });
  const run = async (alias: string, code: string) => (await cluster.post(`/instance/${alias}/eval`, { code })).body.data;
  expect(await run('a', "box.schema.space.create('t'):create_index('pk') box.space.t:insert{1, 'x'} return box.space.t:len()")).toMatchObject({ ok: true, values: [1] });
  await waitFor(async () => (await run('b', 'return box.space.t and box.space.t:get(1)[2]')).values[0] === 'x', { timeoutMs: 10_000, what: 'the row on b' });
  expect((await run('b', "box.space.t:insert{2, 'y'}")).error).toContain('read-only');
}, 180_000);
