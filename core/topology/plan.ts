import type { ClusterConfig, Change, ConfigVersion } from '~/contract/shapes/config.ts';
import { diffConfigs } from '~/core/config/diff.ts';
import { codeWarnings } from './code-warnings.ts';
import { databaseWarnings } from './database-steps.ts';
import { factsOf } from './facts.ts';
import type { KnownInstance } from './known.ts';
import type { Plan, Refusal } from './refusal.ts';
import { unsafeIn } from './safety.ts';
import type { ShardingFacts } from './sharding-safety.ts';
import { stepsOf } from './steps.ts';
import { validateConfig } from './validate.ts';
import { warningsOf } from './warnings.ts';

type PlannedChange = { readonly base: ConfigVersion | null; readonly next: ClusterConfig; readonly known: readonly KnownInstance[]; readonly sharding?: ShardingFacts | null };

/** Whether a change may be made, which is what it waits for, and what to tell people of it, which can be told meanwhile. */
export type Judged = { readonly refusals: readonly Refusal[]; /** Nothing differs. */ readonly nothing: boolean; readonly plan: () => Plan };

/**
 * What a change from `base` to `next` would do, and whether it may. Nothing is decided here by the order of the
 * input, and a plan of no difference is empty. Steps stand in the order in which their effects may be relied on;
 * all of them follow from the one atomic write of the configuration, each done by the agents that it concerns.
 */
export const planChange = (change: PlannedChange): Plan => judgeChange(change).plan();

export function judgeChange(change: PlannedChange): Judged {
  const { base, next } = change;
  const changes = diffConfigs(base?.config ?? null, next);
  const baseVersion = base?.version ?? 0;
  const bare = (summary: string, refusals: Refusal[]): Judged => ({ refusals, nothing: changes.length === 0, plan: () => ({ summary, steps: [], refusals, warnings: [], changes, baseVersion }) });
  if (changes.length === 0) return bare('Nothing changes.', []);
  const faults = validateConfig(next, base?.config ?? null);
  // Steps and risks of a configuration that cannot be would only confuse.
  if (faults.length > 0) return bare(refusedSummary(faults), faults);
  const facts = factsOf(change);
  const refusals = unsafeIn(facts);
  const plan = (): Plan => ({
    summary: refusals.length > 0 ? refusedSummary(refusals) : summaryOf(changes),
    steps: stepsOf(facts),
    refusals,
    warnings: [...warningsOf(facts), ...codeWarnings(facts), ...databaseWarnings(facts)],
    changes,
    baseVersion,
  });
  return { refusals, nothing: false, plan };
}

const shownMax = 3;

function summaryOf(changes: readonly Change[]): string {
  const shown = changes.slice(0, shownMax).map(({ sentence }) => sentence).join('; ');
  return changes.length > shownMax ? `${changes.length} changes: ${shown}; and ${changes.length - shownMax} more` : shown;
}

function refusedSummary(refusals: readonly Refusal[]): string {
  return refusals.length === 1 ? `Refused: ${refusals[0]?.sentence}` : `Refused for ${refusals.length} reasons, first: ${refusals[0]?.sentence}`;
}
