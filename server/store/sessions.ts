import type { Db } from './database.ts';
import type { SessionStore, StoredSession } from './types.ts';
import { userOf } from './users.ts';

const listMax = 1000;

export function sessionStore(db: Db): SessionStore {
  return {
    create: async ({ id, hash, userName, createdAt, lastSeenAt, expiresAt, address, agent }) => {
      await db.session.createMany({ data: [{ id, hash, userName, address, agent, createdAt: BigInt(createdAt), lastSeenAt: BigInt(lastSeenAt), expiresAt: BigInt(expiresAt) }] });
    },
    byHash: async (hash) => {
      const row = await db.session.findUnique({ where: { hash }, include: { user: true } });
      return row && { session: sessionOf(row), user: userOf(row.user) };
    },
    touch: async (id, at) => {
      await db.session.updateMany({ where: { id }, data: { lastSeenAt: BigInt(at) } });
    },
    list: async (now) => (await db.session.findMany({ where: { expiresAt: { gt: BigInt(now) } }, orderBy: { createdAt: 'desc' }, take: listMax })).map(sessionOf),
    remove: async (id) => (await db.session.deleteMany({ where: { id } })).count === 1,
    removeOfUser: async (userName) => (await db.session.deleteMany({ where: { userName } })).count,
    trim: async (userName, keep) => {
      const old = await db.session.findMany({ where: { userName }, orderBy: { createdAt: 'desc' }, skip: keep, take: listMax, select: { id: true } });
      return old.length === 0 ? 0 : (await db.session.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } })).count;
    },
    prune: async (now, idleBefore) =>
      (await db.session.deleteMany({ where: { OR: [{ expiresAt: { lte: BigInt(now) } }, { lastSeenAt: { lt: BigInt(Math.max(0, idleBefore)) } }] } })).count,
  };
}

type Row = { id: string; hash: string; userName: string; createdAt: bigint; lastSeenAt: bigint; expiresAt: bigint; address: string | null; agent: string | null };

function sessionOf({ id, hash, userName, createdAt, lastSeenAt, expiresAt, address, agent }: Row): StoredSession {
  return { id, hash, userName, createdAt: Number(createdAt), lastSeenAt: Number(lastSeenAt), expiresAt: Number(expiresAt), address, agent };
}
