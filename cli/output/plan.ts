import type { z } from 'zod';
import type { ConsoleAnswer } from '~/contract/console.ts';
import type { ApplyRun, Outcome, Plan } from '~/contract/shapes/plan.ts';
import { EvalResult } from '~/contract/shapes/status.ts';
import type { Move } from '~/contract/shapes/failover-status.ts';
import { consoleText } from './data.ts';
import { evalText } from './eval.ts';
import { movesText } from './failover.ts';
import { bold, coloured, dim, type Style } from './text.ts';

/** What a mutation would do, or did: the same plan that the dashboard previews. */

export type OutcomeValue = z.output<ReturnType<typeof Outcome<z.ZodUnknown>>>;

export function planText(plan: Plan, style: Style): string {
  const lines = [bold(plan.summary, style)];
  if (plan.changes.length > 0) lines.push('', 'Changes:', ...plan.changes.map(({ kind, sentence }) => `  ${coloured(markOf[kind], kind, style)} ${sentence}`));
  if (plan.steps.length > 0) lines.push('', 'Steps:', ...plan.steps.map(({ sentence, reason }, index) => `  ${index + 1}. ${sentence}${reason ? dim(` (${reason})`, style) : ''}`));
  if (plan.warnings.length > 0) lines.push('', ...plan.warnings.map((warning) => coloured(`Warning: ${warning}`, 'warning', style)));
  if (plan.refusals.length > 0) lines.push('', ...plan.refusals.map(({ sentence, wayOut }) => `${coloured(`Refused: ${sentence}`, 'refused', style)}\n  ${wayOut}`));
  return `${lines.join('\n')}\n`;
}

const markOf = { added: '+', removed: '-', changed: '~' } as const;

export function runText(run: ApplyRun, style: Style): string {
  const tookMs = run.finishedAt === null ? null : run.finishedAt - run.startedAt;
  const head = `Run ${run.id}: version ${run.version} ${coloured(run.state, run.state, style)}${tookMs === null ? '' : ` in ${tookMs} ms`}${run.error === null ? '' : `: ${run.error}`}`;
  const width = Math.max(...run.instances.map(({ alias }) => alias.length), 0);
  return `${[head, ...run.instances.map(({ alias, state, message }) => `  ${alias.padEnd(width)}  ${coloured(state, state, style)}${message ? `  ${message}` : ''}`)].join('\n')}\n`;
}

export function outcomeText(outcome: OutcomeValue, style: Style): string {
  if (outcome.dryRun) return `${planText(outcome.plan, style)}\n${dim('Nothing was changed (--dry-run).', style)}\n`;
  const data = outcome.data;
  const evaluated = EvalResult.safeParse(data);
  if (evaluated.success) return `${evalText(evaluated.data, style)}${dim(`${evaluated.data.tookMs.toFixed(1)} ms`, style)}\n`;
  if (typeof data === 'object' && data !== null && 'answers' in data) return consoleText(data.answers as ConsoleAnswer[], style);
  const sentence = typeof data === 'object' && data !== null && 'sentence' in data ? String(data.sentence) : outcome.plan.summary;
  const rest = typeof data === 'object' && data !== null && 'secret' in data ? `\n${String(data.secret)}\n` : '';
  const moves = typeof data === 'object' && data !== null && 'moves' in data && Array.isArray(data.moves) && data.moves.length > 0 ? movesText(data.moves as Move[], style) : '';
  return `${sentence}\n${rest}${moves}${outcome.run ? runText(outcome.run, style) : ''}`;
}
