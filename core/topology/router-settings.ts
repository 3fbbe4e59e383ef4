import type { ClusterConfig, InstanceConfig, ReplicasetConfig } from '~/contract/shapes/config.ts';
import type { RouterSettings } from '~/contract/shapes/router-settings.ts';
import { present } from '~/contract/present.ts';
import { hostOf, portOf } from './address.ts';
import { defaultGroup } from './sharding-settings.ts';

/** What a configuration means for routers where it says nothing: their settings, where they listen, whose buckets they lead to. */

export const routerDefaults = {
  workers: 1,
  connectionsPerInstance: 2,
  connectionsMax: 4096,
  inFlightMax: 20_000,
  callTimeoutMs: 5000,
  readTryMs: 1000,
  holdMs: 3000,
  lagMaxMs: 5000,
  drainMs: 10_000,
  zoneDistances: {},
} as const satisfies RouterSettings;

export type RouterSettingsOf = { readonly [F in keyof typeof routerDefaults]-?: NonNullable<RouterSettings[F]> };

export function routerSettings({ sharding }: Pick<ClusterConfig, 'sharding'>, group: string): RouterSettingsOf {
  return { ...routerDefaults, ...present(sharding?.groups[group]?.router ?? {}) };
}

/** Null: it has no routers. */
export const routedGroup = ({ roles, group }: Pick<ReplicasetConfig, 'roles' | 'group'>): string | null => (roles.includes('router') ? (group ?? defaultGroup) : null);

/** Null: this instance runs no router. */
export function routerOf(config: ClusterConfig, uuid: string): { readonly group: string; readonly listen: string; readonly address: string } | null {
  const instance = config.instances[uuid];
  const replicaset = instance && config.replicasets[instance.replicaset];
  const group = replicaset ? routedGroup(replicaset) : null;
  if (!instance || group === null || instance.disabled) return null;
  return { group, ...routerPlace(instance) };
}

export const routerPortAbove = 1000;
const anyHost = /^(0\.0\.0\.0|\[::\]|\[0(:0){7}\])$/;

/** `listen`: as it is bound; `address`: as clients reach it. */
export function routerPlace({ uri, router }: Pick<InstanceConfig, 'uri' | 'router'>): { readonly listen: string; readonly address: string } {
  const listen = router ?? `127.0.0.1:${portOf(uri) + routerPortAbove}`;
  return { listen, address: anyHost.test(hostOf(listen)) ? `${hostOf(uri)}:${portOf(listen)}` : listen };
}

/** Uuids of the instances with a router that leads to this group; sorted. */
export const routersOf = (config: ClusterConfig, group: string): string[] => Object.keys(config.instances).filter((uuid) => routerOf(config, uuid)?.group === group).toSorted();
