import type { DatabaseStatus } from '~/contract/shapes/status.ts';
import type { Health, InstanceView, ReplicasetView } from '~/contract/shapes/view.ts';

/** `box.info.replication` as rows with names in place of uuids. */
type End = { readonly text: string; readonly health: Health };
export type LinkRow = { readonly uuid: string; readonly name: string; readonly upstream: End; readonly downstream: End; readonly lagSeconds: number | null; /** Since anything came from the peer. */ readonly idleSeconds: number | null; readonly message: string | null };

/** What `upstream.status` of Tarantool means for a person. */
export const upstreamHealth: Readonly<Record<string, Health>> = { follow: 'ok', sync: 'warning', connect: 'warning', connecting: 'warning', auth: 'warning', orphan: 'warning', loading: 'warning', stopped: 'critical', disconnected: 'critical', off: 'unknown' };

/** `replicaset`: of `self`. Where its master is appointed, others follow it alone, and what is not there besides is not missing. */
export function linkRows(database: DatabaseStatus, { instances, self, replicaset = null }: { instances: readonly InstanceView[]; self: string; replicaset?: Pick<ReplicasetView, 'appointed' | 'wantedMaster'> | null }): LinkRow[] {
  const none = (source: string): End => (replicaset?.appointed && replicaset.wantedMaster !== source ? { text: 'need not', health: 'ok' } : { text: 'no', health: 'unknown' });
  return database.replication
    .filter(({ uuid }) => uuid !== self && uuid !== database.instanceUuid)
    .map(({ uuid, upstream, downstream }) => ({
      uuid,
      name: instances.find((one) => one.uuid === uuid)?.alias ?? `${uuid.slice(0, 8)}… (not in this cluster)`,
      upstream: upstream === null ? none(uuid) : { text: upstream.status, health: upstreamHealth[upstream.status] ?? 'unknown' },
      downstream: downstream === null ? none(self) : { text: downstream.status, health: downstream.status === 'follow' ? 'ok' : 'critical' },
      lagSeconds: upstream?.lagSeconds ?? null,
      idleSeconds: upstream?.idleSeconds ?? null,
      message: upstream?.message ?? downstream?.message ?? null,
    }));
}
