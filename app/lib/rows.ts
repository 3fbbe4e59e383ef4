import { healths, type ClusterOverview, type Health, type InstanceView, type ReplicasetView } from '~/contract/shapes/view.ts';

/** The Cluster page's rows: replicasets with their instances, searched and filtered. Shaping only, no drawing. */

export type Filter = { readonly search: string; readonly health: Health | null; readonly role: string | null };
export const noFilter: Filter = { search: '', health: null, role: null };

export function filterFrom(params: URLSearchParams): Filter {
  const health = params.get('health');
  return { search: params.get('q') ?? '', health: healths.find((known) => known === health) ?? null, role: params.get('role') };
}

/** Other parameters stay as they are. */
export function withFilter(params: URLSearchParams, filter: Filter): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of [['q', filter.search], ['health', filter.health], ['role', filter.role]] as const) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

export const isFiltering = ({ search, health, role }: Filter) => search.trim() !== '' || health !== null || role !== null;

export type Group = { readonly replicaset: ReplicasetView; readonly instances: InstanceView[]; readonly hidden: number };

export function groupsOf(overview: ClusterOverview, filter: Filter): Group[] {
  const byUuid = new Map(overview.instances.map((instance) => [instance.uuid, instance]));
  return overview.replicasets
    .toSorted((a, b) => compare(a.alias, b.alias))
    .flatMap((replicaset) => {
      const all = replicaset.instances.flatMap((uuid) => byUuid.get(uuid) ?? []);
      const shown = all.filter((instance) => matches(instance, replicaset, filter));
      return shown.length > 0 || !isFiltering(filter) ? [{ replicaset, instances: shown, hidden: all.length - shown.length }] : [];
    });
}

/** In contact, but not in the configuration, and free to join. */
export function unconfiguredOf(overview: ClusterOverview, filter: Filter = noFilter): InstanceView[] {
  return overview.instances.filter((one) => !one.configured && !one.expelled && matches(one, null, filter)).toSorted((a, b) => compare(a.alias, b.alias));
}

/** Expelled ones that are still heard of. */
export function expelledOf(overview: ClusterOverview, filter: Filter = noFilter): InstanceView[] {
  return overview.instances.filter((one) => one.expelled && matches(one, null, filter)).toSorted((a, b) => compare(a.alias, b.alias));
}

/** i2 before i10. */
export const compare = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });

/** Every word of the search must be found somewhere in the instance or its replicaset. */
function matches(instance: InstanceView, replicaset: ReplicasetView | null, { search, health, role }: Filter): boolean {
  if (health !== null && instance.health !== health) return false;
  if (role !== null && !instance.roles.includes(role)) return false;
  const haystack = [
    instance.alias, instance.uri, instance.uuid, instance.zone, instance.state, instance.healthSentence, instance.leadership,
    ...instance.roles, replicaset?.alias, replicaset?.uuid,
  ].join('\n').toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}

/** How an operation should name it: by alias, but by uuid where two share the alias. */
export function refOf(one: { uuid: string; alias: string }, all: readonly { alias: string }[]): string {
  return all.filter(({ alias }) => alias === one.alias).length > 1 ? one.uuid : one.alias;
}

export const roleNames = (overview: ClusterOverview) => [...new Set(overview.replicasets.flatMap(({ roles }) => roles))].toSorted(compare);
