import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Issue } from '~/contract/shapes/view.ts';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { waitFor } from '../support/wait.ts';

/** What can be wrong with buckets, raised by the fact itself on real agents, and mended by what the issue says. */

const cluster = new AppointedCluster();
const limit = { timeoutMs: 100_000 };

beforeAll(async () => {
  await cluster.server();
  await cluster.claim();
  await cluster.add('p', 'k', 'a', 'b', 'c');
  await cluster.heard(['p', 'k', 'a', 'b', 'c']);
  await cluster.ok('/topology/apply', { document: 'name: test\nfailover:\n  mode: stateful\nreplicasets:\n  state:\n    roles: [stateboard]\n    instances:\n      p: {}\n  control:\n    roles: [failover-coordinator]\n    instances:\n      k: {}\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n  s2:\n    roles: [storage]\n    instances:\n      c: {}\n' });
  await cluster.allReady();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const issue = async (code: string): Promise<Issue | undefined> => (await cluster.issues()).find((one) => one.code === code);
const raised = (code: string) => waitFor(() => issue(code), { ...limit, what: `issue ${code}` });
const gone = (code: string) => waitFor(async () => (await issue(code)) === undefined, { ...limit, what: `issue ${code} to be gone` });
/** Until one of the events says so; a failure shows those that there are. */
const told = async (what: RegExp) => waitFor(async () => (await events()).some((sentence) => what.test(sentence)), { timeoutMs: 40_000, what: `an event ${what}` }).catch(async (error: unknown) => {
  throw new Error(`${(error as Error).message}\n${(await events()).join('\n')}\n${JSON.stringify((await cluster.get('/sharding/status')).body)}`);
});
const events = async (): Promise<string[]> => (await cluster.get('/cluster/events?kind=sharding&limit=100')).body.map(({ sentence }: { sentence: string }) => sentence);

it('sharding-not-bootstrapped: storages wait, until somebody makes their buckets', async () => {
  expect(await raised('sharding-not-bootstrapped')).toMatchObject({ severity: 'info', sentence: 'Group default was never bootstrapped: 2 storages wait for buckets.' });
  await cluster.ok('/sharding/default/bootstrap', {});
  await gone('sharding-not-bootstrapped');
  await told(/^Group default: admin made its 3000 buckets\.$/);
}, 150_000);

it('sharding-buckets-wrong: a bucket without an owner, until it is mended', async () => {
  await cluster.lua('c', "box.space._coterie_buckets:delete(box.space._coterie_buckets.index.state:min{'active'}[1])");
  expect(await raised('sharding-buckets-wrong')).toMatchObject({ severity: 'critical', sentence: 'In group default 1 bucket has no owner: requests for it fail.' });
  await cluster.ok('/sharding/default/repair', { finding: 'lost', confirm: 'default' });
  await gone('sharding-buckets-wrong');
}, 150_000);

it('sharding-blocked and sharding-not-drained: a copy is away, so a storage cannot be emptied, until it is back', async () => {
  const master = (await cluster.get('/replicaset/s1')).body.masters[0] as string;
  const replica = (await cluster.get('/instance/a')).body.uuid === master ? 'b' : 'a';
  await cluster.agent(replica).end('SIGTERM');
  await waitFor(async () => (await cluster.post('/replicaset/s1/edit', { weight: 0 })).status === 200, { ...limit, what: 's1 to be drained' });
  expect((await raised('sharding-blocked')).sentence).toContain(`${replica} of s1 is away, and a bucket changes hands only when enough copies know.`);
  expect((await raised('sharding-not-drained')).sentence).toMatch(/^s1 is to be drained and still has 1500 buckets\./);
  cluster.agent(replica).start();
  await gone('sharding-blocked');
  await gone('sharding-not-drained');
  await told(/^Group default: Rebalancing ended: s1 has 0, s2 has 3000\.$/);
}, 240_000);
