import type { ConfigVersion } from '~/contract/shapes/config.ts';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { InstanceView, Issue, ReplicasetView, Suggestion } from '~/contract/shapes/view.ts';
import { gatherFacts } from '~/core/view/facts.ts';
import type { Observed } from '~/core/view/report.ts';
import { buildViews } from '~/core/view/views.ts';
import { badges } from './catalogue.ts';
import type { Exits } from '~/core/events/life.ts';
import { detectIssues, type Seen } from './detect.ts';
import { suggest } from './suggest.ts';

/** All that is shown of the cluster at one moment, from all that is known: facts, then issues, then views. */
export type Observation = {
  readonly at: number;
  readonly config: ConfigVersion | null;
  readonly instances: InstanceView[];
  readonly replicasets: ReplicasetView[];
  readonly issues: Issue[];
  readonly suggestions: Suggestion[];
  readonly seen: Seen;
  readonly exits: Exits;
};

export function observe(observed: Observed, memory: { readonly seen: Seen; readonly pendingRuns: readonly ApplyRun[] }): Observation {
  const facts = gatherFacts(observed);
  const { issues, seen } = detectIssues(facts, memory);
  return { at: observed.now, config: observed.config, ...buildViews(facts, issues, badges), issues, suggestions: suggest(issues), seen, exits: exitsIn(observed) };
}

const exitsIn = ({ reports }: Observed): Exits => new Map([...reports].map(([uuid, { status }]) => [uuid, status.restarts]));
