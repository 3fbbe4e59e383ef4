/**
 * Replicasets, their instances and who leads: pushed by the agent, and learnt from storages. The one idea: of two words
 * about a master the one with the higher epoch is right, whoever said it.
 */
import type { Topology, InstanceEntry } from '~/link/router-protocol.ts';
import type { Upstream } from './upstream.ts';

export type Shard = {
  readonly uuid: string;
  alias: string;
  epoch: number;
  /** The one that leads in that epoch; undefined: nobody, or nobody that is known here. */
  master: Upstream | undefined;
  masterUuid: string | null;
  instances: readonly Upstream[];
};

export type ClusterComponents = {
  readonly open: (entry: InstanceEntry) => Upstream;
  /** Something is known that was not: who waits tries again. */
  readonly onNews: () => void;
};

export type ClusterOptions = { readonly zone: string | null; readonly zoneDistances: { readonly [zone: string]: number } };

const strangeDistance = 1_000;

export class Cluster {
  readonly #components: ClusterComponents;
  readonly #options: ClusterOptions;
  readonly #shards = new Map<string, Shard>();
  /** Storages of other groups, whose buckets have the same numbers and are others. */
  readonly #strangers = new Set<string>();

  constructor(components: ClusterComponents, options: ClusterOptions) {
    this.#components = components;
    this.#options = options;
  }

  get shards(): ReadonlyMap<string, Shard> {
    return this.#shards;
  }

  /** Returns the uuids of replicasets that are gone. */
  apply(topology: Topology): string[] {
    const gone = new Set(this.#shards.keys());
    for (const entry of topology.replicasets) {
      if (this.#strangers.has(entry.uuid)) continue;
      gone.delete(entry.uuid);
      const shard = this.#shards.get(entry.uuid) ?? { uuid: entry.uuid, alias: '', epoch: -1, master: undefined, masterUuid: null, instances: [] };
      this.#shards.set(entry.uuid, shard);
      shard.alias = entry.alias;
      shard.instances = this.#instances(shard.instances, entry.instances.filter(({ enabled }) => enabled));
      if (entry.epoch > shard.epoch || (entry.epoch === shard.epoch && entry.master !== null)) {
        shard.epoch = entry.epoch;
        shard.masterUuid = entry.master;
      }
      shard.master = shard.instances.find(({ uuid }) => uuid === shard.masterUuid);
    }
    for (const uuid of gone) {
      for (const instance of this.#shards.get(uuid)!.instances) instance.leave();
      this.#shards.delete(uuid);
    }
    this.#components.onNews();
    return [...gone];
  }

  /** It says that it is of another group, which it is for good. */
  leaveOut(uuid: string): void {
    this.#strangers.add(uuid);
    for (const instance of this.#shards.get(uuid)?.instances ?? []) instance.leave();
    this.#shards.delete(uuid);
  }

  /** True when it was not known. `master` null: in that epoch somebody leads, and the storage does not know who. */
  learnMaster(uuid: string, epoch: number, master: string | null): boolean {
    const shard = this.#shards.get(uuid);
    if (!shard || epoch < shard.epoch) return false;
    if (epoch === shard.epoch && (master === null || master === shard.masterUuid)) return false;
    shard.epoch = epoch;
    shard.masterUuid = master;
    shard.master = shard.instances.find((instance) => instance.uuid === master);
    this.#components.onNews();
    return true;
  }

  stop(): void {
    for (const { instances } of this.#shards.values()) for (const instance of instances) instance.stop();
    this.#shards.clear();
  }

  #instances(present: readonly Upstream[], wanted: readonly InstanceEntry[]): Upstream[] {
    const instances = wanted.map((entry) => {
      const kept = present.find(({ uuid, uri }) => uuid === entry.uuid && uri === entry.uri);
      const instance = kept ?? this.#components.open(entry);
      instance.zone = entry.zone;
      instance.lagMs = entry.lagMs;
      instance.distance = this.#distanceTo(entry.zone);
      return instance;
    });
    for (const instance of present) if (!instances.includes(instance)) instance.leave();
    return instances;
  }

  #distanceTo(zone: string | null): number {
    const { zone: own, zoneDistances } = this.#options;
    if (own === null || zone === own) return 0;
    return zone === null ? strangeDistance : (zoneDistances[zone] ?? strangeDistance);
  }
}
