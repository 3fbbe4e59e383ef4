import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '~/server/access/index.ts';
import { auditHandlers } from '~/server/handlers/audit.ts';
import { sessionHandlers } from '~/server/handlers/session.ts';
import { userHandlers } from '~/server/handlers/user.ts';
import { codeOf, plain, World } from './world.ts';

let world: World;
beforeEach(async () => void (world = await World.open()));
afterEach(() => world.close());

const claim = (code: string, name = 'root', dryRun = false) => sessionHandlers.claim(world.context(), { ...plain, dryRun, code, name, password: 'a good password', token: false });

describe('the one-time link', () => {
  it('makes the first admin, signs in, and ends', async () => {
    const code = (await world.access.claim.open(null))!;
    expect(code).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await codeOf(claim(`${code}x`))).toBe('UNAUTHENTICATED');
    expect((await claim(code, 'root', true)).data).toBeNull();
    expect((await claim(code)).data).toEqual({ user: 'root', role: 'admin', via: 'session', token: null });
    expect(await world.by({ cookie: world.lastCookie() })).toMatchObject({ user: 'root', role: 'admin' });
    expect(await codeOf(claim(code))).toBe('UNAUTHENTICATED');
    expect(await world.access.claim.open(null)).toBeNull();
  });

  it('stays the same over restarts until it is used', async () => {
    const code = await world.access.claim.open(null);
    expect(await world.access.claim.open(code)).toBe(code);
    expect(await world.access.claim.open('somebody made this up')).not.toBe('somebody made this up');
  });

  it('makes one admin when several are used at once', async () => {
    const codes = await Promise.all([1, 2, 3].map(() => world.access.claim.open(null)));
    const results = await Promise.all(codes.map((code, n) => codeOf(claim(code!, `root${n}`))));
    expect(results.filter((code) => code === null)).toHaveLength(1);
    expect(await world.store.users.count()).toBe(1);
    const late = await codeOf(claim(codes[results.findIndex((code) => code !== null)]!));
    expect(['CONFLICT', 'UNAUTHENTICATED']).toContain(late);
  });

  it('is kept as a hash only', async () => {
    const code = (await world.access.claim.open(null))!;
    expect(await world.store.meta.get(`claim:${code}`)).toBeNull();
  });

  it('cannot be guessed at quickly', async () => {
    await world.access.claim.open(null);
    const codes: unknown[] = [];
    for (let n = 0; n < 12; n += 1) codes.push(await codeOf(claim('x'.repeat(43))));
    expect(codes.filter((code) => code === 'LIMITED')).toHaveLength(2);
  });
});

describe('users', () => {
  let ann: Actor;
  beforeEach(async () => void (ann = await world.user('ann', 'admin')));
  const admin = () => world.context(ann);

  it('are made, listed, changed and deleted, each with a plan that shows the difference', async () => {
    const made = await userHandlers.create(admin(), { ...plain, name: 'bob', role: 'viewer', password: 'another password' });
    expect(made).toMatchObject({ run: null, data: { name: 'bob', role: 'viewer', disabled: false, lockedUntil: null }, plan: { changes: [{ path: 'users.bob', kind: 'added', after: { role: 'viewer' } }], baseVersion: null } });
    expect((await userHandlers.list(admin(), {})).map(({ name }) => name)).toEqual(['ann', 'bob']);
    const changed = await userHandlers.edit(admin(), { ...plain, name: 'bob', role: 'operator', password: 'third password' });
    expect(changed.plan.changes.map(({ path, before, after }) => [path, before, after])).toEqual([['users.bob.role', 'viewer', 'operator'], ['users.bob.password', '(secret)', '(secret)']]);
    expect(JSON.stringify([made, changed])).not.toMatch(/argon2|password"?: ?"(?!\(secret)|third|another/);
    expect((await userHandlers.delete(admin(), { ...plain, name: 'bob' })).data).toEqual({ name: 'bob' });
    expect(await codeOf(userHandlers.edit(admin(), { ...plain, name: 'bob' }))).toBe('NOT_FOUND');
  });

  it('are not changed by a preview', async () => {
    await world.user('bob', 'viewer');
    const before = await world.store.users.list();
    await userHandlers.create(admin(), { ...plain, dryRun: true, name: 'eve', role: 'admin', password: 'x'.repeat(10) });
    await userHandlers.edit(admin(), { ...plain, dryRun: true, name: 'bob', role: 'admin' });
    await userHandlers.delete(admin(), { ...plain, dryRun: true, name: 'bob' });
    expect(await world.store.users.list()).toEqual(before);
  });

  it('keep their last admin', async () => {
    for (const attempt of [userHandlers.delete(admin(), { ...plain, name: 'ann' }), userHandlers.edit(admin(), { ...plain, name: 'ann', role: 'operator' }), userHandlers.edit(admin(), { ...plain, name: 'ann', disabled: true })]) {
      await expect(attempt).rejects.toMatchObject({ code: 'REFUSED', message: expect.stringContaining('last admin') });
    }
    await world.user('dis', 'admin');
    await world.store.users.update('dis', { disabled: true });
    expect((await userHandlers.delete(admin(), { ...plain, dryRun: true, name: 'ann' })).plan.refusals.map(({ code }) => code)).toEqual(['lastAdmin']);
    await world.user('eve', 'admin');
    const both = await Promise.all([codeOf(userHandlers.delete(admin(), { ...plain, name: 'ann' })), codeOf(userHandlers.edit(admin(), { ...plain, name: 'eve', role: 'viewer' }))]);
    expect(both.filter((code) => code === null)).toHaveLength(1);
  });

  it('that exist are not made again', async () => {
    expect(await codeOf(userHandlers.create(admin(), { ...plain, name: 'ann', role: 'viewer', password: 'x'.repeat(10) }))).toBe('REFUSED');
  });

  it('show that they are locked, and a new password unlocks them', async () => {
    await world.user('bob', 'viewer');
    for (let n = 0; n < 5; n += 1) await codeOf(sessionHandlers.login(world.context(null, `10.2.0.${n}`), { ...plain, name: 'bob', password: 'x', token: false }));
    expect((await userHandlers.list(admin(), {})).map(({ lockedUntil }) => lockedUntil)).toEqual([null, world.now + 30_000]);
    const { data } = await userHandlers.edit(admin(), { ...plain, name: 'bob', password: 'another password' });
    expect(data!.lockedUntil).toBeNull();
    expect(await codeOf(sessionHandlers.login(world.context(null, '10.2.0.9'), { ...plain, name: 'bob', password: 'another password', token: false }))).toBeNull();
  });

  it('are unlocked with the password that they have, and count from none again', async () => {
    await world.user('bob', 'viewer');
    const login = (password: string, n: number) => codeOf(sessionHandlers.login(world.context(null, `10.2.0.${n}`), { ...plain, name: 'bob', password, token: false }));
    for (let n = 0; n < 5; n += 1) await login('x', n);
    expect(await login('correct horse', 9)).toBe('LIMITED');
    const shown = await userHandlers.unlock(admin(), { ...plain, dryRun: true, name: 'bob' });
    expect(shown.plan.changes).toMatchObject([{ path: 'users.bob.lockedUntil', before: world.now + 30_000, after: null }]);
    expect(await login('correct horse', 10)).toBe('LIMITED');
    expect((await userHandlers.unlock(admin(), { ...plain, name: 'bob' })).data).toMatchObject({ name: 'bob', lockedUntil: null });
    for (let n = 20; n < 24; n += 1) expect(await login('x', n)).toBe('UNAUTHENTICATED');
    expect(await login('correct horse', 30)).toBeNull();
    expect((await userHandlers.unlock(admin(), { ...plain, name: 'bob' })).plan).toMatchObject({ changes: [], warnings: ['bob is not locked out now.'] });
    expect(await codeOf(userHandlers.unlock(admin(), { ...plain, name: 'nobody' }))).toBe('NOT_FOUND');
  });

  it('read the audit log newest first', async () => {
    const entry = { at: 1, surface: 'cli', operation: 'user.create', target: 'x', reason: null, outcome: 'ok' as const, error: null, input: {}, before: null, after: null, address: null };
    await world.store.audit.append({ ...entry, actor: 'ann' });
    await world.store.audit.append({ ...entry, actor: 'bob' });
    expect((await auditHandlers.list(admin(), { limit: 10 })).map(({ actor }) => actor)).toEqual(['bob', 'ann']);
    expect(await auditHandlers.list(admin(), { limit: 10, actor: 'ann' })).toHaveLength(1);
  });

  it('and what has expired is deleted by prune', async () => {
    await world.access.signIn('ann', { address: null, agent: null }, undefined);
    await world.access.tokens.issue({ name: 'old', role: 'viewer', userName: 'ann', days: 1 });
    await codeOf(sessionHandlers.login(world.context(), { ...plain, name: 'ghost', password: 'x', token: false }));
    await world.access.prune();
    expect([(await world.store.sessions.list(world.now)).length, (await world.store.tokens.list({})).length]).toEqual([1, 1]);
    world.now += 32 * 86_400_000;
    await world.access.prune();
    expect([(await world.store.sessions.list(0)).length, (await world.store.tokens.list({})).length, (await world.store.loginFailures.get(['user:ghost'])).size]).toEqual([0, 0, 0]);
  });
});
