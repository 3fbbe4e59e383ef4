import type { CoordinatorEvent } from '~/core/apply/coordinator-messages.ts';
import { isDiskFull, type AuditDraft, type RunStore } from '~/server/store/index.ts';
import type { CallEffect } from './calls.ts';
import type { WorkEffect } from './drive.ts';

/** The words of a run to the database. Whatever cannot be told for certain is `unknown`, and is asked again. */

export type RecordEffect = Exclude<WorkEffect, CallEffect>;

export type RecordsOptions = {
  readonly owner: string;
  readonly now: () => number;
  /** The run's first row: nothing is decided before it is there. */
  readonly begun: Promise<void>;
  /** Who did it, for the audit log; null where nobody is to be told of. */
  readonly audit: () => AuditDraft | null;
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

async function decided({ runId, candidate, run }: Extract<RecordEffect, { kind: 'recordDecision' }>, runs: RunStore, { owner, now, begun, lost, audit }: RecordsOptions): Promise<CoordinatorEvent> {
  const told = (outcome: 'won' | 'lost', message: string | null = null): CoordinatorEvent => ({ kind: 'decisionRecorded', outcome, message });
  const decide = async () => {
    await begun;
    return lost.aborted ? 'unlocked' : runs.decide(runId, { owner, at: now(), version: candidate, instances: run.instances, audit: audit() });
  };
  const answer = await decide().catch(async (error: unknown) => {
    // A full disk refuses the whole transaction; where it filled up right behind it, the decision is there to be read.
    if (isDiskFull(error) && ((await runs.get(runId))?.run.decidedAt ?? null) === null) return 'full';
    throw error;
  });
  if (answer === 'full') return told('lost', 'The disk of the server is full: the decision could not be written. Free space there, then try again.');
  if (answer === 'decided') return told('won');
  // An earlier try of ours may have gone through without our hearing of it, and been taken over since: it stays decided.
  const stored = await runs.get(runId);
  if (stored !== null && stored.run.decidedAt !== null) return told('won');
  if (answer === 'unlocked') return told('lost', 'This server lost its lock before the decision: its connection to the database was too slow.');
  return told('lost', answer === 'stale' ? `Another server made version ${candidate.meta.version} first.` : 'Another server has taken this run over.');
}

async function abortedIn({ runId, run }: Extract<RecordEffect, { kind: 'recordAborted' }>, runs: RunStore, { now, begun }: RecordsOptions): Promise<CoordinatorEvent> {
  // A run whose first row was never written has nothing to be marked.
  await begun.catch(() => {});
  const done = await runs.abort(runId, { at: now(), error: run.error ?? 'aborted', instances: run.instances });
  if (done) return { kind: 'abortRecorded', outcome: 'done' };
  const stored = await runs.get(runId);
  return { kind: 'abortRecorded', outcome: stored === null || stored.run.state === 'aborted' ? 'done' : 'decided' };
}

const sentenceOf = (error: unknown) => `The database did not answer: ${error instanceof Error ? error.message : String(error)}`;
