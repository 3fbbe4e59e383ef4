import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';

/** Names and lists that pages and dialogs share. */

/** In contact, but not in the configuration, and free to join. */
export function unconfiguredOf(overview: ClusterOverview): InstanceView[] {
  return overview.instances.filter((one) => !one.configured && !one.expelled).toSorted((a, b) => compare(a.alias, b.alias));
}

const order = new Intl.Collator('en', { numeric: true });
/** i2 before i10. */
export const compare = (a: string, b: string) => order.compare(a, b);

/** How an operation should name it: by alias, but by uuid where two share the alias. */
export function refOf(one: { uuid: string; alias: string }, all: readonly { alias: string }[]): string {
  return all.filter(({ alias }) => alias === one.alias).length > 1 ? one.uuid : one.alias;
}

export const roleNames = (overview: ClusterOverview) => [...new Set(overview.replicasets.flatMap(({ roles }) => roles))].toSorted(compare);
