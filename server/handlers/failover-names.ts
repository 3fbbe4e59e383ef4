import { CoterieError } from '~/contract/errors.ts';
import type { FailoverStatus, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import type { Context } from './context.ts';
import { findInstance, findReplicaset } from './names.ts';

/** What handlers of failover look up: a replicaset as it stands, and names in the place of uuids. */

export async function standingOf(context: Context, ref: string): Promise<{ status: FailoverStatus; standing: ReplicasetStanding }> {
  const view = findReplicaset(context, ref);
  const status = await context.services.runtime.failover.status();
  return { status, standing: standingIn(status, view.uuid, view.alias) };
}

export function standingIn(status: FailoverStatus, uuid: string, alias: string): ReplicasetStanding {
  const standing = status.replicasets.find((one) => one.uuid === uuid);
  if (!standing) throw new CoterieError('REFUSED', `${alias} has no data of its own, so it has no master. See \`failover status\`.`, { replicaset: uuid });
  return standing;
}

/** A member of this replicaset, by alias or uuid. */
export function memberOf(context: Context, standing: ReplicasetStanding, ref: string) {
  const found = findInstance(context, ref);
  const member = standing.members.find(({ uuid }) => uuid === found.uuid);
  if (member) return member;
  throw new CoterieError('REFUSED', `${found.alias} is not a member of ${standing.alias}. There are: ${standing.members.map(({ alias }) => alias).join(', ')}.`, { instance: found.uuid, replicaset: standing.uuid });
}

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Machines write uuids; people read names. */
export function named({ services: { runtime } }: Context, text: string): string {
  const { instances, replicasets } = runtime.state.overview;
  return text.replaceAll(uuids, (uuid) => [...instances, ...replicasets].find((one) => one.uuid === uuid)?.alias ?? uuid);
}
