import type { ConfigVersion } from '~/contract/shapes/config.ts';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { InstanceView, Issue, ReplicasetView, Suggestion } from '~/contract/shapes/view.ts';
import { badgeOfRule } from '~/core/rules/match.ts';
import { ruleIssues, type RuleFinding } from '~/core/rules/issues.ts';
import { gatherFacts } from '~/core/view/facts.ts';
import type { Observed } from '~/core/view/report.ts';
import { buildViews } from '~/core/view/views.ts';
import { badges } from './catalogue.ts';
import type { Exits } from '~/core/events/life.ts';
import type { Routers } from '~/core/events/router-events.ts';
import { detectIssues, worstFirst, type Seen } from './detect.ts';
import { counts, inForce, withMarks, type Mark } from './marks.ts';
import type { FailingAlert, FailoverWord } from './row.ts';
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
  readonly routers: Routers;
};

export function observe(observed: Observed, memory: { readonly seen: Seen; readonly pendingRuns: readonly ApplyRun[]; readonly marks: readonly Mark[]; readonly failingAlerts: readonly FailingAlert[]; readonly findings: readonly RuleFinding[]; readonly failover?: FailoverWord; readonly sharding?: readonly GroupView[] }): Observation {
  const facts = gatherFacts(observed);
  const detected = detectIssues(facts, memory);
  const found = ruleIssues(memory.findings ?? [], { facts, seen: memory.seen });
  const seen: Seen = found.length === 0 ? detected.seen : new Map([...detected.seen, ...found.map(({ id, since }) => [id, since] as const)]);
  const marks = inForce(memory.marks, { now: observed.now, seen });
  const issues = withMarks(found.length === 0 ? detected.issues : [...detected.issues, ...found].toSorted(worstFirst), marks);
  return { at: observed.now, config: observed.config, ...buildViews(facts, issues, found.length === 0 ? badges : new Map([...badges, ...found.map(({ code }) => [code, badgeOfRule(code)] as const)])), issues, marks, suggestions: suggest(issues.filter(counts)), seen, exits: exitsIn(observed), routers: routersIn(observed) };
}

const exitsIn = ({ reports }: Observed): Exits => new Map([...reports].map(([uuid, { status }]) => [uuid, status.restarts]));

const routersIn = ({ reports }: Observed): Routers => new Map([...reports].flatMap(([uuid, { status }]) => (status.router ? [[uuid, status.router] as const] : [])));
