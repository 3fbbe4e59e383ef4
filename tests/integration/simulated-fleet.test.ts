import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Logger } from '~/agent/logs/logger.ts';
import { Fleet } from '~/agent/simulated/fleet.ts';
import { bearer, cluster, secret, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Simulated instances behind the real link, as a server sees them; that gossip of theirs carries hundreds is tried in scale.test.ts. */

const quiet = () => {};
const log: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, fatal: quiet };

describe('a fleet', () => {
  let server: TestServer;
  let fleet: Fleet;
  const dataDir = mkdtempSync(join(tmpdir(), 'coterie-fleet-'));
  afterEach(async () => {
    await fleet.stop();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const views = () => server.runtime.state.overview.instances;
  const view = (alias: string) => views().find((one) => one.alias === alias)!;
  const seen = () => JSON.stringify(views().map(({ alias, state, healthSentence, configVersion }) => [alias, state, healthSentence, configVersion]));
  const until = (what: string, fits: () => boolean) => waitFor(() => fits() || Promise.reject(new Error(seen())), { timeoutMs: 30_000, what });
  const suffer = (kind: 'kill' | 'start' | 'hang' | 'resume', alias: string) => fleet.suffer({ kind }, [alias]);

  it('is configured, loses, hangs and crashes like real agents', async () => {
    server = await TestServer.start();
    fleet = new Fleet({ log, now: Date.now }, { count: 7, cluster, secret, seeds: [], dataDir });
    await fleet.start();
    for (const instance of fleet.instances) server.gossip.hear({ uuid: instance.uuid, payload: instance.payload() });
    await until('all to be heard', () => views().length === 7 && views().every(({ reportedAt }) => reportedAt !== null));
    const token = await server.admin();
    const applied = await server.post('/topology/apply', { document: fleet.document }, bearer(token));
    expect(applied.body.run).toMatchObject({ version: 1 });
    await until('all to be well', () => views().filter(({ configured }) => configured).every(({ health, state }) => health === 'ok' && state === 'ready'));
    expect(server.runtime.state.overview.replicasets.map(({ masters }) => masters.length)).toEqual([1, 1]);
    expect(view('s1-1')).toMatchObject({ leadership: 'master', zone: 'dc-a' });

    // Leadership is handed over to who comes first now.
    const edited = await server.post('/replicaset/s1/edit', { priority: ['s1-2'] }, bearer(token));
    expect(edited.body.run).toMatchObject({ version: 2, state: 'done' });
    await until('s1-2 to lead', () => view('s1-2').leadership === 'master' && view('s1-1').leadership === 'replica');

    await suffer('hang', 's2-3');
    await until('the hang to be seen', () => view('s2-3').health !== 'ok');
    await suffer('resume', 's2-3');
    await until('it to be back', () => view('s2-3').health === 'ok');

    await suffer('kill', 's2-2');
    const without = await server.post('/config/upload', { sections: { motd: 'a change' } }, bearer(token));
    expect(without.status).toBe(200);
    await until('the kill to be seen', () => view('s2-2').health !== 'ok');
    await suffer('start', 's2-2');
    await until('it to have caught up', () => view('s2-2').health === 'ok' && view('s2-2').configVersion === 3);

    await fleet.suffer({ kind: 'crash', seconds: 1 }, ['s2-1']);
    await until('the crash to be seen', () => view('s2-1').state === 'crashed');
    await until('it to be back', () => view('s2-1').state === 'ready');
    expect(await fleet.suffer({ kind: 'lag', seconds: 99 }, ['s2-2', 'nobody'])).toEqual({ done: 1, unknown: ['nobody'] });
    await until('the lag to be seen', () => view('s2-2').lagSeconds === 99);
  }, 120_000);
});
