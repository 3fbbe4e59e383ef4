import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { Role } from '~/contract/operation.ts';
import type { Claimed } from '~/server/access/claim.ts';
import { loginTokenPrefix } from '~/server/access/tokens.ts';
import { assertNoLesserToken } from '~/server/access/own.ts';
import { carryOut, storePlan } from './carry-out.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import type { StoredSession } from '~/server/store/index.ts';
import type { Context, HandlersOf } from './context.ts';
import { tellingFailure } from './sign-in-event.ts';

/** How long a token lasts that a login asked for: a CLI on somebody's desk. */
const loginTokenDays = 30;
/** Login tokens that one user keeps: the oldest end when there are more. */
const loginTokensMax = 20;

/** Signing in and out. */
export const sessionHandlers: HandlersOf<Pick<typeof contract, 'session'>>['session'] = {
  me: async (context) => {
    const { user, role, via } = signedIn(context);
    return { user, role, via };
  },

  // A preview does not look at the password: it would be a way to guess that nothing slows down.
  login: async (context, input) =>
    carryOut({ context, dryRun: input.dryRun }, storePlan(input.name, input.token ? `Sign ${input.name} in with a new API token of ${loginTokenDays} days.` : `Sign ${input.name} in.`), async () => {
      const { role } = await tellingFailure(context, input.name, () => context.services.access.checkPassword(input.name, input.password, context));
      return enter(context, { name: input.name, role, token: input.token });
    }),

  claim: async (context, input) => {
    const { access } = context.services;
    access.limitLogins(context.address);
    const claimed = await access.claim.check(input.code, input.name);
    return carryOut({ context, dryRun: input.dryRun }, storePlan(input.name, `${sentenceOf(claimed, input.name)}; the one-time link ends.`), async () => {
      const role = await access.claim.use(input.code, input);
      return enter(context, { name: input.name, role, token: input.token });
    });
  },

  changePassword: async (context, input) => {
    const actor = signedIn(context);
    const { access, store } = context.services;
    const lasting = (await store.tokens.list({ userName: actor.user })).filter(({ name }) => !name.startsWith(loginTokenPrefix)).length;
    const warnings = lasting > 0 ? [`${lasting} API token${lasting === 1 ? '' : 's'} of ${actor.user} will go on working: revoke those that somebody else may know.`] : [];
    const changes = [{ path: `users.${actor.user}.password`, kind: 'changed' as const, before: '(secret)', after: '(secret)', sentence: 'new password' }];
    // As with a login, a preview does not look at the password.
    return carryOut({ context, dryRun: input.dryRun }, storePlan(actor.user, `Change the password of ${actor.user}, and end whatever else is signed in by it.`, { warnings, changes }), async () => {
      const ended = await access.changePassword(actor, input, context);
      return { user: actor.user, sessionsEnded: ended.sessions, tokensEnded: ended.tokens };
    });
  },

  logout: async (context, input) => {
    const actor = signedIn(context);
    const { store, access } = context.services;
    const sentence = actor.via === 'token' ? `Sign ${actor.user} out: the API token of this request is revoked.` : `Sign ${actor.user} out.`;
    return carryOut({ context, dryRun: input.dryRun }, storePlan(actor.user, sentence), async () => {
      if (actor.sessionId !== undefined) await store.sessions.remove(actor.sessionId);
      if (actor.tokenId !== undefined) await store.tokens.remove(actor.tokenId);
      context.setCookie(access.clearingCookie());
      return { user: actor.user };
    });
  },

  list: async (context) => {
    const current = context.actor?.sessionId;
    return (await visible(context)).map(({ id, userName, createdAt, lastSeenAt, expiresAt, address, agent }) => ({ id, user: userName, createdAt, lastSeenAt, expiresAt, address, agent, current: id === current }));
  },

  revoke: async (context, input) => {
    const { store } = context.services;
    const actor = signedIn(context);
    const found = (await visible(context)).find(({ id }) => id === input.id);
    if (found === undefined) throw new CoterieError('NOT_FOUND', `There is no session ${input.id}${actor.role === 'admin' ? '' : ' of yours'}.`, { id: input.id });
    await assertNoLesserToken(actor, found.id, store);
    const warnings = found.id === actor.sessionId ? ['This is the session that you are signed in with.'] : [];
    const changes = [{ path: `sessions.${found.id}`, kind: 'removed' as const, before: { user: found.userName, address: found.address }, sentence: `session of ${found.userName}: ended` }];
    return carryOut({ context, dryRun: input.dryRun }, storePlan(found.id, `End a session of ${found.userName}.`, { warnings, changes }), async () => {
      await store.sessions.remove(found.id);
      return { id: found.id };
    });
  },
};

/** One's own; for an admin everybody's. Somebody else's session looks like none to those who may not see it. */
async function visible(context: Context): Promise<readonly StoredSession[]> {
  const actor = signedIn(context);
  const { store, now } = context.services;
  const sessions = await store.sessions.list(now());
  return actor.role === 'admin' ? sessions : sessions.filter(({ userName }) => userName === actor.user);
}

function sentenceOf(claimed: Claimed, name: string): string {
  if (claimed.does === 'first') return `Make ${name} the first admin`;
  return claimed.does === 'create' ? `Make ${name} an admin` : `Give ${name} a new password as ${claimed.role}, and end whatever else is signed in as ${name}`;
}

/** A cookie for a browser, or a token for the CLI. */
async function enter(context: Context, { name, role, token }: { name: string; role: Role; token: boolean }) {
  const { access, store } = context.services;
  if (token) {
    const earlier = (await store.tokens.list({ userName: name })).filter((kept) => kept.name.startsWith(loginTokenPrefix));
    for (const { id } of earlier.slice(loginTokensMax - 1)) await store.tokens.remove(id);
    const { text } = await access.tokens.issue({ name: `${loginTokenPrefix}${context.address ?? 'this host'}`, role, userName: name, days: loginTokenDays });
    return { user: name, role, via: 'token' as const, token: text };
  }
  context.setCookie(await access.signIn(name, context, context.actor?.sessionId));
  return { user: name, role, via: 'session' as const, token: null };
}
