import type { ClusterOverview, Health, InstanceHealth, InstanceView, ReplicasetView } from '~/contract/shapes/view.ts';
import { isFiltering, noFilter, filterOf, type Filter } from './filter.ts';
import { worst } from './live.ts';
import { oneOf, withParams } from './params.ts';
import { compare } from './rows.ts';
import { isLag } from './summary.ts';

/** The instances of the Cluster page in groups and in order: shaping only, no drawing. */

export const groupings = ['replicaset', 'zone', 'role'] as const;
export type Grouping = (typeof groupings)[number];
export const sorts = ['name', 'health', 'lag', 'memory'] as const;
export type Sort = (typeof sorts)[number];
export const views = ['table', 'graph'] as const;

/** How they are shown; the usual way is not in the address. */
export type Arrangement = { readonly by: Grouping; readonly sort: Sort; readonly view: (typeof views)[number] };

export const arrangementFrom = (params: URLSearchParams): Arrangement => ({ by: oneOf(groupings, params.get('by')) ?? 'replicaset', sort: oneOf(sorts, params.get('sort')) ?? 'name', view: oneOf(views, params.get('view')) ?? 'table' });

export const withArrangement = (params: URLSearchParams, { by, sort, view }: Arrangement): URLSearchParams =>
  withParams(params, { by: by === 'replicaset' ? null : by, sort: sort === 'name' ? null : sort, view: view === 'table' ? null : view });

export type Group = {
  readonly key: string;
  readonly kind: Grouping | 'expelled';
  /** Empty for instances that have no zone, or no role. */
  readonly name: string;
  readonly replicaset: ReplicasetView | null;
  readonly health: Health;
  readonly instances: readonly InstanceView[];
  /** How many of its own the filter has left out. */
  readonly hidden: number;
};

type Options = Pick<Arrangement, 'by' | 'sort'> & { readonly filter?: Filter };

/** An instance with two roles stands in two groups of roles. Groups of which the filter leaves nothing are left out. */
export function groupsOf(overview: ClusterOverview, { by, sort, filter = noFilter }: Options): Group[] {
  const fits = filterOf(filter);
  const groups = [...groupsBy(overview, by), ...expelledOf(overview)].map((group): Group => {
    const instances = sorted(group.instances.filter(fits), sort);
    return { ...group, instances, hidden: group.instances.length - instances.length };
  });
  const left = isFiltering(filter) ? groups.filter(({ instances }) => instances.length > 0) : groups;
  const weight = new Map(left.map((group) => [group.key, group.kind === 'expelled' ? -1 : weightOf(group, sort)]));
  return left.toSorted((a, b) => Number(a.kind === 'expelled') - Number(b.kind === 'expelled') || weight.get(b.key)! - weight.get(a.key)! || Number(a.name === '') - Number(b.name === '') || compare(a.name, b.name));
}

type Whole = Omit<Group, 'hidden'>;

function groupsBy(overview: ClusterOverview, by: Grouping): Whole[] {
  const members = overview.instances.filter(({ configured, expelled }) => configured && !expelled);
  switch (by) {
    case 'replicaset': {
      const byUuid = new Map(members.map((one) => [one.uuid, one]));
      // In the order of priority.
      return overview.replicasets.map((replicaset) => ({ key: replicaset.uuid, kind: by, name: replicaset.alias, replicaset, health: replicaset.health, instances: replicaset.instances.flatMap((uuid) => byUuid.get(uuid) ?? []) }));
    }
    case 'zone':
      return collected(members, by, ({ zone }) => [zone ?? '']);
    case 'role':
      return collected(members, by, ({ roles }) => (roles.length === 0 ? [''] : roles));
  }
}

function collected(members: readonly InstanceView[], kind: Grouping, namesOf: (one: InstanceView) => readonly string[]): Whole[] {
  const groups = new Map<string, InstanceView[]>();
  for (const one of members.toSorted((a, b) => compare(a.alias, b.alias))) {
    for (const name of namesOf(one)) {
      const group = groups.get(name);
      if (group) group.push(one);
      else groups.set(name, [one]);
    }
  }
  return [...groups].map(([name, instances]) => ({ key: `${kind} ${name}`, kind, name, replicaset: null, health: worst(instances.map(({ health }) => (health === 'disabled' ? 'ok' : health))), instances }));
}

/** Those that are still heard of. */
function expelledOf({ instances }: ClusterOverview): Whole[] {
  const expelled = instances.filter((one) => one.expelled).toSorted((a, b) => compare(a.alias, b.alias));
  return expelled.length === 0 ? [] : [{ key: 'expelled', kind: 'expelled', name: 'Expelled', replicaset: null, health: 'unknown', instances: expelled }];
}

const badness: Readonly<Record<InstanceHealth, number>> = { ok: 0, disabled: 0, unknown: 1, warning: 2, critical: 3 };

/** In steps, so that rows keep their places while figures waver. */
function instanceWeight(one: InstanceView, sort: Sort): number {
  switch (sort) {
    case 'name':
      return 0;
    case 'health':
      return badness[one.health];
    case 'lag':
      return isLag(one.lagSeconds) && one.lagSeconds > 0.1 ? 1 + Math.floor(Math.log2(one.lagSeconds / 0.1)) : 0;
    case 'memory':
      return one.memoryUsedBytes === null || !one.memoryQuotaBytes ? -1 : Math.floor((one.memoryUsedBytes / one.memoryQuotaBytes) * 50);
  }
}

const weightOf = ({ health, instances }: Group, sort: Sort): number => (sort === 'health' ? badness[health] : instances.reduce((most, one) => Math.max(most, instanceWeight(one, sort)), -1));

const sorted = (instances: readonly InstanceView[], sort: Sort): readonly InstanceView[] => (sort === 'name' ? instances : instances.toSorted((a, b) => instanceWeight(b, sort) - instanceWeight(a, sort)));

/** Lines of the table from the top: a group's head, then its instances unless it is closed. */
export type Line = { readonly key: string; readonly group: Group; readonly instance: InstanceView | null };

export function linesOf(groups: readonly Group[], closed: ReadonlySet<string>): Line[] {
  return groups.flatMap((group) => [{ key: group.key, group, instance: null }, ...(closed.has(group.key) ? [] : group.instances.map((instance) => ({ key: `${group.key} ${instance.uuid}`, group, instance })))]);
}

/** Instances, not lines: one in two groups counts once. `of` is how many there would be without a filter. */
export function countsOf(groups: readonly Group[], { instances }: ClusterOverview): { readonly shown: number; readonly of: number } {
  return { shown: new Set(groups.flatMap((group) => group.instances.map(({ uuid }) => uuid))).size, of: instances.filter(({ configured, expelled }) => configured || expelled).length };
}

export const zoneNames = (overview: ClusterOverview): string[] => [...new Set(overview.instances.flatMap(({ zone, configured }) => (configured && zone !== null ? [zone] : [])))].toSorted(compare);
