import { hasDataRole } from '~/core/roles/registry.ts';
import type { Facts } from './facts.ts';
import { databaseNeeded, isAppointed, wantedMaster } from './master.ts';

/** Who leads a replicaset before and after a change: by the priority, or, where masters are appointed, by the record. */
export type Leaders = {
  /** Null: nobody, or nobody says. */
  readonly old: string | null;
  /** Null: nobody, or whom the coordinator will choose. */
  readonly now: string | null;
  readonly wasAppointed: boolean;
  readonly isAppointed: boolean;
  /** The one that leads may lead no longer, and the coordinator appoints another one. */
  readonly replaced: boolean;
};

export function leadersOf(facts: Facts, replicaset: string): Leaders {
  const { before, after } = facts;
  const [was, is] = [isAppointed(before, replicaset), isAppointed(after, replicaset)];
  const old = was ? facts.masterOf(replicaset) : wantedMaster(before, replicaset);
  if (!is) return { old, now: wantedMaster(after, replicaset), wasAppointed: was, isAppointed: is, replaced: false };
  // Who writes when leases begin goes on; by the priority alone another one might be wanted that waits still.
  const leads = was ? old : (writableIn(facts, replicaset) ?? old);
  const stays = leads !== null && databaseNeeded(after, leads);
  return { old: leads, now: stays ? leads : null, wasAppointed: was, isAppointed: is, replaced: leads !== null && !stays };
}

function writableIn(facts: Facts, replicaset: string): string | null {
  const writable = (facts.before.replicasets[replicaset]?.priority ?? []).filter((uuid) => facts.knownOf(uuid)?.readOnly === false);
  return writable.length === 1 ? (writable[0] ?? null) : null;
}

/** Instances whose database a change of how masters are found concerns: all that may be writing. */
export const mayWrite = (facts: Facts, replicaset: string): string[] =>
  hasDataRole(facts.before.replicasets[replicaset]?.roles ?? []) ? facts.sorted(facts.before.replicasets[replicaset]?.priority ?? []).filter((uuid) => databaseNeeded(facts.before, uuid) && databaseNeeded(facts.after, uuid)) : [];
