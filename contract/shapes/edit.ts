import * as z from 'zod';
import { Alias, HostPort, InstanceRef, ReplicasetRef, RoleName, SectionName, Uuid, Zone } from './basics.ts';
import { DatabaseConfig } from './database-user.ts';
import { durabilities, FailoverConfig } from './failover.ts';
import { GroupName, ShardingConfig } from './sharding.ts';

/** One change to the configuration. A list of them is one atomic edit, planned and applied together. */
export const Edit = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('createReplicaset'),
    alias: Alias,
    /** Drawn at random when absent. */
    uuid: Uuid.optional(),
    roles: z.array(RoleName).default([]),
    /** In failover priority order; each one unconfigured. */
    instances: z.array(InstanceRef).min(1),
    weight: z.number().min(0).optional(),
    group: GroupName.optional(),
    allRw: z.boolean().default(false),
  }),
  z.object({
    kind: z.literal('editReplicaset'),
    replicaset: ReplicasetRef,
    alias: Alias.optional(),
    roles: z.array(RoleName).optional(),
    /** A part of the list may be given: the rest keeps its order behind it. */
    priority: z.array(InstanceRef).optional(),
    weight: z.number().min(0).optional(),
    group: GroupName.optional(),
    allRw: z.boolean().optional(),
    durability: z.enum(durabilities).optional(),
    minReplicas: z.number().int().min(0).max(30).optional(),
  }),
  z.object({ kind: z.literal('deleteReplicaset'), replicaset: ReplicasetRef }),
  z.object({ kind: z.literal('joinInstance'), instance: InstanceRef, replicaset: ReplicasetRef, zone: Zone.optional(), electable: z.boolean().default(true) }),
  z.object({
    kind: z.literal('editInstance'),
    instance: InstanceRef,
    alias: Alias.optional(),
    zone: Zone.nullable().optional(),
    electable: z.boolean().optional(),
    uri: HostPort.optional(),
    /** Null: where it is by default. */
    router: HostPort.nullable().optional(),
  }),
  z.object({ kind: z.literal('disableInstance'), instance: InstanceRef }),
  z.object({ kind: z.literal('enableInstance'), instance: InstanceRef }),
  z.object({ kind: z.literal('expelInstance'), instance: InstanceRef }),
  z.object({ kind: z.literal('setSection'), name: SectionName, text: z.string() }),
  z.object({ kind: z.literal('deleteSection'), name: SectionName }),
  /** The failover settings as a whole: what is left out has its default again. */
  z.object({ kind: z.literal('setFailover'), settings: FailoverConfig }),
  /** The groups as a whole: one that is left out has its defaults again. */
  z.object({ kind: z.literal('setSharding'), settings: ShardingConfig }),
  /** Users and roles of the database as a whole: one that is left out goes. A password that is left out stays. */
  z.object({ kind: z.literal('setDatabase'), settings: DatabaseConfig }),
]);
export type Edit = z.output<typeof Edit>;
