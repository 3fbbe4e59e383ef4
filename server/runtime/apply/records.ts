import type { CoordinatorEvent } from '~/core/apply/coordinator-messages.ts';
import type { RunStore } from '~/server/store/index.ts';
import type { CallEffect } from './calls.ts';
import type { WorkEffect } from './drive.ts';

/** The words of a run to the database. Whatever cannot be told for certain is `unknown`, and is asked again. */

export type RecordEffect = Exclude<WorkEffect, CallEffect>;

export type RecordsOptions = {
  readonly owner: string;
  readonly now: () => number;
  /** The run's first row: nothing is decided before it is there. */
  readonly begun: Promise<void>;
  /** The lock was lost: another server may be settling this run. */
  readonly lost: AbortSignal;
};

export async function recorded(effect: RecordEffect, runs: RunStore, options: RecordsOptions): Promise<CoordinatorEvent> {
  switch (effect.kind) {
    case 'recordDecision':
      return decided(effect, runs, options).catch((error: unknown) => ({ kind: 'decisionRecorded', outcome: 'unknown', message: sentenceOf(error) }));
    case 'recordAborted':
      return abortedIn(effect, runs, options).catch(() => ({ kind: 'abortRecorded', outcome: 'unknown' }));
  }
}

async function decided({ runId, candidate, run }: Extract<RecordEffect, { kind: 'recordDecision' }>, runs: RunStore, { owner, now, begun, lost }: RecordsOptions): Promise<CoordinatorEvent> {
  const told = (outcome: 'won' | 'lost', message: string | null = null): CoordinatorEvent => ({ kind: 'decisionRecorded', outcome, message });
  await begun;
  const answer = lost.aborted ? 'unlocked' : await runs.decide(runId, { owner, at: now(), version: candidate, instances: run.instances });
  if (answer === 'decided') return told('won');
  // An earlier try of ours may have gone through without our hearing of it, and been taken over since: it stays decided.
  const stored = await runs.get(runId);
  if (stored !== null && stored.run.decidedAt !== null) return told('won');
  if (answer === 'unlocked') return told('lost', 'This server lost its lock before the decision: its connection to the database was too slow.');
  return told('lost', answer === 'stale' ? `Another server made version ${candidate.meta.version} first.` : 'Another server has taken this run over.');
}

async function abortedIn({ runId, run }: Extract<RecordEffect, { kind: 'recordAborted' }>, runs: RunStore, { now, begun }: RecordsOptions): Promise<CoordinatorEvent> {
  await begun;
  const done = await runs.abort(runId, { at: now(), error: run.error ?? 'aborted', instances: run.instances });
  if (done) return { kind: 'abortRecorded', outcome: 'done' };
  const stored = await runs.get(runId);
  return { kind: 'abortRecorded', outcome: stored === null || stored.run.state === 'aborted' ? 'done' : 'decided' };
}

const sentenceOf = (error: unknown) => `The database did not answer: ${error instanceof Error ? error.message : String(error)}`;
