import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { StorageSharding } from '~/contract/shapes/sharding-view.ts';
import type { Failover } from '~/agent/failover/failover.ts';
import type { Peers } from '~/agent/link/peers.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { Sampler } from '~/agent/status/sampler.ts';
import { storageCall, type StorageHandlers } from './calls.ts';
import { obeyed } from './commands.ts';
import { examined } from './doctor.ts';
import { otherMasters } from './masters.ts';
import type { ShardingHandlers } from './off.ts';
import { Rebalancing } from './rebalancing.ts';
import { Storage } from './storage.ts';

/** Sharding with all that it needs in an agent: the buckets of its instance, and, where it is the active coordinator, those of all. */
export type AgentShardingParts = {
  readonly supervisor: Supervisor;
  readonly sampler: Sampler;
  readonly peers: Peers;
  readonly failover: Failover;
  readonly config: () => ClusterConfig | null;
  readonly running: () => boolean;
  readonly name: () => string;
  readonly log: Logger;
  readonly now: () => number;
};

export type AgentSharding = {
  readonly handlers: ShardingHandlers;
  status(): StorageSharding | null;
  start(): void;
  tick(): Promise<void>;
  end(): void;
};

export function openSharding({ supervisor, sampler, peers, failover, config, running, name, log, now }: AgentShardingParts, { uuid }: { readonly uuid: string }): AgentSharding {
  const storage = new Storage(
    {
      control: supervisor, config, running, name,
      writable: () => sampler.database?.configured === true && !sampler.database.readOnly,
      peers: () => {
        const current = config();
        const own = current?.instances[uuid]?.replicaset;
        if (current === null || own === undefined) return [];
        const told = peers.all().map(({ uuid: peer, state, payload: { replicaset, readOnly } }) => ({ uuid: peer, replicaset, readOnly, alive: state === 'alive' }));
        return otherMasters(current, own, { told, leaders: (replicaset) => failover.coordinator?.caseOf(replicaset)?.records.state?.value.master ?? null });
      },
      sampled: () => (sampler.database?.configured === true ? (sampler.database.buckets ?? null) : null),
      memoryUsedRatio: () => (sampler.database?.configured === true && sampler.database.slab.quotaBytes > 0 ? sampler.database.slab.arenaUsedBytes / sampler.database.slab.quotaBytes : null),
      diskFull: () => /disk is full/.test(failover.member?.state().report?.sick ?? ''),
    },
    { uuid },
  );
  const own: StorageHandlers = {
    shardingStat: ({ replicaset, term }) => storage.stat(replicaset, term),
    shardingMap: ({ replicaset }) => storage.map(replicaset),
    shardingFound: (input) => storage.found(input),
    shardingMove: (order) => storage.move(order),
    shardingCancel: ({ replicaset, attempt }) => storage.cancel(replicaset, attempt),
    shardingPin: ({ replicaset, ids, pinned }) => storage.pin(replicaset, ids, pinned),
    shardingTake: ({ replicaset, bucket, generation }) => storage.take(replicaset, bucket, generation),
    shardingDrop: ({ replicaset, bucket, generation }) => storage.drop(replicaset, bucket, generation),
  };
  const call = storageCall({ uuid, own, peers });
  const rebalancing = new Rebalancing({ coordinator: () => failover.coordinator, link: () => failover.link, config, peers, call, log, now }, { uuid });
  const doctor = { call, masterOf: (replicaset: string) => rebalancing.masterOf(replicaset) };
  return {
    handlers: {
      ...own,
      shardingView: async () => ({ groups: rebalancing.views() }),
      shardingDoctor: async ({ group }) => {
        const { findings, scanned, unheard } = await examined(group, rebalancing.group(group), doctor);
        return { findings, scanned, unheard };
      },
      shardingCommand: (command) => obeyed(command, rebalancing.group(command.group), { ...doctor, config, now }),
    },
    status: () => storage.status,
    start: () => rebalancing.start(),
    tick: () => {
      rebalancing.tick();
      return storage.tick();
    },
    end: () => rebalancing.end(),
  };
}
