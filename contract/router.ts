import * as z from 'zod';
import { InstanceRef, ReplicasetRef } from './shapes/basics.ts';
import { optionalRouterSettings } from './shapes/router-settings.ts';
import { RouterDetail, RouterRow, RouterSettingsView } from './shapes/router-view.ts';
import { GroupName } from './shapes/sharding.ts';
import { mutation, query, stream } from './operation.ts';

/** The processes that clients of sharded data connect to. */

const subject = ['instance'] as const;
const instance = InstanceRef;

export const router = {
  list: query({
    summary: 'List routers: where they are, what they serve, how fast',
    details: 'One for each instance whose replicaset has role router. Rates and times are over the last ten seconds.',
    role: 'viewer',
    input: z.object({ group: GroupName.optional().describe('Only those that lead to this group'), replicaset: ReplicasetRef.optional().describe('Only of this replicaset') }),
    output: z.array(RouterRow),
    columns: ['instance', 'address', 'state', 'requestsPerSecond', 'p50Ms', 'p99Ms', 'errorsPerSecond', 'connections', 'mapAgeMs', 'poolsUp', 'pools'],
  }),
  status: query({
    summary: 'Show one router: its calls, what it knows of the storages, its connections to them',
    role: 'viewer',
    subject,
    input: z.object({ instance }),
    output: RouterDetail,
  }),
  watch: stream({
    summary: 'Follow all routers live',
    details: 'The list whole: at once, then at most twice a second.',
    role: 'viewer',
    input: z.object({}),
    output: z.array(RouterRow),
  }),
  restart: mutation({
    summary: 'Put a new process in place of a router',
    details: 'The old one takes no more clients, answers what is under way, and ends; the new one takes clients within a moment. Clients have to connect again.',
    role: 'operator',
    subject,
    input: { instance },
    data: z.object({ instance: z.string(), sentence: z.string() }),
    danger: (input) => `Clients of the router of ${input.instance} are disconnected when what they asked is answered, and have to connect again.`,
  }),
  configure: mutation({
    summary: 'Change how the routers of a group work',
    details: 'What is left out stays as it is. The routers of the group are replaced; what is under way is finished. Distances between zones stand in the cluster file: `sharding.groups.<group>.router.zoneDistances`.',
    role: 'admin',
    subject: ['group'],
    input: {
      group: GroupName.describe('Group of storages; `default` where nobody made others'),
      ...optionalRouterSettings,
    },
    data: z.object({ version: z.number().int(), settings: RouterSettingsView, sentence: z.string() }),
    danger: ({ group }) => `The routers of group ${group} are replaced one after the other is drained: clients have to connect again.`,
  }),
};
