import type { Order } from '~/contract/shapes/failover-status.ts';
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

/** As one server has it kept. `beat` grows with every change, and while nothing changes as a sign of life. */
export type KeptOrder = { readonly server: string; readonly beat: number; readonly order: Order };

export type FailoverOrderStore = {
  /** Newest first: those under way, and those that ended since then. */
  list(range: { endedSince: number; limit: number }): Promise<KeptOrder[]>;
  begin(order: Order, server: string): Promise<void>;
  /** By the server that carries it out, also after others took it for dead. False: something later was written. */
  change(order: Order, by: { server: string; beat: number }): Promise<boolean>;
  /** By another one, which has seen `beat` stand still. False: it has moved, or ended. */
  end(order: Order, seen: { server: string; beat: number }): Promise<boolean>;
  prune(endedBefore: number): Promise<number>;
};
