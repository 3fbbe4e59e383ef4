import type { Role } from '~/contract/operation.ts';
import type { Db, Tx } from './database.ts';
import { isUniqueViolation } from './failures.ts';
import type { StoredUser, UserPatch, UserStore } from './types.ts';

/** Users. Whatever could take the last admin away goes one at a time, so that two demotions cannot pass each other. */
export function userStore(db: Db): UserStore {
  return {
    get: async (name) => {
      const row = await db.user.findUnique({ where: { name } });
      return row && userOf(row);
    },
    list: async () => (await db.user.findMany({ orderBy: { name: 'asc' } })).map(userOf),
    count: () => db.user.count(),
    create: async (user) => {
      try {
        await db.user.createMany({ data: [rowOf(user)] });
        return 'created';
      } catch (error) {
        if (isUniqueViolation(error)) return 'exists';
        throw error;
      }
    },
    createFirst: (user) =>
      db.$transaction(async (tx) => {
        await takeTurn(tx);
        if ((await tx.user.count()) > 0) return 'not first';
        await tx.user.createMany({ data: [rowOf(user)] });
        return 'created';
      }),
    update: (name, patch) => {
      const change = async (tx: Pick<Tx, 'user'>) => ((await tx.user.updateMany({ where: { name }, data: dataOf(patch) })).count === 1 ? 'updated' : 'missing');
      return takesRights(patch) ? keepingAnAdmin(db, change) : change(db);
    },
    newPassword: (name, { passwordHash, was, rights, tokensNamed, keep }) =>
      db.$transaction(async (tx) => {
        await takeTurn(tx);
        const { count } = await tx.user.updateMany({ where: { name, ...(was === null ? {} : { passwordHash: was }) }, data: { passwordHash, ...rights } });
        if (count === 0) return (await tx.user.count({ where: { name } })) === 0 ? 'missing' : 'changed';
        const sessions = await tx.session.deleteMany({ where: { userName: name, id: { not: keep.sessionId ?? '' } } });
        const tokens = await tx.token.deleteMany({ where: { userName: name, name: { startsWith: tokensNamed }, id: { not: keep.tokenId ?? '' } } });
        await tx.loginFailure.deleteMany({ where: { key: `user:${name}` } });
        return { sessions: sessions.count, tokens: tokens.count };
      }),
    remove: (name) => keepingAnAdmin(db, async (tx) => ((await tx.user.deleteMany({ where: { name } })).count === 1 ? 'removed' : 'missing')),
  };
}

const takesRights = (patch: UserPatch) => (patch.role !== undefined && patch.role !== 'admin') || patch.disabled === true;

/** Every change that must not pass another one waits here for the one before it to commit. */
async function takeTurn(tx: Tx): Promise<void> {
  await tx.head.updateMany({ where: { name: 'users' }, data: { value: { increment: 1 } } });
}

class NoAdminLeft extends Error {}

/** Undoes `change` if it took away the last enabled admin. */
async function keepingAnAdmin<T extends string>(db: Db, change: (tx: Tx) => Promise<T>): Promise<T | 'last admin'> {
  const admins = { where: { role: 'admin', disabled: false } };
  try {
    return await db.$transaction(async (tx) => {
      await takeTurn(tx);
      const before = await tx.user.count(admins);
      const result = await change(tx);
      if (before > 0 && (await tx.user.count(admins)) === 0) throw new NoAdminLeft();
      return result;
    });
  } catch (error) {
    if (error instanceof NoAdminLeft) return 'last admin';
    throw error;
  }
}

function dataOf({ role, passwordHash, disabled, lastLoginAt }: UserPatch) {
  return {
    ...(role === undefined ? {} : { role }),
    ...(passwordHash === undefined ? {} : { passwordHash }),
    ...(disabled === undefined ? {} : { disabled }),
    ...(lastLoginAt === undefined ? {} : { lastLoginAt: BigInt(lastLoginAt) }),
  };
}

function rowOf({ name, role, passwordHash, createdAt, lastLoginAt, disabled }: StoredUser) {
  return { name, role, passwordHash, createdAt: BigInt(createdAt), lastLoginAt: lastLoginAt === null ? null : BigInt(lastLoginAt), disabled };
}

type Row = { name: string; role: string; passwordHash: string; createdAt: bigint; lastLoginAt: bigint | null; disabled: boolean };

export function userOf({ name, role, passwordHash, createdAt, lastLoginAt, disabled }: Row): StoredUser {
  // Only roles of the contract are written.
  return { name, role: role as Role, passwordHash, createdAt: Number(createdAt), lastLoginAt: lastLoginAt === null ? null : Number(lastLoginAt), disabled };
}
