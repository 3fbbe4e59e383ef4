import type { Refusal } from '~/contract/shapes/plan.ts';
import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';

/** A rebuild throws a copy away: only where it is not the one that is written to, and another healthy one is there to copy from. */
export function rebuildRefusals(view: InstanceView, { instances, replicasets }: ClusterOverview): Refusal[] {
  const refusal = (code: string, sentence: string, wayOut: string): Refusal => ({ code, target: view.uuid, sentence, wayOut });
  const peers = instances.filter((peer) => peer.uuid !== view.uuid && peer.replicaset?.uuid === view.replicaset?.uuid && !peer.disabled && !peer.expelled);
  const appointed = replicasets.some(({ uuid, appointed: is }) => is && uuid === view.replicaset?.uuid);
  const refusals: Refusal[] = [];
  if (view.leadership === 'master' || view.wantedMaster) refusals.push(refusal('master', `${view.alias} is the master of ${view.replicaset?.alias}.`, appointed ? `Hand over first (\`coterie failover switch ${view.replicaset?.alias}\`), then rebuild this one.` : 'Make another instance the first of the priority, wait until it is the master, then rebuild this one.'));
  if (appointed && view.leadership !== 'master' && !view.wantedMaster && !peers.some(({ leadership }) => leadership === 'master')) refusals.push(refusal('noMaster', `Nobody leads ${view.replicaset?.alias} now: there is no master to copy from.`, 'Wait until one is appointed; `coterie failover status` says what it waits for.'));
  if (!peers.some((peer) => peer.state === 'ready' && peer.health !== 'critical' && peer.health !== 'unknown')) refusals.push(refusal('lastCopy', `No other healthy copy of ${view.replicaset?.alias}'s data is to be seen.`, 'Bring another instance of the replicaset up first.'));
  return refusals;
}
