/** The systems that are compared: ours as it comes, the others as their documentation sets them up for a quick failover. */
import { Coterie } from '~/tests/faults/systems/coterie.ts';
import { Patroni } from '~/tests/faults/systems/patroni.ts';
import { RedisSentinel } from '~/tests/faults/systems/redis-sentinel.ts';
import type { System } from '~/tests/faults/scenario/system.ts';
import type { FaultName, FaultTimes } from './faults.ts';

export type Subject = {
  /** For `--only`. */
  readonly key: string;
  readonly title: string;
  /** The program that is the master's server: it is killed and paused. */
  readonly server: string;
  readonly times: Readonly<Record<FaultName, FaultTimes>>;
  make(folder: string): System;
};

const sentinelTimes = {
  kill: { beforeMs: 2_000, faultMs: 6_000, afterMs: 12_000 },
  pause: { beforeMs: 2_000, faultMs: 6_000, afterMs: 12_000 },
  partition: { beforeMs: 2_000, faultMs: 15_000, afterMs: 13_000 },
} satisfies Subject['times'];

const coterieTimes = {
  kill: { beforeMs: 2_000, faultMs: 6_000, afterMs: 4_000 },
  pause: { beforeMs: 2_000, faultMs: 6_000, afterMs: 4_000 },
  partition: { beforeMs: 2_000, faultMs: 15_000, afterMs: 5_000 },
} satisfies Subject['times'];

const patroniTimes = {
  kill: { beforeMs: 2_000, faultMs: 26_000, afterMs: 8_000 },
  pause: { beforeMs: 2_000, faultMs: 26_000, afterMs: 8_000 },
  partition: { beforeMs: 2_000, faultMs: 40_000, afterMs: 8_000 },
} satisfies Subject['times'];

const sentinel = { key: 'redis', server: 'redis', times: sentinelTimes };

const coterie = { key: 'coterie', server: 'tarantool', times: coterieTimes };

export const subjects: readonly Subject[] = [
  { ...coterie, title: 'Coterie, lease 2 s, availability', make: (folder) => new Coterie({ folder }, { provider: 'etcd' }) },
  { ...coterie, title: 'Coterie, lease 2 s, quorum', make: (folder) => new Coterie({ folder }, { provider: 'etcd', durability: 'quorum' }) },
  { ...sentinel, title: 'Redis Sentinel, down-after 1 s', make: (folder) => new RedisSentinel({ folder }, { downAfterMs: 1_000, failoverTimeoutMs: 10_000, minReplicas: 0 }) },
  { ...sentinel, title: 'Redis Sentinel, the same with min-replicas-to-write 1', make: (folder) => new RedisSentinel({ folder }, { downAfterMs: 1_000, failoverTimeoutMs: 10_000, minReplicas: 1 }) },
  // Killed and paused as a host is: with its PostgreSQL and its member of etcd.
  { key: 'patroni', title: 'Patroni, ttl 20 s, loop 1 s, retry 3 s', server: 'all', times: patroniTimes, make: (folder) => new Patroni({ folder }, { ttlSeconds: 20, loopSeconds: 1, retrySeconds: 3 }) },
];
