import type { Event, ObjectRef } from '~/contract/shapes/view.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import type { Db } from './database.ts';
import { holdsIn } from './locks.ts';
import type { Provider } from './paths.ts';
import type { EventStore } from './types.ts';

/** What happened. `retention.ts` ends it. */
export function eventStore(db: Db, provider: Provider): EventStore {
  return {
    append: async (drafts) => {
      if (drafts.length === 0) return [];
      return (await db.event.createManyAndReturn({ data: drafts.map(rowOf) })).map(eventOf);
    },
    appendShared: (drafts, turn) =>
      db.$transaction(async (tx) => {
        const held = await holdsIn(tx, provider, turn);
        const config = drafts.filter(({ kind }) => kind === 'config').map(({ sentence }) => sentence);
        const told = config.length === 0 ? [] : await tx.event.findMany({ where: { kind: 'config', sentence: { in: config } }, select: { sentence: true } });
        const known = new Set(told.map(({ sentence }) => sentence));
        const data = drafts.filter(({ kind, sentence }) => (kind === 'config' ? !known.has(sentence) : held)).map(rowOf);
        if (data.length > 0) await tx.event.createMany({ data });
        return held;
      }),
    after: async (id, limit) => (await db.event.findMany({ where: { id: { gt: id } }, orderBy: { id: 'asc' }, take: limit })).map(eventOf),
    list: async ({ kind, severity, object, since, until, before, limit }) => {
      const where = {
        ...(kind === undefined ? {} : { kind }),
        ...(object === undefined ? {} : { OR: [{ objectId: object }, { objectName: object }] }),
        ...(severity === undefined ? {} : { severity }),
        ...(since === undefined && until === undefined ? {} : { at: { ...(since === undefined ? {} : { gte: BigInt(since) }), ...(until === undefined ? {} : { lte: BigInt(until) }) } }),
        ...(before === undefined ? {} : { id: { lt: before } }),
      };
      return (await db.event.findMany({ where, orderBy: { id: 'desc' }, take: limit })).map(eventOf);
    },
  };
}

export function rowOf({ at, kind, severity, object, sentence, actor, data }: EventDraft) {
  return { at: BigInt(at), kind, severity, objectKind: object.kind, objectId: object.id, objectName: object.name, sentence, actor, data: JSON.stringify(data) };
}

type Row = Omit<ReturnType<typeof rowOf>, 'kind' | 'severity' | 'objectKind'> & { id: number; kind: string; severity: string; objectKind: string };

function eventOf(row: Row): Event {
  return {
    id: row.id,
    at: Number(row.at),
    // The three words and the data were written from an EventDraft by this file.
    kind: row.kind as Event['kind'],
    severity: row.severity as Event['severity'],
    object: { kind: row.objectKind as ObjectRef['kind'], id: row.objectId, name: row.objectName },
    sentence: row.sentence,
    actor: row.actor,
    data: JSON.parse(row.data) as Event['data'],
  };
}
