import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { userKey } from '~/server/access/lockout.ts';
import { carryOut, storePlan } from './carry-out.ts';
import type { StoredUser, UserPatch } from '~/server/store/index.ts';
import type { Context, HandlersOf } from './context.ts';

/** Users. The database itself keeps the last admin; the plans here say so beforehand. */
export const userHandlers: HandlersOf<Pick<typeof contract, 'user'>>['user'] = {
  list: async ({ services: { store, now } }) => {
    const [users, locks] = await Promise.all([store.users.list(), store.loginFailures.list('user:')]);
    return users.map((user) => viewOf(user, lockOf(locks.get(userKey(user.name))?.lockedUntil, now())));
  },

  create: async (context, input) => {
    const { store, access, now } = context.services;
    const { name, role, password } = input;
    const taken = (await store.users.get(name)) !== null;
    const refusals = taken ? [{ code: 'exists', target: name, sentence: `There is a user ${name} already.`, wayOut: 'Choose another name, or edit that user.' }] : [];
    const changes: Change[] = [{ path: `users.${name}`, kind: 'added', after: { role }, sentence: `${name}: ${role}` }];
    return carryOut({ context, dryRun: input.dryRun }, storePlan(name, `Create user ${name} as ${role}.`, { refusals, changes }), async () => {
      const user: StoredUser = { name, role, passwordHash: await access.passwords.hash(password), createdAt: now(), lastLoginAt: null, disabled: false };
      if ((await store.users.create(user)) === 'exists') throw new CoterieError('CONFLICT', `There is a user ${name} already.`, { name });
      return viewOf(user, null);
    });
  },

  edit: async (context, input) => {
    const { store, access, now } = context.services;
    const { name, role, disabled, password } = input;
    const user = await existing(context, name);
    const changes = changesOf(user, input);
    const loses = (role !== undefined && role !== 'admin') || disabled === true;
    const refusals = loses ? await lastAdmin(context, user) : [];
    const warnings = name === context.actor?.user && loses ? ['This is the user that you are signed in with.'] : [];
    const sentence = changes.length === 0 ? `Nothing changes for user ${name}.` : `Change user ${name}: ${changes.map((change) => change.sentence).join(', ')}.`;
    return carryOut({ context, dryRun: input.dryRun }, storePlan(name, sentence, { refusals, warnings, changes }), async () => {
      const patch: UserPatch = { ...(role === undefined ? {} : { role }), ...(disabled === undefined ? {} : { disabled }) };
      if (Object.keys(patch).length > 0) assertDone(name, await store.users.update(name, patch));
      // Tokens of a disabled user are refused as they come.
      if (disabled === true) await store.sessions.removeOfUser(name);
      // An admin who changes the own password this way stays in.
      if (password !== undefined) await access.setPassword(name, password, context.actor?.user === name ? { keep: context.actor } : {});
      const locks = await store.loginFailures.get([userKey(name)]);
      return viewOf({ ...user, ...patch }, lockOf(locks.get(userKey(name))?.lockedUntil, now()));
    });
  },

  unlock: async (context, input) => {
    const { store, now } = context.services;
    const { name } = input;
    const user = await existing(context, name);
    const lockedUntil = lockOf((await store.loginFailures.get([userKey(name)])).get(userKey(name))?.lockedUntil, now());
    const changes: Change[] = lockedUntil === null ? [] : [{ path: `users.${name}.lockedUntil`, kind: 'changed', before: lockedUntil, after: null, sentence: `${name}: may try to sign in again at once` }];
    const warnings = lockedUntil === null ? [`${name} is not locked out now.`] : [];
    return carryOut({ context, dryRun: input.dryRun }, storePlan(name, `Forget the failed logins of ${name}.`, { changes, warnings }), async () => {
      await store.loginFailures.clear([userKey(name)]);
      return viewOf(user, null);
    });
  },

  delete: async (context, input) => {
    const { store } = context.services;
    const { name } = input;
    const user = await existing(context, name);
    const refusals = await lastAdmin(context, user);
    const tokens = (await store.tokens.list({ userName: name })).length;
    const warnings = [...(tokens > 0 ? [`${tokens} API token${tokens === 1 ? '' : 's'} of ${name} will stop working.`] : []), ...(name === context.actor?.user ? ['This is the user that you are signed in with.'] : [])];
    const changes: Change[] = [{ path: `users.${name}`, kind: 'removed', before: { role: user.role, disabled: user.disabled }, sentence: `${name}: gone` }];
    return carryOut({ context, dryRun: input.dryRun }, storePlan(name, `Delete user ${name} with its sessions and tokens.`, { refusals, warnings, changes }), async () => {
      assertDone(name, await store.users.remove(name));
      return { name };
    });
  },
};

const lockOf = (lockedUntil: number | undefined, now: number) => (lockedUntil !== undefined && lockedUntil > now ? lockedUntil : null);

function viewOf({ name, role, createdAt, lastLoginAt, disabled }: StoredUser, lockedUntil: number | null) {
  return { name, role, createdAt, lastLoginAt, lockedUntil, disabled };
}

async function existing({ services }: Context, name: string): Promise<StoredUser> {
  const user = await services.store.users.get(name);
  if (user === null) throw new CoterieError('NOT_FOUND', `There is no user ${name}.`, { name });
  return user;
}

async function lastAdmin({ services }: Context, user: StoredUser): Promise<Refusal[]> {
  if (user.role !== 'admin' || user.disabled) return [];
  const others = (await services.store.users.list()).some((other) => other.name !== user.name && other.role === 'admin' && !other.disabled);
  return others ? [] : [{ code: 'lastAdmin', target: user.name, sentence: `${user.name} is the last admin.`, wayOut: 'Make somebody else an admin first.' }];
}

function assertDone(name: string, result: 'updated' | 'removed' | 'missing' | 'last admin'): void {
  if (result === 'missing') throw new CoterieError('NOT_FOUND', `There is no user ${name}.`, { name });
  if (result === 'last admin') throw new CoterieError('REFUSED', `${name} is the last admin. Make somebody else an admin first.`, { name });
}

function changesOf(user: StoredUser, { role, disabled, password }: { role?: StoredUser['role'] | undefined; disabled?: boolean | undefined; password?: string | undefined }): Change[] {
  const path = `users.${user.name}`;
  return [
    ...(role !== undefined && role !== user.role ? [{ path: `${path}.role`, kind: 'changed' as const, before: user.role, after: role, sentence: `role ${user.role} -> ${role}` }] : []),
    ...(disabled !== undefined && disabled !== user.disabled ? [{ path: `${path}.disabled`, kind: 'changed' as const, before: user.disabled, after: disabled, sentence: disabled ? 'may not sign in any more' : 'may sign in again' }] : []),
    ...(password !== undefined ? [{ path: `${path}.password`, kind: 'changed' as const, before: '(secret)', after: '(secret)', sentence: 'new password' }] : []),
  ];
}
