import { CoterieError } from '~/contract/errors.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Plan, Refusal, Step } from '~/contract/shapes/plan.ts';
import { carryOut } from './carry-out.ts';
import type { Intent } from './change.ts';
import type { Context } from './context.ts';

/** What is done to a running instance and changes no configuration: restart, stop, rebuild, eval. Planned and refused like any change. */

export type Action = { readonly summary: string; readonly steps: readonly Step[]; readonly refusals?: readonly Refusal[]; readonly warnings?: readonly string[] };

export async function act<T>(context: Context, intent: Intent, { action, run, changes = [] }: { action: Action; run: () => Promise<T>; changes?: readonly Change[] }) {
  const { versions } = context.services.runtime;
  const version = versions.current?.version ?? 0;
  if (intent.expectedVersion !== undefined && intent.expectedVersion !== version) {
    throw new CoterieError('STALE_VERSION', `The configuration is at version ${version}, not ${intent.expectedVersion}. Look at it again, then repeat.`, { version, expectedVersion: intent.expectedVersion });
  }
  const plan: Plan = { summary: action.summary, steps: [...action.steps], refusals: [...(action.refusals ?? [])], warnings: [...(action.warnings ?? [])], changes: [...changes], baseVersion: null };
  return carryOut({ context, dryRun: intent.dryRun }, plan, run);
}

export const step = (kind: Step['kind'], target: string, [sentence, reason]: readonly [string, string]): Step => ({ kind, target, sentence, reason });
