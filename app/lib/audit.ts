import type { z } from 'zod';
import { auditOutcomes, type audit, type AuditEntry } from '~/contract/access.ts';
import { contract, entriesOf } from '~/contract/index.ts';
import type { Health } from '~/contract/shapes/view.ts';

/** The audit log as the page tells it: filters in the address, and what an entry shows when it is opened. */
// What crosses JSON without a type may be absent, for all that the client can tell.
export type AuditRow = Omit<z.output<typeof AuditEntry>, 'input' | 'before' | 'after'> & { readonly input?: unknown; readonly before?: unknown; readonly after?: unknown };
type Input = z.input<typeof audit.list.input>;

export const outcomeHealth: Record<AuditRow['outcome'], Health> = { ok: 'ok', refused: 'warning', failed: 'critical', unknown: 'unknown' };

const hourMs = 3_600_000;
export const periods = [
  { value: '1h', label: 'Last hour', ms: hourMs },
  { value: '1d', label: 'Last 24 hours', ms: 24 * hourMs },
  { value: '7d', label: 'Last 7 days', ms: 7 * 24 * hourMs },
  { value: '30d', label: 'Last 30 days', ms: 30 * 24 * hourMs },
] as const;

/** What can be in the log: all that changes something, and what is done to the server on its own machine. */
export const auditedOperations: readonly string[] = [...entriesOf(contract).filter(({ operation }) => operation.kind === 'mutation').map(({ name }) => name), 'server.claimLink'].toSorted();

export const auditKeys = ['actor', 'operation', 'outcome', 'since'] as const;
export type AuditFilter = Readonly<Record<(typeof auditKeys)[number], string | null>>;

/** What an address cannot mean is left out. `since` is one of the periods, or a time in ms. */
export function auditInput({ actor, operation, outcome, since }: AuditFilter, now: number): Input {
  const wanted = auditOutcomes.find((one) => one === outcome);
  const from = sinceOf(since, now);
  return { ...(actor ? { actor } : {}), ...(operation ? { operation } : {}), ...(wanted ? { outcome: wanted } : {}), ...(from === null ? {} : { since: from }) };
}

function sinceOf(since: string | null, now: number): number | null {
  const period = periods.find(({ value }) => value === since);
  if (period) return Math.max(0, now - period.ms);
  return since !== null && /^\d{1,15}$/.test(since) ? Number(since) : null;
}

export type Difference = { readonly path: string; readonly before: string | null; readonly after: string | null };

/** Side by side by path. The log keeps objects from path to value; what is kept otherwise (cut for its size) stands whole. */
export function differences({ before, after }: Pick<AuditRow, 'before' | 'after'>): Difference[] {
  const [old, next] = [byPath(before), byPath(after)];
  return [...new Set([...old.keys(), ...next.keys()])].map((path) => ({ path, before: old.get(path) ?? null, after: next.get(path) ?? null }));
}

/** A path with the names that people know in place of uuids; of what is gone, the uuid stays. */
export const namedPath = (path: string, named: readonly { readonly uuid: string; readonly alias: string }[]): string =>
  path.split('/').map((part) => named.find(({ uuid }) => uuid === part)?.alias ?? part).join('/');

function byPath(side: unknown): Map<string, string> {
  if (side === null || side === undefined) return new Map();
  if (typeof side !== 'object' || Array.isArray(side) || 'truncated' in side) return new Map([['', jsonText(side)]]);
  return new Map(Object.entries(side).map(([path, value]) => [path, typeof value === 'string' ? value : jsonText(value)]));
}

export const jsonText = (value: unknown): string => JSON.stringify(value, null, 2) ?? 'null';
