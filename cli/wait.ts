import { CoterieError } from '~/contract/errors.ts';
import { entryOf, type Entry } from '~/contract/index.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { call } from './client.ts';
import type { Target } from './contexts.ts';
import type { MigrationRun } from '~/contract/shapes/migration.ts';
import type { CodeCheck } from '~/contract/shapes/code.ts';
import type { OutcomeValue } from './output/plan.ts';

/** --wait: until the run is over and every instance is where its configuration wants it. And what the exit code says. */

const everyMs = 100;

export async function settled(target: Target, outcome: OutcomeValue, { waitMs, nowMs }: { waitMs: number; nowMs: () => number }): Promise<OutcomeValue> {
  if (outcome.run === null || outcome.run.state === 'aborted') return outcome;
  const until = nowMs() + waitMs;
  for (;;) {
    const overview = (await call(target, entryOf('cluster.overview'), {}, { timeoutMs: 10_000 })) as ClusterOverview;
    const run = (await call(target, entryOf('applyRun.get'), { id: outcome.run.id }, { timeoutMs: 10_000 })) as OutcomeValue['run'];
    const waitedFor = overview.instances.filter(({ configured, disabled, state, goal }) => configured && !disabled && state !== goal);
    if (run?.finishedAt != null && waitedFor.length === 0) return { ...outcome, run };
    if (nowMs() > until) {
      const names = waitedFor.map(({ alias, state, reason }) => `${alias} is ${state ?? 'unknown'}${reason ? ` (${reason})` : ''}`);
      throw new CoterieError('TIMED_OUT', `Not there after ${waitMs / 1000} s: ${names.join('; ') || `run ${outcome.run.id} is ${run?.state}`}. It goes on; see \`coterie cluster overview\`.`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** 0 ok, 1 failed or differs, 6 refused, 8 partly done. */
export function exitOf(entry: Entry, answer: unknown): number {
  switch (entry.name) {
    case 'topology.diff':
      return (answer as unknown[]).length === 0 ? 0 : 1;
    case 'cluster.health':
      return (answer as { health: string }).health === 'critical' ? 1 : 0;
    case 'topology.plan':
    case 'config.validate':
      return (answer as OutcomeValue['plan']).refusals.length === 0 ? 0 : 6;
    case 'code.diff':
      return (answer as unknown[]).length === 0 ? 0 : 1;
    case 'code.validate':
    case 'schema.check': {
      const { faults, refusals } = answer as CodeCheck;
      return faults.some(({ severity }) => severity === 'error') ? 1 : refusals.length > 0 ? 6 : 0;
    }
    case 'function.call':
    case 'instance.eval':
      return (answer as { data: { ok: boolean } | null }).data?.ok === false ? 1 : 0;
    case 'console.eval': {
      const { data, dryRun, plan } = answer as { data: { answers: { state: string }[] } | null } & Pick<OutcomeValue, 'dryRun' | 'plan'>;
      if (dryRun || data === null) return plan.refusals.length === 0 ? 0 : 6;
      const failed = data.answers.filter(({ state }) => state !== 'done').length;
      return failed === 0 ? 0 : failed === data.answers.length ? 1 : 8;
    }
    case 'data.browse':
    case 'data.get':
    case 'data.export':
      return (answer as { missing: unknown[] }).missing.length === 0 ? 0 : 8;
    case 'sharding.doctor':
      return (answer as { severity: string }[]).some(({ severity }) => severity !== 'info') ? 1 : 0;
    case 'sharding.plan':
      return (answer as { storages: { target: number | null }[] }).storages.some(({ target }) => target === null) ? 6 : 0;
    case 'failover.preview':
      return (answer as { possible: boolean }).possible ? 0 : 6;
    case 'failover.evacuate': {
      const { data, dryRun, plan } = answer as { data: { moves: { state: string }[] } | null } & Pick<OutcomeValue, 'dryRun' | 'plan'>;
      return dryRun ? (plan.refusals.length === 0 ? 0 : 6) : data?.moves.some(({ state }) => state === 'refused') ? 8 : 0;
    }
    case 'migration.run':
    case 'migration.resume':
    case 'migration.down': {
      const { data, dryRun, plan } = answer as { data: MigrationRun | null } & Pick<OutcomeValue, 'dryRun' | 'plan'>;
      if (dryRun || data === null) return plan.refusals.length === 0 ? 0 : 6;
      if (data.replicasets.every(({ state }) => state === 'done')) return 0;
      return data.replicasets.some(({ ran }) => ran.length > 0) ? 8 : 1;
    }
    case 'alert.test': {
      const { data, dryRun, plan } = answer as { data: { delivered: boolean } | null } & Pick<OutcomeValue, 'dryRun' | 'plan'>;
      return dryRun ? (plan.refusals.length === 0 ? 0 : 6) : data?.delivered === true ? 0 : 1;
    }
    default: {
      if (entry.operation.kind !== 'mutation') return 0;
      const { run, plan, dryRun } = answer as OutcomeValue;
      if (dryRun) return plan.refusals.length === 0 ? 0 : 6;
      return run?.state === 'aborted' ? 1 : run?.state === 'partial' ? 8 : 0;
    }
  }
}
