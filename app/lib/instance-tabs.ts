import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';
import { oneOf } from './params.ts';
import { compare, refOf } from './rows.ts';

/** The page of one instance: its tabs, its address, and what to say when there is no such instance. */

export const instanceTabs = ['general', 'replication', 'storage', 'settings', 'statistics', 'logs', 'console', 'gossip', 'events'] as const;
export type InstanceTab = (typeof instanceTabs)[number];

export const tabWords = {
  general: 'General', replication: 'Replication', storage: 'Storage & memory', settings: 'box.cfg', statistics: 'Statistics', logs: 'Logs', console: 'Console', gossip: 'Gossip', events: 'Events',
} as const satisfies Record<InstanceTab, string>;

export const tabFrom = (params: URLSearchParams): InstanceTab => oneOf(instanceTabs, params.get('tab')) ?? 'general';

/** Filters belong to the tab that is left: they go with it. */
export const withTab = (_params: URLSearchParams, tab: InstanceTab): URLSearchParams => new URLSearchParams(tab === 'general' ? {} : { tab });

export const instancePath = (name: string, tab: InstanceTab = 'general'): string => {
  const query = withTab(new URLSearchParams(), tab).toString();
  return `/instances/${encodeURIComponent(name)}${query === '' ? '' : `?${query}`}`;
};

/** By alias, which people read and keep; by uuid where two share it. */
export const pathOfInstance = (one: Pick<InstanceView, 'uuid' | 'alias'>, overview: Pick<ClusterOverview, 'instances'>, tab?: InstanceTab): string => instancePath(refOf(one, overview.instances), tab);

export type Found =
  | { readonly kind: 'one'; readonly instance: InstanceView }
  | { readonly kind: 'several'; readonly instances: readonly InstanceView[] }
  /** `near`: what may have been meant, else the first there are. */
  | { readonly kind: 'none'; readonly near: readonly InstanceView[]; readonly of: number };

const nearMax = 12;

export function findInstance({ instances }: Pick<ClusterOverview, 'instances'>, name: string): Found {
  const found = instances.filter(({ uuid, alias }) => alias === name || uuid === name.toLowerCase());
  const [first, second] = found;
  if (first && second) return { kind: 'several', instances: found };
  if (first) return { kind: 'one', instance: first };
  const sorted = instances.toSorted((a, b) => likeness(b.alias, name) - likeness(a.alias, name) || compare(a.alias, b.alias));
  return { kind: 'none', near: sorted.slice(0, nearMax), of: instances.length };
}

/** How many letters they begin with in common. */
function likeness(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length]!.toLowerCase() === b[length]!.toLowerCase()) length += 1;
  return length;
}
