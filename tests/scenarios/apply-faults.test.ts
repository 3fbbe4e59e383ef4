import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, afterAll, expect, test } from 'vitest';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import { agentClient } from '~/link/client.ts';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner } from '~/link/token.ts';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
import { clusterSecret, ProcessCluster, type AgentProgram, type ServerProgram } from '~/tests/support/process-cluster.ts';
import { waitFor } from '~/tests/support/wait.ts';

/**
 * The two-phase apply on real processes with faults at random moments: a change is made everywhere or nowhere, the next
 * one always goes through, and what became of each is to be seen. A failure names its seed: COTERIE_SEED=... runs it again.
 */

const seed = Number(process.env['COTERIE_SEED'] ?? Math.floor(Math.random() * 1e9));
const faults = ['prepareRefused', 'agentKilled', 'agentPaused', 'serverKilled', 'lockLeftOver'] as const;
type Fault = (typeof faults)[number];

/** mulberry32: small, and the same everywhere. */
function randomOf(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let cluster: ProcessCluster;
let postgres: Postgres | null = null;
/** How long a change takes here: faults fall anywhere within it, and a little behind. */
let usualMs = 60;
afterEach(() => cluster.stop(), 60_000);
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const names = ['a', 'b', 'c', 'd'];
const document = `name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n  s2:\n    roles: [storage]\n    instances:\n      c: {}\n      d: {}\n`;
const signer = new TokenSigner(keysOf(clusterSecret, 'test').token, { name: 'the test' });

async function started(servers: number, env: Record<string, string> = {}): Promise<void> {
  cluster = new ProcessCluster();
  for (let i = 0; i < servers; i++) await cluster.server(env);
  await cluster.claim();
  // Chance may hit the same instance again and again.
  await cluster.ignoreCrashes();
  await cluster.add(...names);
  for (const server of cluster.servers) await cluster.heard(names, { server });
  const applied = await cluster.post('/topology/apply', { document });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  await cluster.allReady();
  const begun = performance.now();
  await cluster.post('/config/upload', { sections: { first: '1' } });
  usualMs = performance.now() - begun;
}

const direct = (agent: AgentProgram, uuid: string) => agentClient({ uuid, alias: agent.alias, http: agent.http }, signer);

async function uuids(): Promise<Map<string, string>> {
  const { body } = await cluster.get('/cluster/overview');
  return new Map(body.instances.map(({ alias, uuid }: { alias: string; uuid: string }) => [alias, uuid]));
}

type Asked = { readonly status: number; readonly body: any } | null;

/** One change with a fault in the middle of it; then everything is healed again. Null: the answer was lost. */
async function oneRun(fault: Fault, { random, mark, server }: { random: () => number; mark: string; server: ServerProgram }): Promise<Asked> {
  const agent = cluster.agents[Math.floor(random() * cluster.agents.length)]!;
  const byUuid = await uuids();
  const change = (sections: Record<string, string>) => cluster.post('/config/upload', { sections: { mark, ...sections } }, { server }).catch(() => null);
  const moment = () => wait(random() * usualMs * 1.3);
  switch (fault) {
    case 'prepareRefused':
      return change({ 'broken.lua': 'return return' });
    case 'agentKilled': {
      const asked = change({});
      await moment();
      await agent.end('SIGKILL');
      const answer = await asked;
      agent.start();
      return answer;
    }
    case 'agentPaused': {
      const asked = change({});
      await moment();
      agent.signal('SIGSTOP');
      const answer = await asked;
      agent.signal('SIGCONT');
      return answer;
    }
    case 'serverKilled': {
      const asked = change({});
      await moment();
      await server.end('SIGKILL');
      const answer = await asked;
      server.start();
      await cluster.ready(server);
      return answer;
    }
    case 'lockLeftOver': {
      const client = direct(agent, byUuid.get(agent.alias)!);
      const committed = (await client.config({}, { timeoutMs: 5000 }))!;
      const { meta } = committed;
      const prepared = await client.prepare({ runId: randomUUID(), owner: 'a server that is gone', base: { version: meta.version, hash: meta.hash }, candidate: { ...committed, meta: { ...meta, version: meta.version + 1, base: meta.version } }, ttlMs: 3000 }, { timeoutMs: 5000 });
      expect(prepared).toEqual({ ok: true });
      return change({});
    }
  }
}

/** What must hold after every fault, whatever it was. */
async function sound(mark: string, asked: Asked, fault: Fault): Promise<void> {
  for (const server of cluster.servers) await cluster.ready(server);
  const settled = async () => {
    const { body: runs } = await cluster.get('/apply-run');
    return (runs as ApplyRun[]).every(({ state }) => state === 'done' || state === 'aborted') && (runs as ApplyRun[]);
  };
  const runs = await waitFor(settled, { timeoutMs: 60_000, what: `every run to be settled after ${fault}`, everyMs: 100 });
  const { body: head } = await cluster.get('/config');
  const made = head.config.sections['mark'] === mark;

  // Everywhere or nowhere.
  const byUuid = await uuids();
  const committed = async () => {
    const versions = await Promise.all(cluster.agents.map((agent) => direct(agent, byUuid.get(agent.alias)!).config({}, { timeoutMs: 3000 })));
    return versions.every((version) => version?.meta.version === head.version && version?.meta.hash === head.hash);
  };
  await waitFor(committed, { timeoutMs: 60_000, what: `all to have version ${head.version} after ${fault}`, everyMs: 100 });

  // What was told is what happened.
  const ofMark = runs.filter(({ version, state }) => state === 'done' && version === head.version);
  if (made) expect(ofMark, 'one decided run for the newest version').toHaveLength(1);
  if (asked !== null) {
    if (asked.status === 200) expect(made, `an accepted change is there after ${fault}`).toBe(true);
    else expect(made, `a refused change is not there after ${fault}: ${JSON.stringify(asked.body)}`).toBe(false);
  }
  if (fault === 'prepareRefused') {
    expect(asked).toMatchObject({ status: 422 });
    expect(asked?.body.detail).toMatch(/Lua/);
  }
  if (fault === 'lockLeftOver') expect(asked).toMatchObject({ status: 200 });
  const decided = runs.filter(({ state }) => state === 'done').map(({ version }) => version);
  expect(new Set(decided).size, 'no version twice').toBe(decided.length);

  // Nothing is blocked.
  await cluster.allReady({ timeoutMs: 60_000 });
  const begun = performance.now();
  const next = await cluster.post('/config/upload', { sections: { next: mark } });
  expect(next.status, JSON.stringify(next.body)).toBe(200);
  expect(performance.now() - begun).toBeLessThan(30_000);
}

async function runs(count: number, state: number): Promise<void> {
  const random = randomOf(state);
  for (let run = 0; run < count; run++) {
    const fault = faults[run % faults.length]!;
    const server = cluster.servers[Math.floor(random() * cluster.servers.length)]!;
    const mark = `run ${run} ${fault}`;
    try {
      await sound(mark, await oneRun(fault, { random, mark, server }), fault);
    } catch (error) {
      throw new Error(`seed ${seed}, ${mark}, at ${server.name}: ${(error as Error).stack}\n${[...cluster.servers, ...cluster.agents].map((program) => `--- ${program.name}\n${program.tail(8)}`).join('\n')}`, { cause: error });
    }
  }
}

test('14 faults with one server on SQLite', async () => {
  await started(1);
  await runs(14, seed);
}, 900_000);

test('6 faults with two servers on one PostgreSQL', async () => {
  await started(2, { DATABASE_URL: postgres!.createDatabase('faults') });
  await runs(6, seed + 1);
}, 600_000);
