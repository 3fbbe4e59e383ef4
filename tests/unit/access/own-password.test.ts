import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { roles } from '~/contract/operation.ts';
import { sessionHandlers } from '~/server/handlers/session.ts';
import { userHandlers } from '~/server/handlers/user.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { codeOf, plain, World } from './world.ts';

const [old, fresh] = ['correct horse', 'a better password'];

describe('changing the own password', () => {
  let world: World;
  let host = 0;
  const login = async (password: string, token = false) => (await sessionHandlers.login(world.context(null, `10.3.0.${(host += 1)}`), { ...plain, name: 'ann', password, token })).data!;
  const cookieOf = async (password = old) => (await login(password), world.lastCookie());
  const signedIn = async (name: string) => (await world.access.signIn(name, { address: null, agent: null }, undefined)).split(';')[0]!;
  const change = (actor: Awaited<ReturnType<World['by']>>, password: string, newPassword = fresh, dryRun = false) => sessionHandlers.changePassword(world.context(actor, `10.4.0.${(host += 1)}`), { ...plain, dryRun, password, newPassword });

  beforeEach(async () => {
    world = await World.open();
    await world.user('ann', 'viewer');
    await world.user('bob', 'viewer');
  });
  afterEach(() => world.close());

  it('ends the other sessions and the tokens of logins, and nothing else', async () => {
    const [mine, other] = [await cookieOf(), await cookieOf()];
    const cli = (await login(old, true)).token!;
    const { text: made } = await world.access.tokens.issue({ name: 'ci', role: 'viewer', userName: 'ann', days: 1 });
    const bobs = await signedIn('bob');
    const { data, plan } = await change(await world.by({ cookie: mine }), old);
    expect(data).toEqual({ user: 'ann', sessionsEnded: 1, tokensEnded: 1 });
    expect(plan.warnings).toEqual([expect.stringContaining('1 API token of ann')]);
    expect(await world.by({ cookie: mine })).toMatchObject({ user: 'ann' });
    expect(await world.by({ cookie: other })).toBeNull();
    expect(await world.by({ token: cli })).toBeNull();
    expect(await world.by({ token: made })).toMatchObject({ user: 'ann' });
    expect(await world.by({ cookie: bobs })).toMatchObject({ user: 'bob' });
    expect(await codeOf(login(old))).toBe('UNAUTHENTICATED');
    expect((await login(fresh)).user).toBe('ann');
  });

  it('over a token of a login keeps that token', async () => {
    const [cli, other] = [(await login(old, true)).token!, (await login(old, true)).token!];
    expect((await change(await world.by({ token: cli }), old)).data).toMatchObject({ tokensEnded: 1 });
    expect(await world.by({ token: cli })).toMatchObject({ user: 'ann' });
    expect(await world.by({ token: other })).toBeNull();
  });

  it('needs the old one, and guessing it locks the name as at the login', async () => {
    const actor = await world.by({ cookie: await cookieOf() });
    for (let n = 0; n < 5; n += 1) expect(await codeOf(change(actor, `guess ${n}`))).toBe('FORBIDDEN');
    expect(await codeOf(change(actor, old))).toBe('LIMITED');
    world.now += 30_000;
    expect(await codeOf(change(actor, old))).toBeNull();
  });

  it('changes nothing in a preview, and does not look at the password', async () => {
    const actor = await world.by({ cookie: await cookieOf() });
    expect(await change(actor, 'wrong', fresh, true)).toMatchObject({ dryRun: true, data: null });
    expect(await world.store.loginFailures.list('user:')).toEqual(new Map());
    expect((await login(old)).user).toBe('ann');
  });

  it('loses against an admin who resets it meanwhile', async () => {
    const was = (await world.store.users.get('ann'))!.passwordHash;
    await world.access.setPassword('ann', 'by an admin');
    expect(await codeOf(world.access.setPassword('ann', fresh, { was }))).toBe('CONFLICT');
    expect((await login('by an admin')).user).toBe('ann');
  });

  it('by an admin for somebody else ends that person\'s logins, of tokens too; for the admin itself all but this one', async () => {
    const root = await world.user('root', 'admin');
    const [cookie, cli] = [await cookieOf(), (await login(old, true)).token!];
    await userHandlers.edit(world.context(root), { ...plain, name: 'ann', password: fresh });
    expect([await world.by({ cookie }), await world.by({ token: cli })]).toEqual([null, null]);
    const mine = await signedIn('root');
    await userHandlers.edit(world.context(await world.by({ cookie: mine })), { ...plain, name: 'root', password: fresh });
    expect(await world.by({ cookie: mine })).toMatchObject({ user: 'root' });
  });
});

it('is there for every role over REST, and audited without the passwords', async () => {
  const server = await TestServer.start();
  const admin = bearer(await server.admin());
  for (const role of roles) {
    await server.post(`/user/u-${role}/create`, { role, password: 'first password' }, admin);
    const { token } = (await server.post(`/session/u-${role}/login`, { password: 'first password', token: true })).body.data;
    const change = (password: string) => server.post('/session/change-password', { password, newPassword: 'second password', reason: 'monday' }, bearer(token));
    const wrong = await change('not my password');
    expect([wrong.status, wrong.body.detail]).toEqual([403, 'The current password is wrong.']);
    expect((await change('first password')).body.data).toEqual({ user: `u-${role}`, sessionsEnded: 0, tokensEnded: 0 });
    expect((await server.get('/session/me', bearer(token))).status).toBe(200);
    const entries = (await server.get('/audit?operation=session.changePassword&limit=2', admin)).body;
    expect(entries.map(({ actor, outcome, reason }: any) => [actor, outcome, reason])).toEqual([[`u-${role}`, 'ok', 'monday'], [`u-${role}`, 'refused', 'monday']]);
    expect(JSON.stringify(entries)).not.toMatch(/first password|second password|not my/);
  }
  expect((await server.post('/session/change-password', { password: 'x', newPassword: 'second password' })).status).toBe(401);
  await server.stop();
});
