import type { Db, Tx } from './database.ts';
import type { Statements } from './direct.ts';
import type { AuditDraft, Audited, AuditStore } from './types.ts';

const valueBytesMax = 64 * 1024;
/** Of what is longer, the beginning is kept. */
const startChars = 1000;
const settledMax = 1000;

/** Who did what. Append-only: there is no method that changes, only `retention.prune` deletes, and triggers in the database refuse all else. */
export function auditStore(db: Db): AuditStore {
  return {
    begin: async (id, entry) => {
      await db.auditBegun.create({ data: { id, at: BigInt(entry.at), entry: JSON.stringify(shortened(entry)) } });
    },
    append: (entry, begun = null) =>
      begun === null
        ? auditIn(db, entry)
        : db.$transaction(async (tx) => {
            await tx.auditBegun.deleteMany({ where: { id: begun } });
            return auditIn(tx, entry);
          }),
    forget: async (begun) => {
      await db.auditBegun.deleteMany({ where: { id: begun } });
    },
    settle: async (before) => {
      const rows = await db.auditBegun.findMany({ where: { at: { lt: BigInt(before) } }, orderBy: { at: 'asc' }, take: settledMax });
      const settled = rows.map(({ id, entry }) =>
        db.$transaction(async (tx) => {
          // Of two servers that see it, one writes it.
          if ((await tx.auditBegun.deleteMany({ where: { id } })).count === 0) return 0;
          await auditIn(tx, JSON.parse(entry) as AuditDraft);
          return 1;
        }),
      );
      return (await Promise.all(settled)).filter((count) => count === 1).length;
    },
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

/** As it would be stored: a document is not kept twice. */
function shortened(entry: AuditDraft): AuditDraft {
  const [input, before, after] = [entry.input, entry.before, entry.after].map((value) => valueOf(textOf(value)));
  return { ...entry, input, before, after };
}

async function auditIn(db: Db | Tx, entry: AuditDraft): Promise<number> {
  return (await db.audit.create({ data: rowOf(entry), select: { id: true } })).id;
}

/** Within the transaction of what it tells of. */
export async function auditAlongside(tx: Statements, entry: AuditDraft): Promise<void> {
  const { at, actor, surface, operation, target, reason, outcome, error, address, input, before, after } = rowOf(entry);
  await tx.$executeRaw`INSERT INTO "Audit" ("at", "actor", "surface", "operation", "target", "reason", "outcome", "error", "input", "before", "after", "address") VALUES (${at}, ${actor}, ${surface}, ${operation}, ${target}, ${reason}, ${outcome}, ${error}, ${input}, ${before}, ${after}, ${address})`;
}

/** Field by field: an entry may carry more than is stored. */
const rowOf = ({ at, actor, surface, operation, target, reason, outcome, error, input, before, after, address }: AuditDraft) => ({ actor, surface, operation, target, reason, outcome, error, address, at: BigInt(at), input: textOf(input) ?? 'null', before: textOf(before), after: textOf(after) });

/** A 4 MiB document belongs into the version history, not into each audit entry. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  // A text that is too long by itself is not written out in order to be counted.
  let cut = 0;
  const text = JSON.stringify(value, (_key, field: unknown) => {
    if (typeof field !== 'string' || field.length <= valueBytesMax) return field;
    cut += field.length - startChars;
    return field.slice(0, startChars);
  });
  const bytes = Buffer.byteLength(text) + cut;
  return bytes <= valueBytesMax ? text : JSON.stringify({ truncated: true, bytes, start: text.slice(0, startChars) });
}

const valueOf = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
