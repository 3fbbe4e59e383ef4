import type { ApplyRun, InstanceApply } from '~/contract/shapes/plan.ts';
import { ApplyCoordinator } from '~/core/apply/coordinator.ts';
import type { ApplyMember, RunHead } from '~/core/apply/coordinator-messages.ts';
import type { Surface } from '~/contract/shapes/config.ts';
import type { Committed } from '~/link/protocol.ts';
import type { StoredRun } from '~/server/store/index.ts';
import type { RunnerComponents, RunnerOptions } from './runner.ts';

/**
 * Settles runs whose server is gone. Not decided: it never will be, and its locks are released.
 * Decided: the version exists, so every instance gets it. Called under the lock, so that nobody else does the same.
 */

export type RecoveryComponents = RunnerComponents & {
  readonly isLive: (id: string) => boolean;
  readonly finish: (machine: ApplyCoordinator, id: string) => Promise<ApplyRun>;
};

export async function settleLeft(components: RecoveryComponents, options: RunnerOptions): Promise<void> {
  for (const stored of await components.store.runs.unfinished()) {
    if (components.isLive(stored.run.id)) continue;
    if (stored.owner !== options.owner && !(await components.store.runs.takeOver(stored.run.id, stored.owner, options.owner))) continue;
    await settleOne(stored, components, options);
  }
}

async function settleOne({ run, owner }: StoredRun, components: RecoveryComponents, options: RunnerOptions): Promise<void> {
  const { store, now, finish } = components;
  if (run.state === 'decided') return void (await finish(await resumed(run, components, options), run.id));
  const error = `${owner === options.owner ? 'This server' : `The server ${owner}`} ended before the decision: nothing was changed.`;
  const instances = run.instances.map((one): InstanceApply => ({ ...one, state: 'aborted' }));
  if (!(await store.runs.abort(run.id, { at: now(), error, instances }))) return;
  // Only the run's id matters to those who hold its lock.
  const nothing: Committed = { meta: { version: run.version, hash: '0'.repeat(64), author: run.author, surface: 'system', reason: null, at: run.startedAt, base: run.baseVersion }, text: '' };
  await finish(ApplyCoordinator.resumeAborted({ run: headOf(run, options), base: null, candidate: nothing, participants: membersOf(run, components), error, ...policyOf(options) }), run.id);
}

async function resumed(run: ApplyRun, components: RecoveryComponents, options: RunnerOptions): Promise<ApplyCoordinator> {
  const { store, now } = components;
  const [candidate, base] = await Promise.all([store.versions.get(run.version), run.baseVersion === null ? null : store.versions.get(run.baseVersion)]);
  if (candidate === null) throw new Error(`run ${run.id} is decided, but the database has no version ${run.version}`);
  return ApplyCoordinator.resumeDecided({ run: headOf(run, options), base, candidate, participants: membersOf(run, components), decidedAt: run.decidedAt ?? now(), ...policyOf(options) });
}

const headOf = (run: ApplyRun, { owner }: RunnerOptions): RunHead => ({ id: run.id, owner, author: run.author, surface: run.surface as Surface, reason: run.reason, startedAt: run.startedAt });

function membersOf(run: ApplyRun, components: RecoveryComponents): ApplyMember[] {
  const reachable = components.reachable();
  return run.instances.map(({ uuid, alias }) => ({ uuid, alias, reachable: reachable.has(uuid) }));
}

const policyOf = ({ policy }: RunnerOptions) => (policy ? { policy } : {});
