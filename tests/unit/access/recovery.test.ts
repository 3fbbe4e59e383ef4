import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionHandlers } from '~/server/handlers/session.ts';
import { codeOf, plain, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.user('ann', 'admin');
  await world.user('bob', 'operator');
});
afterEach(() => world.close());

const forMs = 1000;
let host = 0;
const context = () => world.context(null, `10.5.0.${(host += 1)}`);
const claim = (code: string, name: string, dryRun = false) => sessionHandlers.claim(context(), { ...plain, dryRun, code, name, password: 'a new password', token: false });
const login = (name: string, password: string) => sessionHandlers.login(context(), { ...plain, name, password, token: false });

describe('a one-time link of `claim-link`', () => {
  it('gives an admin a new password, ends what was open, unlocks, and works once', async () => {
    await login('ann', 'correct horse');
    const before = world.lastCookie();
    for (let n = 0; n < 6; n += 1) await codeOf(login('ann', 'guess'));
    await world.store.users.create({ ...(await world.store.users.get('ann'))!, name: 'eve' });
    await world.store.users.update('ann', { disabled: true });
    const { code } = await world.access.claim.recover({ user: null, forMs });
    expect((await claim(code, 'ann', true)).plan.summary).toBe('Give ann a new password as admin, and end whatever else is signed in as ann; the one-time link ends.');
    expect((await claim(code, 'ann')).data).toMatchObject({ user: 'ann', role: 'admin', via: 'session' });
    expect(await world.by({ cookie: world.lastCookie() })).toMatchObject({ user: 'ann', role: 'admin' });
    expect(await world.by({ cookie: before })).toBeNull();
    expect(await codeOf(login('ann', 'a new password'))).toBeNull();
    expect(await codeOf(claim(code, 'ann'))).toBe('UNAUTHENTICATED');
  });

  it('makes a new admin where the name is nobody\'s', async () => {
    const { code } = await world.access.claim.recover({ user: null, forMs });
    expect((await claim(code, 'root', true)).plan.summary).toContain('Make root an admin');
    expect((await claim(code, 'root')).data).toMatchObject({ user: 'root', role: 'admin' });
  });

  it('for one user is for nobody else, and leaves the role as it is', async () => {
    const { code } = await world.access.claim.recover({ user: 'bob', forMs });
    await expect(claim(code, 'ann')).rejects.toMatchObject({ code: 'BAD_INPUT', message: 'This one-time link is for bob.' });
    expect((await claim(code, 'bob')).data).toMatchObject({ user: 'bob', role: 'operator' });
    expect((await world.store.users.get('bob'))!.role).toBe('operator');
  });

  it('ends with its time, and with the next one', async () => {
    const first = await world.access.claim.recover({ user: null, forMs });
    const second = await world.access.claim.recover({ user: null, forMs });
    expect(await codeOf(claim(first.code, 'ann'))).toBe('UNAUTHENTICATED');
    world.now += forMs;
    await expect(claim(second.code, 'ann')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('expired') });
  });

  it('used by two at once lets one in', async () => {
    const { code } = await world.access.claim.recover({ user: null, forMs });
    const codes = await Promise.all(['ann', 'root', 'bob'].map((name) => codeOf(claim(code, name))));
    expect(codes.toSorted((a, b) => Number(a !== null) - Number(b !== null))).toEqual([null, 'UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  it('is kept as a hash only', async () => {
    const { code } = await world.access.claim.recover({ user: null, forMs });
    expect(await world.store.meta.get('claim-recovery')).not.toContain(code);
  });
});
