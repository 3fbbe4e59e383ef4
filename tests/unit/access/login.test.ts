import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockMsAfter, policies } from '~/server/access/lockout.ts';
import { sessionHandlers } from '~/server/handlers/session.ts';
import { codeOf, plain, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.user('ann', 'admin');
});
afterEach(() => world.close());

/** From an address each, so that only the name is limited, unless one is given. */
let host = 0;
const login = (name: string, password: string, address = `10.1.${(host += 1) >> 8}.${host & 255}`, token = false) => sessionHandlers.login(world.context(null, address), { ...plain, name, password, token });

describe('login', () => {
  it('lets the right password in, with a cookie that no script can read', async () => {
    expect((await login('ann', 'correct horse')).data).toEqual({ user: 'ann', role: 'admin', via: 'session', token: null });
    expect(world.cookies[0]).toMatch(/^coterie=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/);
    expect(await world.by({ cookie: `other=1; ${world.lastCookie()}` })).toMatchObject({ user: 'ann', role: 'admin', via: 'session' });
    expect((await world.store.users.get('ann'))?.lastLoginAt).toBe(world.now);
  });

  it('binds the cookie to https and to the host where there is https', async () => {
    const secure = await World.open({ secure: true });
    await secure.user('ann', 'admin');
    await sessionHandlers.login(secure.context(), { ...plain, name: 'ann', password: 'correct horse', token: false });
    expect(secure.cookies[0]).toMatch(/^__Host-coterie=.*; HttpOnly; SameSite=Strict; Secure$/);
    expect(await secure.by({ cookie: secure.lastCookie().replace('__Host-', '') })).toBeNull();
    await secure.close();
  });

  it('says the same of a wrong name, a wrong password and a disabled user', async () => {
    await world.user('bob', 'viewer');
    await world.store.users.update('bob', { disabled: true });
    const messages = await Promise.all([login('nobody', 'x'), login('ann', 'x'), login('bob', 'correct horse')].map((tried) => tried.then(() => 'in', (error: Error) => error.message)));
    expect(new Set(messages)).toEqual(new Set(['The name or the password is wrong.']));
  });

  it('does the same work for a name that nobody has', async () => {
    await world.access.passwords.ready();
    const took = async (name: string) => {
      const from = performance.now();
      await world.access.passwords.verify(name === 'ann' ? (await world.store.users.get('ann'))!.passwordHash : null, 'wrong');
      return performance.now() - from;
    };
    const best = async (name: string) => Math.min(await took(name), await took(name), await took(name), await took(name));
    const [known, unknown] = [await best('ann'), await best('nobody')];
    // Skipping the hash would make it a hundred times faster.
    expect(unknown).toBeGreaterThan(known / 20);
  });

  it('gives the session a new id at each login, and ends the old one', async () => {
    await login('ann', 'correct horse');
    const first = world.lastCookie();
    const actor = await world.by({ cookie: first });
    await sessionHandlers.login(world.context(actor), { ...plain, name: 'ann', password: 'correct horse', token: false });
    expect(world.lastCookie()).not.toBe(first);
    expect(await world.by({ cookie: first })).toBeNull();
    expect(await world.by({ cookie: world.lastCookie() })).not.toBeNull();
  });

  it('answers the CLI with a token, and keeps twenty of them', async () => {
    let first = '';
    for (let n = 0; n < 22; n += 1) {
      world.now += 60_000;
      const { data } = await login('ann', 'correct horse', '10.9.9.9', true);
      expect(data).toMatchObject({ user: 'ann', via: 'token' });
      first ||= data!.token!;
    }
    expect(world.cookies).toEqual([]);
    expect(await world.store.tokens.list({ userName: 'ann' })).toHaveLength(20);
    expect(await world.by({ token: first })).toBeNull();
  });

  it('does not look at the password of a preview', async () => {
    const tried = await sessionHandlers.login(world.context(), { ...plain, dryRun: true, name: 'ann', password: 'wrong', token: false });
    expect(tried).toMatchObject({ dryRun: true, data: null });
    expect(await world.store.loginFailures.list('user:')).toEqual(new Map());
  });

  it('takes a new hash when the costs have changed', async () => {
    const weak = (await import('@node-rs/argon2')).hash;
    await world.store.users.update('ann', { passwordHash: await weak('correct horse', { memoryCost: 8192, timeCost: 1, parallelism: 1 }) });
    await login('ann', 'correct horse');
    expect((await world.store.users.get('ann'))!.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await login('ann', 'correct horse')).data).not.toBeNull();
  });
});

describe('a failed sign-in', () => {
  it('is an event at the user that it tried, and without the name where nobody has it', async () => {
    await codeOf(login('ann', 'guess', '10.0.0.1'));
    await codeOf(login('correct horse', 'x', '10.0.0.1'));
    expect(world.told.map(({ kind, object, sentence }) => ({ kind, object, sentence }))).toEqual([
      { kind: 'access', object: { kind: 'user', id: 'ann', name: 'ann' }, sentence: 'Failed sign-in as ann from 10.0.0.1 (rest).' },
      { kind: 'access', object: { kind: 'cluster', id: 'demo', name: 'demo' }, sentence: 'Failed sign-in as a user that nobody is from 10.0.0.1 (rest).' },
    ]);
  });
});

describe('guessing', () => {
  it('locks the name after five failures, twice as long each time, and says for how long', async () => {
    for (let n = 0; n < 5; n += 1) expect(await codeOf(login('ann', `guess ${n}`))).toBe('UNAUTHENTICATED');
    await expect(login('ann', 'correct horse')).rejects.toMatchObject({ code: 'LIMITED', data: { retryAfterMs: 30_000 } });
    world.now += 29_999;
    expect(await codeOf(login('ann', 'correct horse'))).toBe('LIMITED');
    world.now += 1;
    expect(await codeOf(login('ann', 'guess again'))).toBe('UNAUTHENTICATED');
    await expect(login('ann', 'correct horse')).rejects.toMatchObject({ data: { retryAfterMs: 60_000 } });
    world.now += 60_000;
    expect(await codeOf(login('ann', 'correct horse'))).toBeNull();
    expect(await codeOf(login('ann', 'guess'))).toBe('UNAUTHENTICATED');
    expect(await codeOf(login('ann', 'correct horse'))).toBeNull();
  });

  it('locks names that nobody has just the same', async () => {
    for (let n = 0; n < 5; n += 1) expect(await codeOf(login('ghost', 'x'))).toBe('UNAUTHENTICATED');
    expect(await codeOf(login('ghost', 'x'))).toBe('LIMITED');
  });

  it('does not let many guesses at once slip through', async () => {
    const codes = await Promise.all(Array.from({ length: 25 }, (_, n) => codeOf(login('ann', `guess ${n}`))));
    expect(codes.filter((code) => code === 'UNAUTHENTICATED').length).toBeLessThanOrEqual(5);
    expect(codes.filter((code) => code === 'LIMITED').length).toBeGreaterThanOrEqual(20);
  });

  it('locks an address that fails at many names, also after a success in between', async () => {
    let limited = 0;
    for (let n = 0; n < 24; n += 1) {
      world.now += 10_000;
      const code = await codeOf(n === 12 ? login('ann', 'correct horse', '10.0.0.66') : login(`user${n}`, 'x', '10.0.0.66'));
      if (code === 'LIMITED') limited += 1;
    }
    expect(limited).toBe(3);
    expect(await codeOf(login('ann', 'correct horse', '10.0.0.67'))).toBeNull();
  });

  it('takes ten logins a minute from one address, whoever they are', async () => {
    const codes: unknown[] = [];
    for (let n = 0; n < 12; n += 1) codes.push(await codeOf(login('ann', 'correct horse', '10.0.0.77')));
    expect(codes.filter((code) => code === 'LIMITED')).toHaveLength(2);
    world.now += 6000;
    expect(await codeOf(login('ann', 'correct horse', '10.0.0.77'))).toBeNull();
    expect(await codeOf(login('ann', 'correct horse', '10.0.0.77'))).toBe('LIMITED');
  });

  it('keeps nobody out who is in', async () => {
    await login('ann', 'correct horse');
    for (let n = 0; n < 6; n += 1) await codeOf(login('ann', 'x'));
    expect(await world.by({ cookie: world.lastCookie() })).not.toBeNull();
  });

  it('forgets after a day', async () => {
    for (let n = 0; n < 4; n += 1) await codeOf(login('ann', 'x'));
    world.now += 86_400_001;
    for (let n = 0; n < 4; n += 1) expect(await codeOf(login('ann', 'x'))).toBe('UNAUTHENTICATED');
    expect(await codeOf(login('ann', 'correct horse'))).toBeNull();
  });

  it('backs off by doubling, up to a limit', () => {
    expect([1, 4, 5, 6, 7, 10, 99].map((count) => lockMsAfter(count, policies.user) / 1000)).toEqual([0, 0, 30, 60, 120, 900, 900]);
    expect([19, 20, 21, 1000].map((count) => lockMsAfter(count, policies.address) / 1000)).toEqual([0, 60, 120, 3600]);
  });

  it('refuses more logins at once than it can hash', async () => {
    const tries = await Promise.all(Array.from({ length: 60 }, () => codeOf(world.access.passwords.verify(null, 'x'))));
    expect(tries.filter((code) => code === 'LIMITED').length).toBeGreaterThan(0);
    expect(tries.filter((code) => code === null).length).toBeGreaterThanOrEqual(33);
    expect(await codeOf(world.access.passwords.verify(null, 'x'))).toBeNull();
  });
});
