import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '~/server/store/index.ts';
import { password, ProcessCluster, type ServerProgram } from '~/tests/support/process-cluster.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** A real server on SQLite, killed in the middle of changes: whatever it had answered is done, and whatever it had done is in the audit log. */

const cluster = new ProcessCluster();
let server: ServerProgram;

beforeAll(async () => {
  server = await cluster.server();
  await cluster.claim(server);
});
afterAll(() => cluster.stop());

it('what was answered before a kill is there, with its audit row', async () => {
  for (let kill = 0; kill < 3; kill += 1) {
    const answered: string[] = [];
    const stopped = new AbortController();
    const client = async (lane: number) => {
      for (let n = 0; !stopped.signal.aborted; n += 1) {
        const name = `k${kill}-${lane}-${n}`;
        // Cut off by the kill: not answered.
        const answer = await cluster.post(`/token/${name}/create`, { role: 'viewer', days: 1 }).catch(() => null);
        if (answer?.status === 200) answered.push(name, answer.body.data.id);
        const revoked = answer?.status === 200 && n % 2 === 0 ? await cluster.post(`/token/${answer.body.data.id}/revoke`, {}).catch(() => null) : null;
        if (revoked?.status === 200) answered.push(`gone ${answer!.body.data.id}`);
      }
    };
    const clients = Promise.all([0, 1, 2, 3, 4, 5].map(client));
    await waitFor(() => answered.length > 30 + 7 * kill, { timeoutMs: 20_000, what: 'some answers' });
    await server.end('SIGKILL');
    stopped.abort();
    await clients;

    const store = await openStore(`file:${join(server.dataDir, 'coterie.db')}`);
    const tokens = await store.tokens.list({});
    const rows = await store.audit.list({ limit: 1000 });
    const created = rows.filter(({ operation, outcome }) => operation === 'token.create' && outcome === 'ok').map(({ target }) => target);
    const revoked = rows.filter(({ operation, outcome }) => operation === 'token.revoke' && outcome === 'ok').map(({ target }) => target);
    for (const name of answered.filter((word) => word.startsWith('k'))) expect(created).toContain(name);
    for (const word of answered.filter((word) => word.startsWith('gone '))) {
      expect(revoked).toContain(word.slice(5));
      expect(tokens.map(({ id }) => id)).not.toContain(word.slice(5));
    }
    for (const { id } of tokens) expect(revoked).not.toContain(id);
    // What was done and not answered is told too: as what nobody knows the end of.
    await store.audit.settle(Date.now());
    const told = (await store.audit.list({ operation: 'token.create', limit: 1000 })).map(({ target }) => target);
    for (const { name } of tokens.filter(({ name }) => name.startsWith('k'))) expect(told).toContain(name);
    for (const { id } of tokens.filter(({ name }) => name.startsWith('k'))) await store.tokens.remove(id);
    await store.close();
    server.start();
    await cluster.ready(server);
  }
  expect((await cluster.post('/session/admin/login', { password, token: true })).status).toBe(200);
}, 240_000);

it('no version is there without the row that says who made it', async () => {
  for (let kill = 0; kill < 2; kill += 1) {
    const before = (await cluster.get('/config')).body?.version ?? 0;
    const stopped = new AbortController();
    const changing = (async () => {
      for (let n = 0; !stopped.signal.aborted; n += 1) await cluster.post('/config/upload', { sections: { motd: `${kill}-${n}` } }).catch(() => null);
    })();
    await waitFor(async () => ((await cluster.get('/config')).body?.version ?? 0) > before + 5 + kill, { timeoutMs: 20_000, what: 'some versions' });
    await server.end('SIGKILL');
    stopped.abort();
    await changing;

    const store = await openStore(`file:${join(server.dataDir, 'coterie.db')}`);
    const versions = await store.versions.list({ limit: 1000, offset: 0 });
    const rows = await store.audit.list({ operation: 'config.upload', outcome: 'ok', limit: 1000 });
    const motds = rows.map(({ after }) => JSON.stringify(after));
    expect(rows).toHaveLength(versions.length);
    for (const { version } of versions) {
      const text = (await store.versions.get(version))!.text;
      const [motd] = /\d-\d+/.exec(text)!;
      expect(motds.filter((after) => after.includes(`"${motd}"`))).toHaveLength(1);
    }
    await store.close();
    server.start();
    await cluster.ready(server);
  }
});
