import type { Db } from './database.ts';

export const keptKinds = ['event', 'audit', 'delivery', 'run'] as const;
export type KeptKind = (typeof keptKinds)[number];

export type RetentionStore = {
  /** Time of the oldest; null where there is none. */
  oldest(kind: KeptKind): Promise<number | null>;
  /** How many `prune` would delete in the end. */
  count(kind: KeptKind, before: number): Promise<number>;
  /** Deletes at most `limit` of those before `before`, the oldest first; tells how many went. */
  prune(kind: KeptKind, range: { before: number; limit: number }): Promise<number>;
  /** Deletes at most `limit` events beyond the newest `countMax`. */
  pruneEvents(countMax: number, limit: number): Promise<number>;
};

/** What the trigger on the audit log compares with: only entries before it may be deleted. */
const auditKeptFrom = 'auditKeptFrom';

/** The end of history: few rows at a time, so that nobody waits behind a long delete. */
export function retentionStore(db: Db): RetentionStore {
  const removeEvents = async (ids: readonly { id: number }[]) => (await db.event.deleteMany({ where: { id: { in: ids.map(({ id }) => id) } } })).count;
  /** One that has not ended, and the newest that took effect, are still looked at. */
  const over = async (before: number) => {
    const head = (await db.head.findUnique({ where: { name: 'config' } }))?.value ?? 0;
    return { startedAt: older(before).at, state: { in: ['done', 'aborted', 'partial'] }, version: { not: head } };
  };
  return {
    oldest: async (kind) => {
      const only = { orderBy: { at: 'asc' as const }, select: { at: true } };
      switch (kind) {
        case 'event':
          return timeOf((await db.event.findFirst(only))?.at);
        case 'audit':
          return timeOf((await db.audit.findFirst(only))?.at);
        case 'delivery':
          return timeOf((await db.alertDelivery.findFirst(only))?.at);
        case 'run':
          return timeOf((await db.run.findFirst({ orderBy: { startedAt: 'asc' }, select: { startedAt: true } }))?.startedAt);
      }
    },
    count: async (kind, before) => {
      switch (kind) {
        case 'event':
          return db.event.count({ where: older(before) });
        case 'audit':
          return db.audit.count({ where: older(before) });
        case 'delivery':
          return db.alertDelivery.count({ where: ended(before) });
        case 'run':
          return db.run.count({ where: await over(before) });
      }
    },
    prune: async (kind, { before, limit }) => {
      const some = { orderBy: { id: 'asc' as const }, take: limit, select: { id: true } };
      switch (kind) {
        case 'event':
          return removeEvents(await db.event.findMany({ where: older(before), ...some }));
        case 'audit': {
          const value = String(Math.max(0, before));
          await db.meta.upsert({ where: { key: auditKeptFrom }, create: { key: auditKeptFrom, value }, update: { value } });
          const ids = (await db.audit.findMany({ where: older(before), ...some })).map(({ id }) => id);
          return (await db.audit.deleteMany({ where: { id: { in: ids }, ...older(before) } })).count;
        }
        case 'delivery': {
          const ids = (await db.alertDelivery.findMany({ where: ended(before), ...some })).map(({ id }) => id);
          return (await db.alertDelivery.deleteMany({ where: { id: { in: ids } } })).count;
        }
        case 'run': {
          const ids = (await db.run.findMany({ where: await over(before), orderBy: { startedAt: 'asc' }, take: limit, select: { id: true } })).map(({ id }) => id);
          return (await db.run.deleteMany({ where: { id: { in: ids } } })).count;
        }
      }
    },
    pruneEvents: async (countMax, limit) => {
      const last = await db.event.findFirst({ orderBy: { id: 'desc' }, skip: countMax, select: { id: true } });
      return last === null ? 0 : removeEvents(await db.event.findMany({ where: { id: { lte: last.id } }, orderBy: { id: 'asc' }, take: limit, select: { id: true } }));
    },
  };
}

const older = (before: number) => ({ at: { lt: BigInt(Math.max(0, before)) } });

/** What waits is still to be sent. */
const ended = (before: number) => ({ ...older(before), state: { not: 'queued' } });

const timeOf = (at: bigint | undefined) => (at === undefined ? null : Number(at));
