import type { Db, Tx } from './database.ts';
import type { AuditDraft, Audited, AuditStore } from './types.ts';

const valueBytesMax = 64 * 1024;

/** Who did what. Append-only: there is no method that changes, only `retention.prune` deletes, and triggers in the database refuse all else. */
export function auditStore(db: Db): AuditStore {
  return {
    append: (entry) => auditIn(db, entry),
    list: async ({ actor, operation, outcome, since, before, limit }) => {
      const where = {
        ...(actor === undefined ? {} : { actor }),
        ...(operation === undefined ? {} : { operation }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(since === undefined ? {} : { at: { gte: BigInt(since) } }),
        ...(before === undefined ? {} : { id: { lt: before } }),
      };
      return (await db.audit.findMany({ where, orderBy: { id: 'desc' }, take: limit })).map(({ at, outcome, input, before, after, ...row }) => ({
        ...row,
        at: Number(at),
        // Written from an entry by this file.
        outcome: outcome as Audited['outcome'],
        input: valueOf(input),
        before: valueOf(before),
        after: valueOf(after),
      }));
    },
  };
}

/** Also within the transaction of what it tells of. */
export async function auditIn(db: Db | Tx, { at, actor, surface, operation, target, reason, outcome, error, input, before, after, address }: AuditDraft): Promise<number> {
  const data = { actor, surface, operation, target, reason, outcome, error, address, at: BigInt(at), input: textOf(input) ?? 'null', before: textOf(before), after: textOf(after) };
  return (await db.audit.create({ data, select: { id: true } })).id;
}

/** A 4 MiB document belongs into the version history, not into each audit entry. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  return bytes <= valueBytesMax ? text : JSON.stringify({ truncated: true, bytes, start: text.slice(0, 1000) });
}

const valueOf = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
