import type { z } from 'zod';
import type { contract } from '~/contract/index.ts';
import type { ClusterOverview, InstanceHealth, InstanceView, Issue, ReplicasetView } from '~/contract/shapes/view.ts';
import { counts } from '~/core/issues/marks.ts';
import type { Context } from './context.ts';

/** Lists as they are asked for: filtered, then sorted, then one page of it. Pure but for telling how many there are in all. */

export type InstanceFilter = z.output<(typeof contract)['instance']['list']['input']>;
export type ReplicasetFilter = z.output<(typeof contract)['replicaset']['list']['input']>;
export type IssueFilter = z.output<(typeof contract)['cluster']['issues']['input']>;

export function instancesFor({ instances, issues }: Pick<ClusterOverview, 'instances' | 'issues'>, filter: InstanceFilter): InstanceView[] {
  const { replicaset, zone, role, state, leadership, health, unconfigured, issue, search, sort, descending } = filter;
  const text = search?.toLowerCase();
  const troubled = issue === undefined ? null : objectsWith(issues, issue);
  const fits = (view: InstanceView) =>
    (replicaset === undefined || view.replicaset?.uuid === replicaset || view.replicaset?.alias === replicaset) &&
    (zone === undefined || view.zone === zone) &&
    (role === undefined || view.roles.includes(role)) &&
    (state === undefined || view.state === state) &&
    (leadership === undefined || view.leadership === leadership) &&
    (health === undefined || view.health === health) &&
    (unconfigured === undefined || view.configured !== unconfigured) &&
    (troubled === null || troubled.has(view.uuid)) &&
    (text === undefined || [view.alias, view.uri, view.uuid].some((value) => value.toLowerCase().includes(text)));
  return ordered(instances.filter(fits), sort === undefined ? null : instanceKeys[sort], descending);
}

export function replicasetsFor({ replicasets, issues }: Pick<ClusterOverview, 'replicasets' | 'issues'>, { health, role, issue, search, sort, descending }: ReplicasetFilter): ReplicasetView[] {
  const text = search?.toLowerCase();
  const troubled = issue === undefined ? null : objectsWith(issues, issue);
  const fits = (view: ReplicasetView) =>
    (health === undefined || view.health === health) &&
    (role === undefined || view.roles.includes(role)) &&
    (troubled === null || troubled.has(view.uuid) || view.instances.some((uuid) => troubled.has(uuid))) &&
    (text === undefined || [view.alias, view.uuid].some((value) => value.toLowerCase().includes(text)));
  return ordered(replicasets.filter(fits), sort === undefined ? null : replicasetKeys[sort], descending);
}

export const issuesFor = (issues: readonly Issue[], { severity, code, object, muted, acknowledged }: IssueFilter): Issue[] =>
  issues.filter(
    (issue) =>
      (severity === undefined || issue.severity === severity) &&
      (code === undefined || issue.code === code) &&
      (object === undefined || issue.object.id === object || issue.object.name === object) &&
      (muted === undefined || muted === (issue.muted !== undefined)) &&
      (acknowledged === undefined || acknowledged === (issue.acknowledged !== undefined)),
  );

/** One page of rows; how many there are in all goes with the answer. */
export function pageOf<T>({ setTotal }: Pick<Context, 'setTotal'>, rows: readonly T[], { limit, offset }: { limit: number; offset: number }): T[] {
  setTotal(rows.length);
  return rows.slice(offset, offset + limit);
}

const objectsWith = (issues: readonly Issue[], code: string) => new Set(issues.filter((issue) => issue.code === code && counts(issue)).map(({ object }) => object.id));

type Key<T> = (row: T) => string | number | null;

const rank: Record<InstanceHealth, number> = { ok: 0, disabled: 1, unknown: 2, warning: 3, critical: 4 };

const instanceKeys: Record<NonNullable<InstanceFilter['sort']>, Key<InstanceView>> = {
  name: ({ alias }) => alias,
  zone: ({ zone }) => zone,
  lag: ({ lagSeconds }) => lagSeconds,
  memory: ({ memoryUsedBytes }) => memoryUsedBytes,
  health: ({ health }) => rank[health],
  report: ({ reportedAt }) => reportedAt,
};

const replicasetKeys: Record<NonNullable<ReplicasetFilter['sort']>, Key<ReplicasetView>> = {
  name: ({ alias }) => alias,
  health: ({ health }) => rank[health],
  weight: ({ weight }) => weight,
  issues: ({ issues }) => issues,
};

const byName = new Intl.Collator('en', { numeric: true });

/** Equal ones by name; what has no value comes last, whichever way. */
function ordered<T extends { readonly alias: string; readonly uuid: string }>(rows: T[], key: Key<T> | null, descending: boolean): T[] {
  if (key === null) return descending ? rows.toReversed() : rows;
  const way = descending ? -1 : 1;
  const compare = (a: string | number, b: string | number) => (typeof a === 'number' && typeof b === 'number' ? a - b : byName.compare(String(a), String(b)));
  return rows.toSorted((a, b) => {
    const [one, other] = [key(a), key(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null) || byName.compare(a.alias, b.alias);
    return way * compare(one, other) || byName.compare(a.alias, b.alias) || (a.uuid < b.uuid ? -1 : 1);
  });
}
