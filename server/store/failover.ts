import type { DecisionView } from '~/contract/shapes/failover-view.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import type { TrailRow } from '~/core/incidents/rows.ts';
import type { Db } from './database.ts';
import { rowOf as eventRowOf } from './events.ts';
import type { FailoverStore } from './failover-types.ts';

/**
 * Notes and decisions of failover. Each has a key that whoever wrote it gave it, so it does not matter how many servers
 * bring it or how often; what is told of a new one goes into the timeline in the same transaction, and so once.
 */
export function failoverStore(db: Db): FailoverStore {
  const add = async (rows: readonly TrailRow[], tell: (fresh: readonly TrailRow[]) => readonly EventDraft[]): Promise<TrailRow[]> =>
    db.$transaction(async (tx) => {
      const { agent, life } = rows[0]!;
      const known = new Set((await tx.failoverNote.findMany({ where: { agent, life, number: { in: rows.map(({ number }) => number) } }, select: { number: true } })).map(({ number }) => number));
      const fresh = rows.filter(({ number }) => !known.has(number));
      if (fresh.length === 0) return [];
      await tx.failoverNote.createMany({ data: fresh.map((row) => ({ ...row, at: BigInt(row.at) })) });
      const drafts = tell(fresh);
      if (drafts.length > 0) await tx.event.createMany({ data: drafts.map(eventRowOf) });
      return fresh;
    });
  return {
    add: async (rows, tell) => {
      if (rows.length === 0) return [];
      // Another server was between the look and the write: then the second look sees what it wrote.
      return add(rows, tell).catch((error: unknown) => {
        if (isTaken(error)) return add(rows, tell);
        throw error;
      });
    },
    cursors: async () => {
      const newest = await db.failoverNote.groupBy({ by: ['agent', 'life'], _max: { number: true, at: true } });
      const cursors = new Map<string, { life: string; number: number; at: number }>();
      for (const { agent, life, _max } of newest) {
        const at = Number(_max.at ?? 0);
        if ((cursors.get(agent)?.at ?? -1) < at) cursors.set(agent, { life, number: _max.number ?? 0, at });
      }
      return cursors;
    },
    notes: async ({ replicaset, since, until, limit }) => {
      const where = { ...(replicaset === undefined ? {} : { replicaset }), ...(since === undefined && until === undefined ? {} : { at: { ...(since === undefined ? {} : { gte: BigInt(since) }), ...(until === undefined ? {} : { lte: BigInt(until) }) } }) };
      return (await db.failoverNote.findMany({ where, orderBy: [{ at: 'desc' }, { number: 'desc' }], take: limit })).map((row) => ({ ...row, at: Number(row.at), by: row.by as TrailRow['by'], what: row.what as TrailRow['what'] }));
    },
    decide: async (decisions, at) => {
      for (const decision of decisions) {
        const { replicaset, epoch } = decision;
        const document = JSON.stringify(decision);
        await db.failoverDecision.upsert({ where: { replicaset_epoch: { replicaset, epoch } }, create: { replicaset, epoch, at: BigInt(at), document }, update: { document } });
      }
    },
    decisions: async (replicaset) => {
      const rows = await db.failoverDecision.findMany({ where: replicaset === undefined ? {} : { replicaset }, orderBy: { at: 'desc' }, take: decisionsMax });
      // Written by `decide` above.
      return rows.map(({ document }) => JSON.parse(document) as DecisionView);
    },
    prune: async ({ before, limit }) => {
      const old = await db.failoverNote.findMany({ where: { at: { lt: BigInt(Math.max(0, before)) } }, orderBy: { at: 'asc' }, take: limit, select: { agent: true, life: true, number: true } });
      const { count: decided } = await db.failoverDecision.deleteMany({ where: { at: { lt: BigInt(Math.max(0, before)) } } });
      let gone = 0;
      for (const [agent, life, numbers] of byLog(old)) gone += (await db.failoverNote.deleteMany({ where: { agent, life, number: { in: numbers } } })).count;
      return gone + decided;
    },
  };
}

const decisionsMax = 20_000;

/** Unique constraint: somebody else wrote the same. */
const isTaken = (error: unknown): boolean => (error as { code?: string }).code === 'P2002';

function byLog(rows: readonly { agent: string; life: string; number: number }[]): [string, string, number[]][] {
  const logs = new Map<string, [string, string, number[]]>();
  for (const { agent, life, number } of rows) {
    const log = logs.get(`${agent} ${life}`) ?? [agent, life, []];
    log[2].push(number);
    logs.set(`${agent} ${life}`, log);
  }
  return [...logs.values()];
}
