import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { hashOf } from '~/link/hash.ts';
import type { Committed } from '~/link/protocol.ts';
import { openStore } from '~/server/store/index.ts';
import type { FakeAgent } from '~/tests/support/fake-agent.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** What a server finds that another one, or its earlier self, has left behind. */

let server: TestServer;
afterEach(() => server.stop());

async function twoAgents() {
  server = await TestServer.start();
  const auth = bearer(await server.admin());
  const [a, b] = [await server.agent('a'), await server.agent('b')];
  await server.post('/replicaset/s1/create', { instances: ['a', 'b'], roles: ['storage'], weight: 1 }, auth);
  return { auth, a, b };
}

/** Version 2 as a run of `owner` would have made it. */
function leftRun(base: Committed, agents: FakeAgent[]): { run: ApplyRun; candidate: Committed } {
  const text = canonicalText({ ...JSON.parse(base.text), sections: { left: 'over' } });
  const meta = { version: 2, hash: hashOf(text), author: 'ann', surface: 'cli' as const, reason: null, at: Date.now(), base: 1 };
  const instances = agents.map(({ uuid, alias }) => ({ uuid, alias, state: 'preparing' as const, message: null, tookMs: null }));
  const run: ApplyRun = { id: randomUUID(), version: 2, baseVersion: 1, state: 'preparing', author: 'ann', surface: 'cli', reason: null, startedAt: Date.now(), decidedAt: null, finishedAt: null, error: null, instances };
  return { run, candidate: { meta, text } };
}

/** Puts a run of a dead server into the database while ours is down. */
async function leave(agents: FakeAgent[], decided: boolean) {
  await server.stop({ keep: true });
  const store = await openStore(`file:${join(server.folder, 'server/coterie.db')}`);
  const left = leftRun((await store.versions.latest())!, agents);
  await store.runs.begin(left.run, 'dead-server');
  for (const agent of agents) agent.candidate = { runId: left.run.id, owner: 'dead-server', content: left.candidate };
  if (decided) expect(await store.runs.decide(left.run.id, { owner: 'dead-server', at: Date.now(), version: left.candidate, instances: left.run.instances, audit: null })).toBe('decided');
  await store.close();
  await server.run();
  return left.run.id;
}

test('a run that was not decided is aborted, its locks are released, and the next change goes through', async () => {
  const { auth, a, b } = await twoAgents();
  const id = await leave([a, b], false);
  const run = await waitFor(
    async () => {
      const { body } = await server.get(`/apply-run/${id}`, auth);
      return body.state === 'aborted' && body;
    },
    { timeoutMs: 10_000, what: 'the run to be settled' },
  );
  expect(run.error).toContain('dead-server');
  await waitFor(() => a.candidate === null && b.candidate === null, { timeoutMs: 5000, what: 'locks' });
  expect([a, b].map(({ committed }) => committed?.meta.version)).toEqual([1, 1]);
  expect((await server.post('/config/upload', { sections: { x: '1' } }, auth)).body.run).toMatchObject({ state: 'done', version: 2 });
  expect(a.config?.sections).toEqual({ x: '1' });
});

test('a run that was decided is finished, whoever decided it', async () => {
  const { auth, a, b } = await twoAgents();
  const id = await leave([a, b], true);
  await waitFor(() => a.committed?.meta.version === 2 && b.committed?.meta.version === 2, { timeoutMs: 10_000, what: 'version 2' });
  await waitFor(async () => (await server.get(`/apply-run/${id}`, auth)).body.state === 'done', { timeoutMs: 5000, what: 'the run to be done' });
  expect((await server.get('/config', auth)).body).toMatchObject({ version: 2, author: 'ann', config: { sections: { left: 'over' } } });
});

test('a change that comes first settles what is left, then goes its way', async () => {
  const { auth, a, b } = await twoAgents();
  await leave([a, b], true);
  // Agents are known again, and nobody has waited for the recovery by itself.
  await waitFor(() => server.runtime.state.known().filter(({ reachable }) => reachable).length === 2, { timeoutMs: 5000, what: 'agents' });
  const upload = await server.post('/config/upload', { sections: { x: '1' } }, auth);
  expect(upload.body.run).toMatchObject({ state: 'done', version: 3 });
  expect(a.config?.sections).toEqual({ left: 'over', x: '1' });
});

test('an agent of another history is left alone', async () => {
  const { auth, a, b } = await twoAgents();
  const text = canonicalText({ ...JSON.parse(b.committed!.text), sections: { other: 'history' } });
  b.committed = { meta: { ...b.committed!.meta, hash: hashOf(text) }, text };
  b.changed();
  const other = b.committed;
  await waitFor(() => server.runtime.state.report(b.uuid)?.status.config?.hash === other.meta.hash, { timeoutMs: 3000, what: 'the report' });
  await a.stop();
  await waitFor(() => server.runtime.state.known().some(({ alias, reachable }) => alias === 'a' && !reachable), { timeoutMs: 5000, what: 'a to be missed' });
  const refused = await server.post('/config/upload', { sections: { x: '1' } }, auth);
  expect(refused.status).toBe(422);
  expect(b.committed).toBe(other);
});
