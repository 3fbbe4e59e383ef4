import * as z from 'zod';
import { Alias, HostPort, RoleName, SectionName, TimeMs, Uuid, Zone } from './basics.ts';
import { DatabaseConfig } from './database-user.ts';
import { durabilities, FailoverConfig } from './failover.ts';
import { GroupName, ShardingConfig } from './sharding.ts';

/** The cluster configuration: one document, versioned as a whole, applied as a whole. */

export const InstanceConfig = z.strictObject({
  alias: Alias,
  /** Where its Tarantool is reached by the others. */
  uri: HostPort,
  replicaset: Uuid,
  zone: Zone.nullable(),
  /** May become master. */
  electable: z.boolean(),
  /** Kept in the configuration, but stopped from serving and left out of replication. */
  disabled: z.boolean(),
  /** Where its router listens, with role `router`; absent: on the loopback, 1000 above the port of `uri`. */
  router: HostPort.optional(),
});

export const ReplicasetConfig = z.strictObject({
  alias: Alias,
  roles: z.array(RoleName).max(64),
  /** Failover priority: every instance of the replicaset, most wanted first. */
  priority: z.array(Uuid).max(64),
  /** Share of the buckets; null where role `storage` is off. */
  weight: z.number().min(0).max(1_000_000).nullable(),
  /** Whose buckets it shares, where role `storage` is on, or else leads to, with role `router`; absent: `default`. */
  group: GroupName.optional(),
  /** Every instance writable; only for data that tolerates conflicts. */
  allRw: z.boolean(),
  /** When a write is acknowledged; absent: `availability`. */
  durability: z.enum(durabilities).optional(),
  /** In durability `availability`: a master that fewer replicas follow lets no write through; absent: 0. */
  minReplicas: z.number().int().min(0).max(30).optional(),
});

/** Kept so that an expelled instance that comes back is recognised and fenced. */
export const ExpelledConfig = z.strictObject({ alias: Alias, uri: HostPort, replicaset: Uuid });

export const ClusterConfig = z.strictObject({
  format: z.literal(1),
  name: Alias,
  replicasets: z.record(Uuid, ReplicasetConfig),
  instances: z.record(Uuid, InstanceConfig),
  expelled: z.record(Uuid, ExpelledConfig),
  failover: FailoverConfig,
  /** Absent: group `default`, with what is the default. */
  sharding: ShardingConfig.optional(),
  /** Users and roles of the database; absent: it makes none. */
  database: DatabaseConfig.optional(),
  /** User sections: name -> text (YAML where roles read it). At most 4 MiB each. */
  sections: z.record(SectionName, z.string().max(4 * 1024 * 1024)),
});

export type ClusterConfig = z.output<typeof ClusterConfig>;
export type InstanceConfig = z.output<typeof InstanceConfig>;
export type ReplicasetConfig = z.output<typeof ReplicasetConfig>;

export const surfaces = ['ui', 'cli', 'rest', 'trpc', 'system'] as const;
export const Surface = z.enum(surfaces);
export type Surface = (typeof surfaces)[number];

/** Who made a version, why, when, and what identifies it. `hash` is SHA-256 of the canonical JSON. */
export const ConfigMeta = z.object({
  version: z.number().int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  author: z.string(),
  surface: Surface,
  reason: z.string().nullable(),
  at: TimeMs,
  /** The version that this one was made from; null for the first. */
  base: z.number().int().positive().nullable(),
});
export type ConfigMeta = z.output<typeof ConfigMeta>;

export const ConfigVersion = ConfigMeta.extend({ config: ClusterConfig });
export type ConfigVersion = z.output<typeof ConfigVersion>;

/** One difference between two versions, by path into the document. */
export const Change = z.object({
  path: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  /** For people, with aliases: "s1: roles storage -> storage, router". */
  sentence: z.string(),
});
export type Change = z.output<typeof Change>;
