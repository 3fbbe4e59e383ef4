import type { ClusterConfig, ConfigVersion, InstanceConfig } from '~/contract/shapes/config.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import type { KnownInstance } from '~/core/topology/known.ts';

/** Uuids that can be read: instance 3 is 0...03, replicaset 3 is f...03. */
export const instanceId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const replicasetId = (n: number): string => `ffffffff-0000-4000-8000-${String(n).padStart(12, '0')}`;

type Shape = { [alias: string]: { roles?: string[]; weight?: number | null; allRw?: boolean; members: { [alias: string]: Partial<InstanceConfig> } } };

/** `{ s1: { members: { a1: {}, a2: { disabled: true } } } }`: storages unless roles are given; numbered as they come. */
export function clusterOf(shape: Shape, over: Partial<ClusterConfig> = {}): ClusterConfig {
  const config = emptyConfig('demo');
  let [instances, replicasets] = [0, 0];
  for (const [alias, { roles = ['storage'], weight = roles.includes('storage') ? 1 : null, allRw = false, members }] of Object.entries(shape)) {
    const uuid = replicasetId(++replicasets);
    const priority: string[] = [];
    for (const [name, fields] of Object.entries(members)) {
      const id = instanceId(++instances);
      priority.push(id);
      config.instances[id] = { alias: name, uri: `${name}:3301`, replicaset: uuid, zone: null, electable: true, disabled: false, ...fields };
    }
    config.replicasets[uuid] = { alias, roles, priority, weight, allRw };
  }
  return { ...config, ...over };
}

export const versionOf = (config: ClusterConfig, version = 4): ConfigVersion => ({ version, hash: 'a'.repeat(64), author: 'ann', surface: 'cli', reason: null, at: 1, base: version - 1, config });

/** Every instance of the configuration up and well. */
export const knownOf = (config: ClusterConfig, away: readonly string[] = []): KnownInstance[] =>
  Object.entries(config.instances).map(([uuid, { alias, uri }]) => ({ uuid, alias, uri, reachable: !away.includes(alias), state: 'ready', readOnly: true, hasData: true }));

/** An agent that belongs to nothing yet. */
export const freeAgent = (n: number, alias: string, over: Partial<KnownInstance> = {}): KnownInstance => ({ uuid: instanceId(n), alias, uri: `${alias}:3301`, reachable: true, state: 'unconfigured', readOnly: null, hasData: false, ...over });

export function uuidSource(): () => string {
  let drawn = 100;
  return () => replicasetId(++drawn);
}

export const codesOf = (refusals: readonly { readonly code: string }[]): string[] => refusals.map(({ code }) => code);

/** The same value with its keys in another order. */
export function reordered<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => reordered(item)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, field]) => [key, reordered(field)])) as T;
}
