import type { ConfigVersion } from '~/contract/shapes/config.ts';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { InstanceView, Issue, ReplicasetView, Suggestion } from '~/contract/shapes/view.ts';
import { gatherFacts } from '~/core/view/facts.ts';
import type { Observed } from '~/core/view/report.ts';
import { buildViews } from '~/core/view/views.ts';
import { badges } from './catalogue.ts';
import type { Exits } from '~/core/events/life.ts';
import { detectIssues, type Seen } from './detect.ts';
import { counts, inForce, withMarks, type Mark } from './marks.ts';
import type { FailingAlert } from './row.ts';
import { suggest } from './suggest.ts';

/** All that is shown of the cluster at one moment, from all that is known: facts, then issues, then views. */
export type Observation = {
  readonly at: number;
  readonly config: ConfigVersion | null;
  readonly instances: InstanceView[];
  readonly replicasets: ReplicasetView[];
  /** With their marks; those that are muted last. */
  readonly issues: Issue[];
  /** In force now. */
  readonly marks: readonly Mark[];
  readonly suggestions: Suggestion[];
  readonly seen: Seen;
  readonly exits: Exits;
};

export function observe(observed: Observed, memory: { readonly seen: Seen; readonly pendingRuns: readonly ApplyRun[]; readonly marks: readonly Mark[]; readonly failingAlerts: readonly FailingAlert[] }): Observation {
  const facts = gatherFacts(observed);
  const { issues: detected, seen } = detectIssues(facts, memory);
  const marks = inForce(memory.marks, { now: observed.now, seen });
  const issues = withMarks(detected, marks);
  return { at: observed.now, config: observed.config, ...buildViews(facts, issues, badges), issues, marks, suggestions: suggest(issues.filter(counts)), seen, exits: exitsIn(observed) };
}

const exitsIn = ({ reports }: Observed): Exits => new Map([...reports].map(([uuid, { status }]) => [uuid, status.restarts]));
