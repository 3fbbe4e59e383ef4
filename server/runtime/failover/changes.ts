import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Incident } from '~/contract/shapes/incident.ts';
import { incidentsOf } from '~/core/incidents/incident.ts';
import type { Store } from '~/server/store/index.ts';

/** The incidents that made these epochs, for the counters. */

/** The notes of the last changes; older ones were counted when they were new. */
const notesMax = 1000;

export async function madeBy({ store, config, now }: { readonly store: Pick<Store, 'failover'>; readonly config: ClusterConfig | null; readonly now: number }, replicaset: string, epochs: ReadonlySet<number>): Promise<Incident[]> {
  const [rows, decisions] = await Promise.all([store.failover.notes({ replicaset, limit: notesMax }), store.failover.decisions(replicaset)]);
  const instance = (uuid: string) => ({ uuid, alias: config?.instances[uuid]?.alias ?? uuid.slice(0, 8) });
  const names = { replicaset: { uuid: replicaset, alias: config?.replicasets[replicaset]?.alias ?? replicaset.slice(0, 8) }, instance };
  return incidentsOf(rows, decisions, { names, now }).filter(({ epoch, state }) => state === 'done' && epochs.has(epoch));
}
