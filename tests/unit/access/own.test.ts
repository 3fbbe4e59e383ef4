import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '~/contract/operation.ts';
import { sessionHandlers } from '~/server/handlers/session.ts';
import { tokenHandlers } from '~/server/handlers/token.ts';
import { codeOf, plain, World } from './world.ts';

/** What somebody without rights over others sees and ends: what is their own. */
describe('own sessions and tokens', () => {
  let world: World;
  const enter = async (name: string) => (await world.access.signIn(name, { address: null, agent: null }, undefined)).split(';')[0]!;
  const byCookie = async (name: string) => world.by({ cookie: await enter(name) });
  const issue = (userName: string, role: Role) => world.access.tokens.issue({ name: 'ci', role, userName, days: 1 });
  type Actor = Awaited<ReturnType<World['by']>>;
  const sessionsOf = (actor: Actor) => sessionHandlers.list(world.context(actor), {});
  const endSession = (actor: Actor, id: string) => codeOf(sessionHandlers.revoke(world.context(actor), { ...plain, id }));
  const endToken = (actor: Actor, id: string) => codeOf(tokenHandlers.revoke(world.context(actor), { ...plain, id }));

  beforeEach(async () => {
    world = await World.open();
    await world.user('ann', 'viewer');
    await world.user('bob', 'viewer');
    await world.user('root', 'admin');
  });
  afterEach(() => world.close());

  it('sessions of others are seen and ended by admins only', async () => {
    const [ann, bob, root] = [await byCookie('ann'), await byCookie('bob'), await byCookie('root')];
    expect((await sessionsOf(ann)).map(({ user, current }) => [user, current])).toEqual([['ann', true]]);
    expect((await sessionsOf(root)).map(({ user }) => user).toSorted()).toEqual(['ann', 'bob', 'root']);
    const bobs = (await sessionsOf(bob))[0]!.id;
    expect(await endSession(ann, bobs)).toBe('NOT_FOUND');
    expect(await sessionsOf(bob)).toHaveLength(1);
    expect(await endSession(root, bobs)).toBeNull();
    expect(await sessionsOf(bob)).toEqual([]);
  });

  it('one may end another session of one\'s own, and a token too, as a viewer', async () => {
    const [here, there] = [await byCookie('ann'), await enter('ann')];
    const other = (await sessionsOf(here)).find(({ current }) => !current)!;
    expect(await endSession(here, other.id)).toBeNull();
    expect(await world.by({ cookie: there })).toBeNull();
    const { token, text } = await issue('ann', 'viewer');
    expect(await endToken(here, token.id)).toBeNull();
    expect(await world.by({ token: text })).toBeNull();
  });

  it('a token with less than its user has ends itself and nothing else', async () => {
    const [weak, strong] = [await issue('root', 'viewer'), await issue('root', 'admin')];
    const cookie = await enter('root');
    const byWeak = await world.by({ token: weak.text });
    const session = (await sessionsOf(await world.by({ cookie })))[0]!.id;
    expect(await endSession(byWeak, session)).toBe('FORBIDDEN');
    expect(await endToken(byWeak, strong.token.id)).toBe('FORBIDDEN');
    expect(await world.by({ cookie })).not.toBeNull();
    expect(await world.by({ token: strong.text })).not.toBeNull();
    expect(await endToken(byWeak, weak.token.id)).toBeNull();
    expect(await world.by({ token: weak.text })).toBeNull();
    expect(await endSession(await world.by({ token: strong.text }), session)).toBeNull();
  });
});
