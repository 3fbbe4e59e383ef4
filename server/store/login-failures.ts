import type { Db } from './database.ts';
import type { LoginFailure, LoginFailureStore } from './types.ts';

/** Counted in one statement, so that guesses made at once through several servers are all counted. */
export function loginFailureStore(db: Db): LoginFailureStore {
  return {
    get: async (keys) => mapOf(await db.loginFailure.findMany({ where: { key: { in: [...keys] } } })),
    list: async (prefix) => mapOf(await db.loginFailure.findMany({ where: { key: { startsWith: prefix }, lockedUntil: { gt: 0 } }, take: 10_000 })),
    count: async (key, at, forgetBefore) => {
      const [row] = await db.$queryRaw<{ count: number | bigint }[]>`
        INSERT INTO "LoginFailure" ("key", "count", "lastAt", "lockedUntil") VALUES (${key}, 1, CAST(${at} AS BIGINT), 0)
        ON CONFLICT ("key") DO UPDATE SET
          "count" = CASE WHEN "LoginFailure"."lastAt" < CAST(${forgetBefore} AS BIGINT) THEN 1 ELSE "LoginFailure"."count" + 1 END,
          "lastAt" = excluded."lastAt"
        RETURNING "count"`;
      return Number(row?.count ?? 1);
    },
    lock: async (key, until) => {
      await db.loginFailure.updateMany({ where: { key, lockedUntil: { lt: BigInt(until) } }, data: { lockedUntil: BigInt(until) } });
    },
    clear: async (keys) => {
      await db.loginFailure.deleteMany({ where: { key: { in: [...keys] } } });
    },
    prune: async (forgetBefore) => (await db.loginFailure.deleteMany({ where: { lastAt: { lt: BigInt(Math.max(0, forgetBefore)) } } })).count,
  };
}

function mapOf(rows: readonly { key: string; count: number; lastAt: bigint; lockedUntil: bigint }[]): Map<string, LoginFailure> {
  return new Map(rows.map(({ key, count, lastAt, lockedUntil }) => [key, { count, lastAt: Number(lastAt), lockedUntil: Number(lockedUntil) }]));
}
