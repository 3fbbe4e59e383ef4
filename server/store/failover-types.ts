import type { DecisionView } from '~/contract/shapes/failover-view.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import type { TrailRow } from '~/core/incidents/rows.ts';

/** Notes of the agents about failover, and the decisions of its coordinators. */
export type FailoverStore = {
  /** Of one log of one agent. Those that were not there yet; what `tell` makes of them is in the timeline with them, once, whoever else brings them. */
  add(rows: readonly TrailRow[], tell: (fresh: readonly TrailRow[]) => readonly EventDraft[]): Promise<TrailRow[]>;
  /** The newest of each agent's newest log. */
  cursors(): Promise<ReadonlyMap<string, { readonly life: string; readonly number: number }>>;
  /** Newest first. */
  notes(filter: { replicaset?: string | undefined; since?: number | undefined; until?: number | undefined; limit: number }): Promise<TrailRow[]>;
  /** In the place of those of the same epoch; `at`: when they were first seen. */
  decide(decisions: readonly DecisionView[], at: number): Promise<void>;
  decisions(replicaset?: string): Promise<DecisionView[]>;
  /** Deletes at most `limit` notes before then, and the decisions. */
  prune(range: { before: number; limit: number }): Promise<number>;
};
