import type { ClusterConfig, ConfigVersion } from '~/contract/shapes/config.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import type { KnownInstance } from './known.ts';
import type { ShardingFacts } from './sharding-safety.ts';

/** What a change is judged by: the configuration as it is, as it would be, and what was heard of the instances. */
export type Facts = {
  readonly before: ClusterConfig;
  readonly after: ClusterConfig;
  readonly nextVersion: number;
  /** Null: nobody asked the storages. */
  readonly sharding: ShardingFacts | null;
  knownOf(uuid: string): KnownInstance | null;
  reachable(uuid: string): boolean;
  /** By the newest record that any instance told of; null: nobody told of one. */
  masterOf(replicaset: string): string | null;
  /** The newest alias known for an instance or a replicaset. */
  aliasOf(uuid: string): string;
  aliases(uuids: readonly string[]): string;
  /** By alias, then uuid: plans read the same whatever the order of the input. */
  sorted(uuids: readonly string[]): string[];
};

export function factsOf({ base, next, known, sharding = null }: { base: ConfigVersion | null; next: ClusterConfig; known: readonly KnownInstance[]; sharding?: ShardingFacts | null }): Facts {
  const before = base?.config ?? emptyConfig(next.name);
  const byUuid = new Map(known.map((instance) => [instance.uuid, instance]));
  const aliasOf = (uuid: string) =>
    next.instances[uuid]?.alias ?? next.replicasets[uuid]?.alias ?? before.instances[uuid]?.alias ?? before.replicasets[uuid]?.alias ?? next.expelled[uuid]?.alias ?? byUuid.get(uuid)?.alias ?? uuid;
  const sorted = (uuids: readonly string[]) =>
    uuids.map((uuid) => [aliasOf(uuid), uuid] as const).toSorted((a, b) => (a[0] === b[0] ? (a[1] < b[1] ? -1 : 1) : a[0] < b[0] ? -1 : 1)).map(([, uuid]) => uuid);
  return {
    before,
    after: next,
    nextVersion: (base?.version ?? 0) + 1,
    sharding,
    knownOf: (uuid) => byUuid.get(uuid) ?? null,
    masterOf: (replicaset) => masterIn(known, replicaset),
    reachable: (uuid) => byUuid.get(uuid)?.reachable ?? false,
    aliasOf,
    aliases: (uuids) => uuids.map(aliasOf).join(', '),
    sorted,
  };
}

function masterIn(known: readonly KnownInstance[], replicaset: string): string | null {
  const records = known.flatMap(({ record }) => (record?.replicaset === replicaset && record.master !== null ? [record] : []));
  return records.toSorted((a, b) => b.epoch - a.epoch)[0]?.master ?? null;
}
