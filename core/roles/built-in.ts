import type { z } from 'zod';
import type { RoleInfo as RoleInfoShape } from '~/contract/shapes/view.ts';

export type RoleInfo = z.output<typeof RoleInfoShape>;

const builtIn = { dependencies: [], custom: false, hidden: false, permanent: false };

/** A role with `data` needs a Tarantool; the others live in the agent alone. */
export const builtInRoles: readonly RoleInfo[] = [
  { name: 'failover-coordinator', summary: 'Watches masters and appoints new ones; one of those that have the role is active.', data: false, ...builtIn },
  { name: 'router', summary: 'Sends each request to the shard that holds its bucket; speaks iproto to clients.', data: false, ...builtIn },
  { name: 'stateboard', summary: 'Keeps who is master, with their leases, where no etcd does; on one instance, which has no other data.', data: true, ...builtIn },
  { name: 'storage', summary: 'Keeps a share of the buckets.', data: true, ...builtIn },
];
