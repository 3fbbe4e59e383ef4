/** The destination's side, and what a master says when it is asked. */
import { enoughCopies, type Answer, type Fiber, type Request } from './messages.ts';
import type { Rules } from './rules.ts';
import type { Row, Storage } from './storage.ts';

const done = { kind: 'done' } as const;
const refused = { kind: 'refused' } as const;

export function* answered(storage: Storage, rules: Rules, request: Request): Fiber<Answer> {
  const { bucket } = request;
  if (request.kind === 'look') return yield* looked(storage, rules, bucket);
  if (!storage.leads) return refused;
  const row = storage.row(bucket);
  switch (request.kind) {
    case 'receive': {
      const again = row?.state === 'receiving' && !row.ready && row.attempt === request.attempt;
      if (again) return done;
      if (!accepts(row, request.generation, rules)) return refused;
      storage.write({ bucket, row: { state: 'receiving', generation: request.generation, peer: request.from, attempt: request.attempt, ready: false }, remove: [...storage.view.valuesOf(bucket)] });
      storage.chunks.set(request.attempt, new Set());
      return done;
    }
    case 'chunk': {
      const chunks = storage.chunks.get(request.attempt);
      if (!isOf(row, request.attempt, rules) || row.ready || (rules.chunksAreCounted && !chunks)) return refused;
      storage.write({ bucket, put: request.values });
      chunks?.add(request.number);
      return done;
    }
    case 'prepare': {
      if (!isOf(row, request.attempt, rules)) return refused;
      if (!row.ready) {
        if (rules.chunksAreCounted && storage.chunks.get(request.attempt)?.size !== request.chunks) return refused;
        storage.write({ bucket, row: { ...row, ready: true } });
      }
      if (rules.preparedIsSafe && !(yield* enoughCopies(storage.written))) return refused;
      return done;
    }
    case 'begin': {
      if (isOf(row, request.attempt, rules) && row.ready) storage.write({ bucket, row: begun(row) });
      else if (!row || row.state === 'receiving' || row.generation < request.generation) return refused;
      if (rules.begunIsSafe && !(yield* enoughCopies(storage.written))) return refused;
      return { kind: 'owned' };
    }
    case 'drop':
      if (isOf(row, request.attempt, rules)) storage.write({ bucket, row: dropped(row) });
      return done;
  }
}

export const begun = (row: Row): Row => ({ state: 'active', generation: row.generation, peer: null, attempt: null, ready: false });

/** It was never active in that generation: nobody may take it for one that passed the bucket on. */
export const dropped = (row: Row): Row => ({ state: 'garbage', generation: row.generation - 1, peer: null, attempt: null, ready: false });

function accepts(row: Row | undefined, generation: number, rules: Rules): boolean {
  if (!row) return true;
  if (row.state === 'gone') return row.generation < generation;
  return row.state === 'receiving' && !rules.otherAttemptsAreRefused;
}

const isOf = (row: Row | undefined, attempt: number, rules: Rules): row is Row => row?.state === 'receiving' && (row.attempt === attempt || !rules.attemptsAreCompared);

function* looked(storage: Storage, rules: Rules, bucket: number): Fiber<Answer> {
  const row = storage.row(bucket) ?? null;
  const { leads } = storage;
  const safe = !rules.wordsAreSafe || (yield* enoughCopies(storage.written));
  return { kind: 'row', row, leads, safe };
}

/** A replica has what is on enough copies, at least. */
export const byReplica = (storage: Storage, rules: Rules, bucket: number): Answer => ({ kind: 'row', row: storage.safe.rows.get(bucket) ?? null, leads: !rules.mastersAreAsked, safe: true });
