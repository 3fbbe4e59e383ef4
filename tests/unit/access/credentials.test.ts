import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '~/server/access/secrets.ts';
import { sessionHandlers } from '~/server/handlers/session.ts';
import { tokenHandlers } from '~/server/handlers/token.ts';
import { userHandlers } from '~/server/handlers/user.ts';
import { codeOf, plain, World } from './world.ts';

const hour = 3_600_000;
let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.user('ann', 'admin');
});
afterEach(() => world.close());

async function cookieOf(name: string): Promise<string> {
  world.cookies.push(await world.access.signIn(name, { address: '10.0.0.1', agent: null }, undefined));
  return world.lastCookie();
}

describe('sessions', () => {
  it('end when they are idle for 12 hours, and not before', async () => {
    const cookie = await cookieOf('ann');
    for (let n = 0; n < 5; n += 1) {
      world.now += 12 * hour - 1;
      expect(await world.by({ cookie })).not.toBeNull();
    }
    world.now += 12 * hour;
    expect(await world.by({ cookie })).toBeNull();
  });

  it('end after seven days, however much they are used', async () => {
    const cookie = await cookieOf('ann');
    for (let hours = 1; hours < 7 * 24; hours += 1) {
      world.now += hour;
      expect(await world.by({ cookie }), `${hours} h`).not.toBeNull();
    }
    world.now += hour;
    expect(await world.by({ cookie })).toBeNull();
  });

  it('are written to at most once a minute', async () => {
    const cookie = await cookieOf('ann');
    const seen = async () => (await world.store.sessions.list(world.now))[0]!.lastSeenAt;
    const start = world.now;
    world.now += 59_999;
    await world.by({ cookie });
    expect(await seen()).toBe(start);
    world.now += 1;
    await world.by({ cookie });
    expect(await seen()).toBe(world.now);
  });

  it('keep only a hash of the cookie', async () => {
    const value = (await cookieOf('ann')).split('=')[1]!;
    const { session } = (await world.store.sessions.byHash(sha256(value)))!;
    expect(JSON.stringify(session)).not.toContain(value);
  });

  it('stop at once with their user, whatever way', async () => {
    await world.user('bob', 'operator');
    const admin = world.context({ user: 'ann', role: 'admin', via: 'session' });
    const disabled = await cookieOf('bob');
    await userHandlers.edit(admin, { ...plain, name: 'bob', disabled: true });
    expect(await world.by({ cookie: disabled })).toBeNull();
    await userHandlers.edit(admin, { ...plain, name: 'bob', disabled: false });
    expect(await world.by({ cookie: disabled })).toBeNull();

    const elsewhere = await cookieOf('bob');
    await world.store.users.update('bob', { disabled: true });
    expect(await world.by({ cookie: elsewhere })).toBeNull();
    await world.store.users.update('bob', { disabled: false });

    const changed = await cookieOf('bob');
    await userHandlers.edit(admin, { ...plain, name: 'bob', role: 'viewer' });
    expect(await world.by({ cookie: changed })).toMatchObject({ role: 'viewer' });
    await userHandlers.edit(admin, { ...plain, name: 'bob', password: 'another password' });
    expect(await world.by({ cookie: changed })).toBeNull();

    const deleted = await cookieOf('bob');
    await userHandlers.delete(admin, { ...plain, name: 'bob' });
    expect(await world.by({ cookie: deleted })).toBeNull();
  });

  it('are fifty for one user at most: the oldest ends', async () => {
    const first = await cookieOf('ann');
    for (let n = 0; n < 50; n += 1) {
      world.now += 1;
      await cookieOf('ann');
    }
    expect(await world.by({ cookie: first })).toBeNull();
    expect(await world.store.sessions.list(world.now)).toHaveLength(50);
  });

  it('end at logout, and the browser is told', async () => {
    const cookie = await cookieOf('ann');
    await sessionHandlers.logout(world.context(await world.by({ cookie })), plain);
    expect(world.cookies.at(-1)).toContain('Max-Age=0');
    expect(await world.by({ cookie })).toBeNull();
  });

  it('are listed and revoked by id', async () => {
    const cookie = await cookieOf('ann');
    const other = await cookieOf('ann');
    const actor = await world.by({ cookie });
    const rows = await sessionHandlers.list(world.context(actor), {});
    expect(rows.filter(({ current }) => current).map(({ id }) => id)).toEqual([actor!.sessionId]);
    const id = rows.find(({ current }) => !current)!.id;
    await sessionHandlers.revoke(world.context(actor), { ...plain, id });
    expect(await world.by({ cookie: other })).toBeNull();
    expect(await codeOf(sessionHandlers.revoke(world.context(actor), { ...plain, id }))).toBe('NOT_FOUND');
  });
});

describe('API tokens', () => {
  const make = async (actor: Parameters<World['context']>[0], input: Partial<{ name: string; role: 'viewer' | 'operator' | 'admin'; days: number }> = {}) =>
    (await tokenHandlers.create(world.context(actor), { ...plain, name: 'ci', role: 'viewer', days: 90, ...input })).data!;

  it('are shown once, kept as a hash, and give the lesser of two roles', async () => {
    const bob = await world.user('bob', 'operator');
    const made = await make(bob, { role: 'operator' });
    expect(made.secret).toMatch(new RegExp(`^coterie_${made.id}_[A-Za-z0-9_-]{43}$`));
    expect(JSON.stringify(await world.store.tokens.get(made.id))).not.toContain(made.secret.split('_')[2]!);
    expect(await world.by({ token: made.secret })).toEqual({ user: 'bob', role: 'operator', via: 'token', tokenId: made.id });
    await world.store.users.update('bob', { role: 'viewer' });
    expect(await world.by({ token: made.secret })).toMatchObject({ role: 'viewer' });
    await world.store.users.update('bob', { role: 'admin' });
    expect(await world.by({ token: made.secret })).toMatchObject({ role: 'operator' });
    await world.store.users.update('bob', { disabled: true });
    expect(await world.by({ token: made.secret })).toBeNull();
  });

  it('end on their day', async () => {
    const { secret } = await make(await world.user('bob', 'operator'), { days: 2 });
    world.now += 2 * 24 * hour - 1;
    expect(await world.by({ token: secret })).not.toBeNull();
    world.now += 1;
    expect(await world.by({ token: secret })).toBeNull();
  });

  it('remember their last use, to the minute', async () => {
    const made = await make(await world.user('bob', 'operator'));
    const used = async () => (await world.store.tokens.get(made.id))!.token.lastUsedAt;
    expect(await used()).toBeNull();
    await world.by({ token: made.secret });
    const first = world.now;
    world.now += 59_999;
    await world.by({ token: made.secret });
    expect(await used()).toBe(first);
    world.now += 1;
    await world.by({ token: made.secret });
    expect(await used()).toBe(world.now);
  });

  it('cannot be made to give more than their maker has, or to outlive it', async () => {
    const bob = await world.user('bob', 'operator');
    await expect(make(bob, { role: 'admin' })).rejects.toMatchObject({ code: 'REFUSED' });
    const { secret } = await make(bob, { role: 'operator', days: 10 });
    const byToken = await world.by({ token: secret });
    await expect(make(byToken, { days: 11 })).rejects.toMatchObject({ code: 'REFUSED' });
    expect((await make(byToken, { days: 9 })).role).toBe('viewer');
    const preview = await tokenHandlers.create(world.context(bob), { ...plain, dryRun: true, name: 'x', role: 'admin', days: 1 });
    expect(preview.plan.refusals.map(({ code }) => code)).toEqual(['role']);
  });

  it('of others are seen and revoked by admins only', async () => {
    const [bob, eve] = [await world.user('bob', 'operator'), await world.user('eve', 'operator')];
    const { id, secret } = await make(bob);
    expect(await tokenHandlers.list(world.context(eve), {})).toEqual([]);
    expect(await codeOf(tokenHandlers.revoke(world.context(eve), { ...plain, id }))).toBe('NOT_FOUND');
    expect(await world.by({ token: secret })).not.toBeNull();
    const ann = world.context({ user: 'ann', role: 'admin', via: 'session' });
    expect((await tokenHandlers.list(ann, {})).map((row) => row.id)).toEqual([id]);
    await tokenHandlers.revoke(ann, { ...plain, id });
    expect(await world.by({ token: secret })).toBeNull();
  });

  it('that are wrong are refused, also beside a good cookie, and soon not even looked up', async () => {
    const made = await make(await world.user('bob', 'operator'));
    const cookie = await cookieOf('ann');
    const wrong = `coterie_${made.id}_${'A'.repeat(43)}`;
    expect(await world.by({ token: wrong, cookie })).toBeNull();
    for (const token of ['', 'x', 'coterie_', `${made.secret}x`, made.secret.slice(1), made.secret.toUpperCase(), wrong.repeat(20)]) expect(await world.by({ token }), token).toBeNull();
    for (let n = 0; n < 60; n += 1) await codeOf(world.by({ token: wrong, address: '10.6.6.6' }));
    expect(await codeOf(world.by({ token: made.secret, address: '10.6.6.6' }))).toBe('LIMITED');
    expect(await world.by({ token: made.secret, address: '10.6.6.7' })).not.toBeNull();
    world.now += 1000;
    expect(await world.by({ token: made.secret, address: '10.6.6.6' })).not.toBeNull();
  });
});
