import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { allows } from '~/server/access/index.ts';
import { assertNoLesserToken } from '~/server/access/own.ts';
import { carryOut, storePlan } from './carry-out.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import type { StoredToken } from '~/server/store/index.ts';
import type { Context, HandlersOf } from './context.ts';

const tokensPerUserMax = 100;

/** API tokens: one's own; admins see and revoke everybody's. A token gives no more, and lives no longer, than what made it. */
export const tokenHandlers: HandlersOf<Pick<typeof contract, 'token'>>['token'] = {
  list: async (context) => {
    const actor = signedIn(context);
    const tokens = await context.services.store.tokens.list(actor.role === 'admin' ? {} : { userName: actor.user });
    return tokens.map(viewOf);
  },

  create: async (context, input) => {
    const actor = signedIn(context);
    const { name, role, days } = input;
    const refusals = await refusalsOf(context, input);
    const changes: Change[] = [{ path: `tokens.${name}`, kind: 'added', after: { user: actor.user, role, days }, sentence: `${name}: ${role} for ${days} days` }];
    return carryOut({ context, dryRun: input.dryRun }, storePlan(name, `Create API token "${name}" for ${actor.user}: ${role}, ${days} days.`, { refusals, changes }), async () => {
      const { token, text } = await context.services.access.tokens.issue({ name, role, days, userName: actor.user });
      return { ...viewOf(token), secret: text };
    });
  },

  revoke: async (context, input) => {
    const actor = signedIn(context);
    const { store } = context.services;
    const found = await store.tokens.get(input.id);
    // Somebody else's token looks like none to those who may not see it.
    if (found === null || (actor.role !== 'admin' && found.user.name !== actor.user)) throw new CoterieError('NOT_FOUND', `There is no API token ${input.id}${actor.role === 'admin' ? '' : ' of yours'}.`, { id: input.id });
    const { token } = found;
    await assertNoLesserToken(actor, token.id, store);
    const changes: Change[] = [{ path: `tokens.${token.name}`, kind: 'removed', before: { id: token.id, user: token.userName, role: token.role }, sentence: `${token.name}: revoked` }];
    const warnings = token.id === actor.tokenId ? ['This is the token that this request came with.'] : [];
    return carryOut({ context, dryRun: input.dryRun }, storePlan(token.id, `Revoke API token "${token.name}" of ${token.userName}.`, { changes, warnings }), async () => {
      await store.tokens.remove(token.id);
      return { id: token.id };
    });
  },
};

const viewOf = ({ id, name, role, userName, createdAt, expiresAt, lastUsedAt }: StoredToken) => ({ id, name, role, user: userName, createdAt, expiresAt, lastUsedAt });

async function refusalsOf(context: Context, { name, role, days }: { name: string; role: StoredToken['role']; days: number }): Promise<Refusal[]> {
  const actor = signedIn(context);
  const { store, now } = context.services;
  const refusals: Refusal[] = [];
  if (!allows(actor.role, role)) refusals.push({ code: 'role', target: name, sentence: `A token of role ${role} would give more than you have (${actor.role}).`, wayOut: `Ask for ${actor.role} or less.` });
  const parent = actor.tokenId === undefined ? null : await store.tokens.get(actor.tokenId);
  const endsAt = parent?.token.expiresAt ?? null;
  if (endsAt !== null && now() + days * 86_400_000 > endsAt) refusals.push({ code: 'outlives', target: name, sentence: 'The new token would outlive the token that makes it.', wayOut: 'Ask for fewer days, or sign in with a password.' });
  if ((await store.tokens.list({ userName: actor.user })).length >= tokensPerUserMax) refusals.push({ code: 'tooMany', target: actor.user, sentence: `${actor.user} has ${tokensPerUserMax} tokens already.`, wayOut: 'Revoke some that are not in use.' });
  return refusals;
}
