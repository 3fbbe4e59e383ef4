import type { Db } from './database.ts';
import type { IssueSeenStore, MetaStore } from './types.ts';

/** Small facts of the cluster by key: its name, the hash of the claim code. */
export function metaStore(db: Db): MetaStore {
  return {
    get: async (key) => (await db.meta.findUnique({ where: { key } }))?.value ?? null,
    set: async (key, value) => {
      await db.meta.upsert({ where: { key }, create: { key, value }, update: { value } });
    },
    setIfAbsent: async (key, value) => (await db.$executeRaw`INSERT INTO "Meta" ("key", "value") VALUES (${key}, ${value}) ON CONFLICT ("key") DO NOTHING`) === 1,
    takeIf: async (key, value) => (await db.meta.deleteMany({ where: { key, value } })).count === 1,
  };
}

const rowsPerStatement = 400;

export function issueSeenStore(db: Db): IssueSeenStore {
  return {
    load: async () => new Map((await db.issueSeen.findMany()).map(({ id, since }) => [id, Number(since)])),
    save: async ({ added, removed }) => {
      const steps = [];
      for (let at = 0; at < removed.length; at += rowsPerStatement) steps.push(db.issueSeen.deleteMany({ where: { id: { in: removed.slice(at, at + rowsPerStatement) } } }));
      // Another server may have seen it first: its time stays.
      for (const [id, since] of added) steps.push(db.$executeRaw`INSERT INTO "IssueSeen" ("id", "since") VALUES (${id}, CAST(${since} AS BIGINT)) ON CONFLICT ("id") DO NOTHING`);
      if (steps.length > 0) await db.$transaction(steps);
    },
  };
}
