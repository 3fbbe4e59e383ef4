import { Prisma } from '~/server/generated/sqlite/client.ts';
import type { Db, Tx } from './database.ts';
import type { Provider } from './paths.ts';
import type { Claim, LockAnswer, LockStore } from './types.ts';

function clockOf(provider: Provider) {
  const now = Prisma.raw(provider === 'sqlite' ? `CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)` : `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`);
  const free = Prisma.sql`("Lock"."expiresAt" <= ${now} OR "Lock"."expiresAt" > ${now} + "Lock"."ttlMs")`;
  return { now, free };
}

/**
 * Named locks in one statement each, by the database's own clock, so that servers whose clocks differ agree on expiry.
 * A row whose expiry lies further ahead than its own time to live was written before the clock was set back: it counts as expired.
 */
export function lockStore(db: Db, provider: Provider): LockStore {
  const { now, free } = clockOf(provider);
  return {
    take: async (name, owner, ttlMs): Promise<LockAnswer> => {
      const taken = await db.$queryRaw<{ term: number | bigint }[]>`
        INSERT INTO "Lock" ("name", "owner", "term", "ttlMs", "expiresAt") VALUES (${name}, ${owner}, 1, CAST(${ttlMs} AS INTEGER), ${now} + CAST(${ttlMs} AS INTEGER))
        ON CONFLICT ("name") DO UPDATE SET
          "owner" = excluded."owner", "ttlMs" = excluded."ttlMs", "expiresAt" = excluded."expiresAt",
          "term" = CASE WHEN "Lock"."owner" = excluded."owner" AND NOT ${free} THEN "Lock"."term" ELSE "Lock"."term" + 1 END
        WHERE "Lock"."owner" = excluded."owner" OR ${free}
        RETURNING "term"`;
      if (taken[0]) return { held: true, term: Number(taken[0].term) };
      const [holder] = await db.$queryRaw<{ owner: string; left: number | bigint }[]>`SELECT "owner", "expiresAt" - ${now} AS "left" FROM "Lock" WHERE "name" = ${name}`;
      return { held: false, owner: holder?.owner ?? '', expiresInMs: Math.max(0, Number(holder?.left ?? 0)) };
    },
    renew: async (name, owner, ttlMs) =>
      (await db.$executeRaw`UPDATE "Lock" SET "ttlMs" = CAST(${ttlMs} AS INTEGER), "expiresAt" = ${now} + CAST(${ttlMs} AS INTEGER) WHERE "name" = ${name} AND "owner" = ${owner} AND NOT ${free}`) === 1,
    // The row stays: its term must not start again.
    release: async (name, owner) => {
      await db.$executeRaw`UPDATE "Lock" SET "expiresAt" = 0 WHERE "name" = ${name} AND "owner" = ${owner}`;
    },
  };
}

/** Whether it is still the holding that `claim` is of, for the length of this transaction: nobody takes it, and nobody asks the same, before it has ended. */
export async function holdsIn(tx: Tx, provider: Provider, { name, owner, term }: Claim): Promise<boolean> {
  const { free } = clockOf(provider);
  const [row] = await tx.$queryRaw<{ held: boolean | number | bigint }[]>`UPDATE "Lock" SET "ttlMs" = "ttlMs" WHERE "name" = ${name} RETURNING ("owner" = ${owner} AND "term" = ${term} AND NOT ${free}) AS "held"`;
  return Boolean(row?.held);
}
