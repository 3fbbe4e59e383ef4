import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '~/iproto/clock.ts';
import { AccessDenied, ProviderUnavailable } from '~/state/errors.ts';
import { openEtcd } from '~/state/etcd/open.ts';
import type { EtcdSettings } from '~/state/etcd/settings.ts';
import type { StateProvider } from '~/state/provider.ts';
import { certificates, EtcdCluster, etcdUser } from '~/tests/support/etcd.ts';
import { cluster as ours, done, watched } from '~/tests/support/state-conformance.ts';
import { waitFor } from '~/tests/support/wait.ts';

const limit = { timeoutMs: 10_000 };

describe('etcd with TLS, client certificates and users', () => {
  const etcd = new EtcdCluster({ members: 1, tls: true, auth: true });
  const stranger = mkdtempSync(join(tmpdir(), 'coterie-tls-'));
  const opened: StateProvider[] = [];
  beforeAll(async () => {
    await etcd.start();
    certificates(stranger, 'other');
  });
  afterAll(async () => {
    await Promise.all(opened.map((state) => state.close()));
    await etcd.stop();
    rmSync(stranger, { recursive: true });
  });

  const open = (more: Partial<EtcdSettings> = {}) => {
    const state = openEtcd({ clock: systemClock, random: Math.random }, { client: `client-${opened.length}`, cluster: ours, prefix: '/coterie/main', endpoints: etcd.endpoints, tls: etcd.tls, ...etcdUser, ...more });
    opened.push(state);
    return state;
  };
  const refusal = async (state: StateProvider): Promise<Error> => {
    const startedAt = performance.now();
    const error = await state.commit({ when: [], put: [{ key: 'a', value: '1' }] }, limit).catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(AccessDenied);
    expect(performance.now() - startedAt).toBeLessThan(limit.timeoutMs);
    return error as Error;
  };

  it('reads, writes, watches and locks', async () => {
    const state = open();
    const { events } = watched(state, 'a');
    const revision = await done(state.commit({ when: [], put: [{ key: 'a', value: '1' }] }, limit));
    expect((await state.read(['a'], limit)).entries.get('a')).toEqual({ value: '1', revision });
    await waitFor(() => events.length > 0, { ...limit, what: 'the watch' });
    const lock = state.lock('coord/lock', { holder: 'a', ttlMs: 2_000 }, () => {});
    await waitFor(() => lock.state.kind === 'held', { ...limit, what: 'the lock' });
    const health = await state.health(limit);
    expect(health).toMatchObject({ error: null, endpoints: [{ role: 'single' }] });
    expect(JSON.stringify(health)).not.toContain(etcdUser.password);
    await lock.release(limit);
  });

  it('refuses an authority that did not sign, a missing certificate, and no TLS, each with its reason', async () => {
    expect((await refusal(open({ tls: { ...etcd.tls, ca: join(stranger, 'other.pem') } }))).message).toMatch(/certificate|signature/);
    expect((await refusal(open({ tls: { ...etcd.tls, cert: join(stranger, 'node.pem'), key: join(stranger, 'node.key') } }))).message).toMatch(/certificate|authority|alert/);
    const plain = open({ endpoints: etcd.endpoints.map((url) => url.replace('https', 'http')), tls: {} });
    await expect(plain.read(['a'], { timeoutMs: 500 })).rejects.toThrow(ProviderUnavailable);
  });

  it('refuses a wrong password, an unknown user, no user, and keys that the role does not have, and says no secret', async () => {
    const wrong = await refusal(open({ password: 'hunter2-wrong' }));
    expect(wrong.message).toContain('wrong user or password');
    expect(`${wrong.message} ${wrong.stack}`).not.toContain('hunter2-wrong');
    expect((await refusal(open({ user: 'nobody' }))).message).toContain('wrong user or password');
    expect((await refusal(openEtcd({ clock: systemClock, random: Math.random }, { client: 'x', cluster: ours, prefix: '/coterie/main', endpoints: etcd.endpoints, tls: etcd.tls }))).message).toContain('no user and password are configured');
    expect((await refusal(open({ prefix: '/elsewhere' }))).message).toContain('permission denied');
    const health = await open({ password: 'hunter2-wrong' }).health(limit);
    expect(health.error).toContain('wrong user or password');
    expect(JSON.stringify(health)).not.toContain('hunter2-wrong');
  });

  it('fetches a new token when the member has forgotten the old one, also for a watch', async () => {
    const state = open();
    const { events } = watched(state, 'a');
    await done(state.commit({ when: [], put: [{ key: 'a', value: '1' }] }, limit));
    await waitFor(() => events.length > 0, { ...limit, what: 'the watch' });
    const [member] = etcd.members;
    await member!.kill();
    member!.start();
    await waitFor(() => state.commit({ when: [], put: [{ key: 'a', value: 'after' }] }, { timeoutMs: 1_000 }).then((answer) => answer.done, () => false), { timeoutMs: 20_000, what: 'a change' });
    await waitFor(() => events.some((event) => event.entries.get('a')?.value === 'after'), { timeoutMs: 20_000, what: 'the watch to tell it' });
  });

  it('says that there is no space left, and goes on as far as etcd does', async () => {
    const state = open();
    await done(state.commit({ when: [], put: [{ key: 'a', value: '1' }] }, limit));
    await etcd.login();
    const { header } = (await etcd.ask('maintenance/status', {})) as { header: { member_id: string } };
    await etcd.ask('maintenance/alarm', { action: 'ACTIVATE', alarm: 'NOSPACE', memberID: header.member_id });
    expect((await state.health(limit)).endpoints[0]!.alarms.join()).toContain('NOSPACE');
    // No session, so no lock.
    const reasons: string[] = [];
    const lock = state.lock('coord/lock', { holder: 'a', ttlMs: 2_000 }, (_, reason) => void reasons.push(reason));
    await waitFor(() => reasons.some((reason) => reason.includes('database space exceeded')), { ...limit, what: 'the reason' });
    expect(lock.state.kind).toBe('waiting');
    await etcd.ask('maintenance/alarm', { action: 'DEACTIVATE', alarm: 'NOSPACE', memberID: header.member_id });
    await waitFor(() => lock.state.kind === 'held', { ...limit, what: 'the lock' });
    await done(state.commit({ when: [], put: [{ key: 'a', value: '3' }] }, limit));
  });
});
