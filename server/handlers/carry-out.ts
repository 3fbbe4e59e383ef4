import { CoterieError } from '~/contract/errors.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Plan, Refusal } from '~/contract/shapes/plan.ts';
import type { Context } from './context.ts';

/** Plans of changes that touch no configuration: users, tokens, sessions. */
export function storePlan(target: string, sentence: string, more: { reason?: string; refusals?: Refusal[]; warnings?: string[]; changes?: Change[] } = {}): Plan {
  const { reason = 'You asked for it.', refusals = [], warnings = [], changes = [] } = more;
  return { summary: sentence, steps: [{ kind: 'store', target, sentence, reason }], refusals, warnings, changes, baseVersion: null };
}

/** Shows the plan, or refuses, or does it: the same three steps for every mutation of this kind. That it begins is in the audit log before it is done. */
export async function carryOut<T>({ context, dryRun }: { context: Context; dryRun: boolean }, plan: Plan, act: () => Promise<T>): Promise<{ dryRun: boolean; plan: Plan; run: null; data: T | null }> {
  if (dryRun) return { dryRun: true, plan, run: null, data: null };
  const refusal = plan.refusals[0];
  if (refusal) throw new CoterieError('REFUSED', `${refusal.sentence} ${refusal.wayOut}`, { refusals: plan.refusals });
  await context.audit?.begin(plan);
  return { dryRun: false, plan, run: null, data: await act() };
}
