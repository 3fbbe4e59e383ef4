import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimLink } from '~/server/claim-link.ts';
import { UsageError } from '~/server/settings.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';

let server: TestServer;
let dataDir: string;
beforeEach(async () => {
  server = await TestServer.start();
  dataDir = join(server.folder, 'server');
});
afterEach(() => server.stop());

const use = (printed: string, name: string) => {
  const link = new URL(printed.split('\n')[0]!);
  return server.post('/session/claim', { code: link.searchParams.get('code'), name, password: 'after the loss', token: true });
};

describe('coterie server claim-link', () => {
  it('beside a running server lets a lost admin in, and is audited with who ran it', async () => {
    const before = bearer(await server.admin());
    const printed = await claimLink(['--data-dir', dataDir, '--reason', 'left the company'], {});
    expect(printed).toMatch(new RegExp(`^${server.url}/claim\\?code=[\\w-]{43}\n.*new password: admin\\. Works once, until 20`));
    const { data } = (await use(printed, 'admin')).body;
    expect(data).toMatchObject({ user: 'admin', role: 'admin' });
    expect((await server.get('/session/me', before)).status).toBe(401);
    const entries = (await server.get('/audit?limit=2', bearer(data.token))).body;
    expect(entries).toMatchObject([{ operation: 'session.claim', actor: 'admin' }, { operation: 'server.claimLink', surface: 'system', reason: 'left the company', actor: expect.stringMatching(/.@./) }]);
    expect(JSON.stringify(entries)).not.toContain(new URL(printed.split('\n')[0]!).searchParams.get('code'));
  });

  it('works while the server is stopped, for one user', async () => {
    const auth = bearer(await server.admin());
    await server.post('/user/ann/create', { role: 'viewer', password: 'the first password' }, auth);
    await server.stop({ keep: true });
    const printed = await claimLink(['--data-dir', dataDir, '--user', 'ann', '--public-url', 'https://coterie.example/'], {});
    expect(printed).toMatch(/^https:\/\/coterie\.example\/claim\?code=[\w-]{43}&name=ann\nGives ann \(viewer\) a new password\./);
    await server.run();
    expect((await use(printed, 'admin')).status).toBe(400);
    expect((await use(printed, 'ann')).body.data).toMatchObject({ user: 'ann', role: 'viewer' });
    expect((await use(printed, 'ann')).status).toBe(401);
  });

  it('on a cluster without users makes the first admin too, and the link of the first start ends', async () => {
    expect((await use(await claimLink(['--data-dir', dataDir], {}), 'root')).body.data).toMatchObject({ user: 'root', role: 'admin' });
    await expect(server.admin()).rejects.toThrow('has an admin already');
  });

  it('says what is wrong: no such user, no data directory, a database elsewhere, a flag that it does not know', async () => {
    await server.admin();
    await expect(claimLink(['--data-dir', dataDir, '--user', 'nobody'], {})).rejects.toThrow('There is no user nobody. Admins are: admin.');
    const empty = mkdtempSync(join(tmpdir(), 'coterie-claim-'));
    await expect(claimLink(['--data-dir', empty], {})).rejects.toThrow('not the data directory of a server');
    writeFileSync(join(empty, 'server-info.json'), JSON.stringify({ url: 'http://x', provider: 'postgresql' }));
    await expect(claimLink([], { COTERIE_DATA_DIR: empty })).rejects.toThrow('DATABASE_URL');
    writeFileSync(join(empty, 'server-info.json'), JSON.stringify({ url: 'http://x', provider: 'sqlite' }));
    await expect(claimLink(['--data-dir', empty], {})).rejects.toThrow('There is no database');
    await expect(claimLink(['--dance'], {})).rejects.toThrow(UsageError);
    rmSync(empty, { recursive: true });
  });
});
