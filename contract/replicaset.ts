import * as z from 'zod';
import { Alias, descending, InstanceRef, page, ReplicasetRef, RoleName } from './shapes/basics.ts';
import { durabilities } from './shapes/failover.ts';
import { GroupName } from './shapes/sharding.ts';
import { Health, ReplicasetView } from './shapes/view.ts';
import { mutation, query } from './operation.ts';

const subject = ['replicaset'] as const;
const Done = z.object({ replicaset: z.string(), sentence: z.string() });

export const replicaset = {
  list: query({
    summary: 'List replicasets',
    role: 'viewer',
    input: z.object({
      health: Health.optional().describe('Only with this health'),
      role: RoleName.optional().describe('Only with this role'),
      issue: z.string().max(63).optional().describe('Only with an open issue of this code, its own or of an instance'),
      search: z.string().optional().describe('Alias or uuid contains this'),
      sort: z.enum(['name', 'health', 'weight', 'issues']).optional().describe('By this'),
      descending,
      ...page,
    }),
    output: z.array(ReplicasetView),
    columns: ['alias', 'roles', 'weight', 'issues', 'healthSentence'],
  }),
  get: query({ summary: 'Show one replicaset', role: 'viewer', subject, input: z.object({ replicaset: ReplicasetRef }), output: ReplicasetView }),
  create: mutation({
    summary: 'Create a replicaset from unconfigured instances',
    role: 'operator',
    subject: ['alias'],
    input: {
      alias: Alias.describe('Name of the new replicaset'),
      instances: z.array(InstanceRef).min(1).max(64).describe('Instances in failover priority order; the first becomes the master'),
      roles: z.array(RoleName).default([]).describe('Roles'),
      weight: z.number().min(0).optional().describe('Share of the buckets (role storage)'),
      group: GroupName.optional().describe('Whose buckets it shares (role storage); `default` when left out'),
      allRw: z.boolean().default(false).describe('Every instance writable'),
    },
    data: Done,
  }),
  edit: mutation({
    summary: 'Change a replicaset: alias, roles, priority, weight',
    details: 'Where masters are not appointed, a new first instance in the priority becomes the master: the old one is read-only and caught up with first.',
    role: 'operator',
    subject,
    input: {
      replicaset: ReplicasetRef,
      alias: Alias.optional().describe('New alias'),
      roles: z.array(RoleName).optional().describe('Roles, replacing the old list'),
      priority: z.array(InstanceRef).max(64).optional().describe('Failover priority; those not named follow in their old order'),
      weight: z.number().min(0).optional().describe('Share of the buckets; 0 drains it'),
      group: GroupName.optional().describe('Whose buckets it shares; only while it has none of its own'),
      allRw: z.boolean().optional().describe('Every instance writable'),
      durability: z.enum(durabilities).optional().describe('When a write is acknowledged. availability: the master has it. quorum: a majority has. strict: all have'),
      minReplicas: z.number().int().min(0).max(30).optional().describe('In durability availability: fewer replicas that follow, and the master takes no writes'),
    },
    data: Done,
  }),
  delete: mutation({
    summary: 'Delete a replicaset and expel its instances',
    role: 'admin',
    subject,
    typedName: true,
    input: { replicaset: ReplicasetRef },
    data: Done,
    danger: (input) => `${input.replicaset} and all its instances leave the cluster for good.`,
  }),
  restartReplication: mutation({
    summary: 'Restart broken replication links',
    details: 'Sets box.cfg.replication anew on each instance of the replicaset; a running master stays writable.',
    role: 'operator',
    subject,
    input: { replicaset: ReplicasetRef },
    data: Done,
  }),
};
