import type { Role } from '~/contract/operation.ts';
import type { Db } from './database.ts';
import type { Direct } from './direct.ts';
import type { StoredToken, TokenStore } from './types.ts';
import { userOf } from './users.ts';

const listMax = 1000;

export function tokenStore(db: Db, direct: Direct): TokenStore {
  return {
    create: async ({ id, hash, name, role, userName, createdAt, expiresAt, lastUsedAt }) => {
      await db.token.createMany({ data: [{ id, hash, name, role, userName, createdAt: BigInt(createdAt), expiresAt: bigOrNull(expiresAt), lastUsedAt: bigOrNull(lastUsedAt) }] });
    },
    get: async (id) => {
      // Every call of a program asks for it: one statement, where the query engine would make two.
      const [row] = await direct.$queryRaw<Held[]>`SELECT t.*, u."role" AS "ofUser", u."passwordHash", u."createdAt" AS "userSince", u."lastLoginAt", u."disabled" FROM "Token" t JOIN "User" u ON u."name" = t."userName" WHERE t."id" = ${id}`;
      if (row === undefined) return null;
      const { userName: name, ofUser: role, passwordHash, userSince: createdAt, lastLoginAt, disabled } = row;
      return { token: tokenOf(row), user: userOf({ name, role, passwordHash, createdAt, lastLoginAt, disabled: Boolean(disabled) }) };
    },
    touch: async (id, at) => {
      await db.token.updateMany({ where: { id }, data: { lastUsedAt: BigInt(at) } });
    },
    list: async ({ userName }) => (await db.token.findMany({ where: userName === undefined ? {} : { userName }, orderBy: { createdAt: 'desc' }, take: listMax })).map(tokenOf),
    remove: async (id) => (await db.token.deleteMany({ where: { id } })).count === 1,
    removeOfUser: async (userName) => (await db.token.deleteMany({ where: { userName } })).count,
    prune: async (now) => (await db.token.deleteMany({ where: { expiresAt: { lte: BigInt(now) } } })).count,
  };
}

const bigOrNull = (time: number | null) => (time === null ? null : BigInt(time));
const numberOrNull = (time: bigint | null) => (time === null ? null : Number(time));

type Row = { id: string; hash: string; name: string; role: string; userName: string; createdAt: bigint; expiresAt: bigint | null; lastUsedAt: bigint | null };

/** SQLite has no booleans of its own. */
type Held = Row & { ofUser: string; passwordHash: string; userSince: bigint; lastLoginAt: bigint | null; disabled: boolean | number | bigint };

function tokenOf({ id, hash, name, role, userName, createdAt, expiresAt, lastUsedAt }: Row): StoredToken {
  // Only roles of the contract are written.
  return { id, hash, name, role: role as Role, userName, createdAt: Number(createdAt), expiresAt: numberOrNull(expiresAt), lastUsedAt: numberOrNull(lastUsedAt) };
}
