import { CoterieError } from '~/contract/errors.ts';
import type { Store } from '~/server/store/index.ts';
import type { Actor } from './actor.ts';

/**
 * Before somebody ends a session or a token of their own: a token that was given less than its user has may end itself
 * and nothing else. Who finds the read-only token of a monitoring does not sign its owner out by it.
 */
export async function assertNoLesserToken(actor: Actor, ends: string, { users }: Pick<Store, 'users'>): Promise<void> {
  if (actor.via === 'session' || actor.tokenId === ends) return;
  const user = await users.get(actor.user);
  if (user === null || user.role === actor.role) return;
  throw new CoterieError('FORBIDDEN', `This token has role ${actor.role}, its user ${actor.user} has ${user.role}: it may end no other token and no session. Sign in with a password.`, { role: actor.role });
}
