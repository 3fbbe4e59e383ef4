import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, ProcessCluster, type ServerProgram } from '../support/process-cluster.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { waitFor } from '../support/wait.ts';

/** A server whose SQLite has not a free byte left: changes are refused with the reason, it goes on showing, and recovers by itself. */

describe('a server on a full disk', () => {
  let cluster: ProcessCluster;
  let server: ServerProgram;
  let disk: SmallDisk;

  beforeAll(async () => {
    cluster = new ProcessCluster();
    disk = await SmallDisk.mount(join(cluster.folder, 'server1'), { megabytes: 24 });
    server = await cluster.server({}, [], disk.inside);
    await cluster.claim();
    await cluster.add('a');
    await cluster.heard(['a']);
    expect((await cluster.post('/replicaset/r/create', { instances: ['a'], roles: ['storage'] })).status).toBe(200);
    await cluster.allReady();
    disk.fill();
  });
  afterAll(async () => {
    await Promise.all([...cluster.agents, ...cluster.servers].map((program) => program.end('SIGTERM')));
    disk?.unmount();
    await cluster.stop();
  });

  const upload = (text: string) => cluster.post('/config/upload', { sections: { 'big.txt': text } });

  it('refuses changes and says why, and goes on showing', async () => {
    const before = (await cluster.get('/cluster/overview')).body;
    const refused = await upload('x'.repeat(200_000));
    expect(refused.status, JSON.stringify(refused.body)).toBe(503);
    expect(refused.body).toMatchObject({ code: 'UNAVAILABLE', detail: expect.stringMatching(/disk.*full/i) });
    expect((await cluster.post('/session/admin/login', { password })).body).toMatchObject({ detail: expect.stringMatching(/disk.*full/i) });
    const { status, body } = await cluster.get('/cluster/overview');
    expect(status).toBe(200);
    expect(body.configVersion).toBe(before.configVersion);
    expect(body.instances[0]).toMatchObject({ state: 'ready', configVersion: before.configVersion });
    expect(server.running).toBe(true);
  }, 120_000);

  it('recovers by itself when there is space', async () => {
    disk.free();
    await waitFor(async () => (await upload('there is space')).status === 200, { timeoutMs: 60_000, what: 'a change' });
    await cluster.allReady();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await cluster.get('/config/history')).body.length).toBe(2);
  }, 120_000);
});
