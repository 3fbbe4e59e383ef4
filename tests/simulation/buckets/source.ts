/** The source's side of a hand-over, as its master's fiber does it. */
import { call, enoughCopies, nobodyHolds, pause, type Fiber, type Request } from './messages.ts';
import type { Rules } from './rules.ts';
import type { Row, Storage } from './storage.ts';

const chunkValues = 2;

export type HandOver = { readonly bucket: number; readonly to: number; readonly attempt: number };

export function* handOver(storage: Storage, rules: Rules, { bucket, to, attempt }: HandOver): Fiber {
  const row = storage.row(bucket);
  if (!storage.leads || row?.state !== 'active') return;
  const generation = row.generation;
  const sending: Row = { state: 'sending', generation, peer: to, attempt, ready: false };
  storage.write({ bucket, row: sending });
  storage.working.set(bucket, attempt);
  yield* carriedOut(storage, rules, { bucket, to, attempt }, sending);
  if (storage.working.get(bucket) === attempt) storage.working.delete(bucket);
}

function* carriedOut(storage: Storage, rules: Rules, { bucket, to, attempt }: HandOver, sending: Row): Fiber {
  const still = (state: Row['state']) => storage.leads && (!rules.stepsAreCompared || (storage.row(bucket)?.state === state && storage.row(bucket)?.attempt === attempt));
  const prepared = yield* carriedOver(storage, rules, { bucket, to, attempt }, sending.generation + 1);
  if (!still('sending')) return;
  if (!prepared) {
    storage.write({ bucket, row: owned(sending) });
    // Nobody waits for the answer.
    yield* call(to, { kind: 'drop', bucket, attempt });
    return;
  }
  const sent = storage.write({ bucket, row: { ...sending, state: 'sent' } });
  if (rules.sentIsSafe && !(yield* enoughCopies(sent))) {
    if (!rules.sentIsFinal && still('sent')) storage.write({ bucket, row: owned(sending) });
    return;
  }
  if (!rules.rowsWaitForOwner) storage.write({ bucket, row: passedOn(sending) });
  const answer = yield* call(to, { kind: 'begin', bucket, attempt, generation: sending.generation + 1 });
  if (answer?.kind === 'owned' && still('sent')) storage.write({ bucket, row: passedOn(sending) });
}

export const owned = (row: Row): Row => ({ state: 'active', generation: row.generation, peer: null, attempt: null, ready: false });
export const passedOn = (row: Row): Row => ({ state: 'garbage', generation: row.generation, peer: row.peer, attempt: null, ready: false });

/** Up to "prepared". Each message waits for the answer to the one before. */
function* carriedOver(storage: Storage, rules: Rules, { bucket, to, attempt }: HandOver, generation: number): Fiber<boolean> {
  if (rules.writesAreWaitedFor && !(yield* nobodyHolds(bucket))) return false;
  const accepted = function* (request: Request): Fiber<boolean> {
    return (yield* call(to, request))?.kind === 'done' && storage.leads;
  };
  if (!(yield* accepted({ kind: 'receive', bucket, attempt, generation, from: storage.id }))) return false;
  const values = [...storage.view.valuesOf(bucket)];
  let chunks = 0;
  for (let at = 0; at < values.length; at += chunkValues) {
    if (!(yield* accepted({ kind: 'chunk', bucket, attempt, number: chunks++, values: values.slice(at, at + chunkValues) }))) return false;
  }
  return yield* accepted({ kind: 'prepare', bucket, attempt, chunks });
}

/** A client's write: it holds the bucket from its look at the row to the commit. */
export function* clientWrite(storage: Storage, rules: Rules, bucket: number, value: number): Fiber {
  const state = storage.row(bucket)?.state;
  if (!storage.leads || (state !== 'active' && (rules.sendingTakesNoWrite || state !== 'sending'))) return;
  storage.holding.set(bucket, (storage.holding.get(bucket) ?? 0) + 1);
  yield* pause();
  storage.holding.set(bucket, (storage.holding.get(bucket) ?? 0) - 1);
  if (storage.leads) storage.write({ bucket, put: [value], client: true });
}
