import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';
import { Change } from './config.ts';

/** What a mutation would do. The UI previews it, --dry-run prints it, the audit log keeps it. */

export const stepKinds = [
  'writeConfig', 'bootstrap', 'join', 'restartReplication', 'moveMaster', 'stop', 'start', 'restart', 'fence',
  'rebuild', 'applyRoles', 'applySections', 'setFailover', 'setSharding', 'setRouter', 'setUsers', 'store',
] as const;

export const Step = z.object({
  kind: z.enum(stepKinds),
  /** uuid or name of the instance, replicaset, user... that it concerns. */
  target: z.string(),
  sentence: z.string(),
  reason: z.string(),
});
export type Step = z.output<typeof Step>;

/** Why a plan may not run. `wayOut` says what to do about it. */
export const Refusal = z.object({ code: z.string(), target: z.string(), sentence: z.string(), wayOut: z.string() });
export type Refusal = z.output<typeof Refusal>;

export const Plan = z.object({
  summary: z.string(),
  steps: z.array(Step),
  refusals: z.array(Refusal),
  warnings: z.array(z.string()),
  changes: z.array(Change),
  /** Configuration version that the plan was made against; null when it touches no configuration. */
  baseVersion: z.number().int().nonnegative().nullable(),
});
export type Plan = z.output<typeof Plan>;

export const instanceApplyStates = ['waiting', 'preparing', 'prepared', 'refused', 'unreachable', 'committing', 'applied', 'failed', 'pending', 'aborted'] as const;

export const InstanceApply = z.object({
  uuid: Uuid,
  alias: z.string(),
  state: z.enum(instanceApplyStates),
  message: z.string().nullable(),
  tookMs: z.number().nullable(),
});
export type InstanceApply = z.output<typeof InstanceApply>;

/** `partial`: decided and committed, but some instances are pending or failed to apply; they catch up by themselves. */
export const applyRunStates = ['preparing', 'aborted', 'decided', 'done', 'partial'] as const;

export const ApplyRun = z.object({
  id: z.string(),
  version: z.number().int().positive(),
  baseVersion: z.number().int().positive().nullable(),
  state: z.enum(applyRunStates),
  author: z.string(),
  surface: z.string(),
  reason: z.string().nullable(),
  startedAt: TimeMs,
  decidedAt: TimeMs.nullable(),
  finishedAt: TimeMs.nullable(),
  /** Why it was aborted, with the instance's name. */
  error: z.string().nullable(),
  instances: z.array(InstanceApply),
});
export type ApplyRun = z.output<typeof ApplyRun>;

/** What every mutation answers: the plan, what became of it, and the operation's own data. */
export const Outcome = <D extends z.ZodType>(data: D) =>
  z.object({
    dryRun: z.boolean(),
    plan: Plan,
    /** The apply run, where the configuration changed. */
    run: ApplyRun.nullable(),
    /** Null for a dry run. */
    data: data.nullable(),
  });
