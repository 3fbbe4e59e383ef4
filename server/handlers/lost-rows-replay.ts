import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { Replayed } from '~/contract/lost-rows.ts';
import { ReplayOutcome, replayOutcomes, type replayPolicies } from '~/contract/shapes/failover-view.ts';
import { Batches, type Batch } from '~/core/failover/replay-batches.ts';
import { nextFrom, type Selection } from '~/core/failover/selection.ts';
import { replayRowsMax, type AgentClient, type StoredRow } from '~/link/protocol.ts';

/**
 * Chosen rows from the agent that has the file to the agent of the master, batch by batch. Nothing is sent again by itself:
 * where an answer is missing it ends and says how far it came, and a second replay finds what is written already the same.
 */
export type ReplayTarget = {
  readonly source: Pick<AgentClient, 'readLostRows'>;
  readonly name: string;
  readonly master: Pick<AgentClient, 'replayRows'>;
  /** Of the master. */
  readonly alias: string;
  readonly replicaset: string;
  readonly conflict: (typeof replayPolicies)[number];
  readonly newSession: () => string;
};

const readMs = 30_000;
const replayMs = 40_000;
const pageRows = 500;
/** 4 ms of the database's transaction thread. */
const batchRows = 200;
/** A request of 4 MiB is what the database's control socket takes. */
const batchBytesMax = 2 * 1024 * 1024;

type Sized = StoredRow & { readonly bytes: number };

export async function replayInto(target: ReplayTarget, selection: Selection, { dryRun, shownMax }: { dryRun: boolean; shownMax: number }): Promise<Replayed> {
  const counts = Object.fromEntries(replayOutcomes.map((outcome) => [outcome, 0])) as Record<ReplayOutcome['outcome'], number>;
  const outcomes: ReplayOutcome[] = [];
  let more = 0;
  const note = (outcome: ReplayOutcome) => {
    counts[outcome.outcome] += 1;
    if (outcome.outcome === 'applied' || outcome.outcome === 'same') return;
    if (outcomes.length < shownMax) outcomes.push(outcome);
    else more += 1;
  };
  const session = target.newSession();
  let sent = 0;
  let stopped: string | null = null;
  try {
    for await (const { batch, last } of withLast(batchesOf(target, selection))) {
      if (!batch.fits) {
        for (const { number } of batch.rows) note({ number, outcome: 'refused', why: 'its transaction is too large to be written again here: take it from the export', present: null, wanted: null });
        continue;
      }
      const answer = await target.master.replayRows({ replicaset: target.replicaset, session, first: sent === 0, last, dryRun, conflict: target.conflict, rows: [...batch.rows] }, { timeoutMs: replayMs });
      sent += 1;
      for (const outcome of answer.outcomes) note(ReplayOutcome.parse(outcome));
      if (answer.unsure === null) continue;
      stopped = `The rows up to ${batch.rows.at(-1)?.number} are written on ${target.alias} and may not last: ${answer.unsure}.`;
      break;
    }
  } catch (error) {
    if (sent === 0) throw error;
    stopped = `It ended early: ${problemOf(error).detail} What was sent last may be written or not; a second replay finds out.`;
  }
  return { master: target.alias, selected: selection.count, counts, outcomes, more, stopped, sentence: sentenceOf(counts, { dryRun, alias: target.alias, stopped }) };
}

async function* batchesOf({ source, name }: ReplayTarget, selection: Selection): AsyncGenerator<Batch<Sized>> {
  const batches = new Batches<Sized>({ rowsEnough: batchRows, rowsMax: replayRowsMax, bytesMax: batchBytesMax });
  for (let at = nextFrom(selection, 1); at !== null; ) {
    const { rows } = await source.readLostRows({ name, offset: at.first - 1, limit: Math.min(at.count, pageRows) }, { timeoutMs: readMs });
    if (rows.length === 0) throw new CoterieError('CONFLICT', `${name} has no row ${at.first}: it has changed.`);
    for (const row of rows) yield* batches.add({ ...row, bytes: sizeOf(row) });
    at = nextFrom(selection, at.first + rows.length);
  }
  yield* batches.end();
}

/** What is sent of it, about. */
const sizeOf = ({ raw, space }: StoredRow): number => 200 + space.length + (raw.key?.length ?? 0) + (raw.tuple?.length ?? 0) + (raw.operations?.length ?? 0);

/** `last` is said of the last batch that is sent. */
async function* withLast<R>(batches: AsyncIterable<Batch<R>>): AsyncGenerator<{ batch: Batch<R>; last: boolean }> {
  let held: Batch<R> | null = null;
  for await (const batch of batches) {
    if (!batch.fits) {
      yield { batch, last: false };
      continue;
    }
    if (held) yield { batch: held, last: false };
    held = batch;
  }
  if (held) yield { batch: held, last: true };
}

function sentenceOf(counts: Record<ReplayOutcome['outcome'], number>, { dryRun, alias, stopped }: { dryRun: boolean; alias: string; stopped: string | null }): string {
  const parts = [
    `${counts.applied + counts.overwritten} rows ${dryRun ? 'would be' : 'are'} written on ${alias}`,
    ...(counts.overwritten > 0 ? [`${counts.overwritten} of them over another row`] : []),
    ...(counts.same > 0 ? [`${counts.same} are there already`] : []),
    ...(counts.conflict > 0 ? [`${counts.conflict} conflict with rows that are there now`] : []),
    ...(counts.withheld > 0 ? [`${counts.withheld} wait for another row of their transaction`] : []),
    ...(counts.refused > 0 ? [`${counts.refused} cannot be written`] : []),
  ];
  return `${parts.join(', ')}.${stopped === null ? '' : ` ${stopped}`}`;
}
