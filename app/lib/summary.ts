import type { ClusterOverview, InstanceView, Issue } from '~/contract/shapes/view.ts';
import { markOf, type Mark } from './health.ts';
import { compare } from './rows.ts';

/** The figures above the table and the order of what is wrong. */

export type Summary = {
  readonly counts: Record<Mark, number>;
  readonly configured: number;
  readonly unconfigured: number;
  readonly replicasets: number;
  /** Aliases of replicasets that hold data and have no writable instance. */
  readonly withoutMaster: string[];
  readonly memoryUsedBytes: number;
  readonly memoryQuotaBytes: number;
  readonly worstLag: { readonly seconds: number; readonly alias: string } | null;
};

export function summaryOf({ instances, replicasets }: ClusterOverview): Summary {
  const members = instances.filter(({ configured, expelled }) => configured && !expelled);
  const counts: Record<Mark, number> = { ok: 0, off: 0, warning: 0, critical: 0, unknown: 0 };
  for (const member of members) counts[markOf(member)] += 1;
  const lagging = members.flatMap(({ alias, lagSeconds }) => (isLag(lagSeconds) ? [{ alias, seconds: lagSeconds }] : []));
  return {
    counts,
    configured: members.length,
    unconfigured: instances.filter(({ configured, expelled }) => !configured && !expelled).length,
    replicasets: replicasets.length,
    withoutMaster: replicasets.filter(({ masters, wantedMaster, appointed }) => (wantedMaster !== null || appointed) && masters.length === 0).map(({ alias }) => alias),
    memoryUsedBytes: sum(members, ({ memoryUsedBytes }) => memoryUsedBytes),
    memoryQuotaBytes: sum(members, ({ memoryQuotaBytes }) => memoryQuotaBytes),
    worstLag: lagging.toSorted((a, b) => b.seconds - a.seconds)[0] ?? null,
  };
}

/** Tarantool says a hundred years while it has heard nothing from the peer yet, and counts from 1970 for a row without a time: that is no lag. */
export const isLag = (seconds: number | null): seconds is number => seconds !== null && seconds < 10 * 365 * 86_400;

/** Rows that are missing now are on their way. */
export const followsClosely = (instance: Pick<InstanceView, 'health' | 'lagSeconds'> | undefined): boolean => instance?.health === 'ok' && isLag(instance.lagSeconds) && instance.lagSeconds < 1;

const sum = (instances: readonly InstanceView[], of: (instance: InstanceView) => number | null) => instances.reduce((total, one) => total + (of(one) ?? 0), 0);

const weight = { critical: 0, warning: 1, info: 2 } as const;

/** Worst first, then the oldest: the cause is usually older than what follows from it. */
export function issuesInOrder(issues: readonly Issue[]): Issue[] {
  return issues.toSorted((a, b) => weight[a.severity] - weight[b.severity] || a.since - b.since || compare(a.object.name, b.object.name));
}

/**
 * What is shown before anybody asks for more, of issues in their order. Who has said to be at one need not be asked
 * again: those that nobody has seen stand first, and what is critical follows where there is room.
 */
export function issuesAtOnce(issues: readonly Issue[], max: number): Issue[] {
  const critical = (some: readonly Issue[]) => some.filter(({ severity }) => severity === 'critical');
  const fresh = issues.filter(({ acknowledged }) => acknowledged === undefined);
  const pressing = [critical(fresh), fresh].find(({ length }) => length > 0) ?? issues;
  return [...new Set([...pressing, ...critical(issues)])].slice(0, max);
}

/** `uuid` or alias of the object, as issues of different makers name it. */
export function issuesOf(issues: readonly Issue[], object: { uuid: string; alias: string }): Issue[] {
  return issuesInOrder(issues.filter(({ object: { id } }) => id === object.uuid));
}

/** A report older than this is shown as stale: agents report once a second. */
export const staleAfterMs = 5000;

export type Age = { readonly kind: 'never' } | { readonly kind: 'fresh' | 'stale'; readonly ageMs: number };

export function ageOf(reportedAt: number | null, serverNow: number): Age {
  if (reportedAt === null) return { kind: 'never' };
  const ageMs = Math.max(0, serverNow - reportedAt);
  return { kind: ageMs >= staleAfterMs ? 'stale' : 'fresh', ageMs };
}
