import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { CoordinatorView, PauseView } from '~/contract/shapes/failover-view.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { Issue, Severity } from '~/contract/shapes/view.ts';
import type { Facts, InstanceFacts, ReplicasetFacts } from '~/core/view/facts.ts';

/** A row of the catalogue: one thing that can be wrong, how it is seen, how it is said, and what to do. */

/** What a row says when its problem is there. `since`: where the facts themselves tell it; otherwise when it was first seen. */
export type Found = {
  readonly sentence: string;
  readonly wayOut: string;
  readonly severity?: Severity;
  readonly since?: number;
  readonly repair?: Issue['repair'];
};

/** `since`: the first attempt that failed; `error`: what the last one was told. */
export type FailingAlert = { readonly name: string; readonly since: number; readonly error: string };

/** What the active coordinator said of late. */
export type FailoverWord = {
  readonly told: { readonly by: string; readonly view: CoordinatorView } | null;
  /** Why nobody said anything. */
  readonly why: string | null;
  /** The last word on a pause, and when it was said. */
  readonly pause: { readonly pause: PauseView | null; readonly at: number } | null;
};

export const noWord: FailoverWord = { told: null, why: null, pause: null };

export type Context = {
  readonly facts: Facts;
  readonly failover: FailoverWord;
  /** What the active coordinator said of buckets of late; empty: nothing. */
  readonly sharding: readonly GroupView[];
  /** Runs that are not done: preparing, decided or partial. */
  readonly pendingRuns: readonly ApplyRun[];
  /** Alert channels through which nothing goes. */
  readonly failingAlerts: readonly FailingAlert[];
  /** When this issue was first seen, in words: "03:12:45 UTC". */
  since(): string;
};

type Common = {
  readonly code: string;
  readonly severity: Severity;
  /** For the badge of the instance: two or three words. */
  readonly badge: string;
  /** For the reference: when this issue is there. */
  readonly means: string;
  /** For the reference: what to do. */
  readonly todo: string;
  /** It must have been there for this long: passing states of a normal change are no issue. */
  readonly graceMs: number;
  /** Only the active coordinator tells of it: while none is heard it is neither there nor over. */
  readonly toldByCoordinator?: true;
};

export type InstanceRow = Common & { readonly about: 'instance'; find(instance: InstanceFacts, context: Context): Found | null };
export type ReplicasetRow = Common & { readonly about: 'replicaset'; find(replicaset: ReplicasetFacts, context: Context): Found | null };
export type ClusterRow = Common & { readonly about: 'cluster'; find(context: Context): Found | null };
export type Row = InstanceRow | ReplicasetRow | ClusterRow;

/** Configured, meant to serve, and heard: what most rows look at. */
export const serves = (instance: InstanceFacts) => instance.config !== null && !instance.config.disabled && instance.status !== null;
