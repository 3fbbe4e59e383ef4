/** What a master does with a bucket that no fiber of its own is at work on, and the deletion of what is garbage. */
import { begun, dropped } from './destination.ts';
import { call, enoughCopies, pause, type Answer, type Fiber } from './messages.ts';
import type { Rules } from './rules.ts';
import { owned, passedOn } from './source.ts';
import type { Row, Storage } from './storage.ts';

export function* recovered(storage: Storage, rules: Rules, bucket: number): Fiber {
  const row = storage.row(bucket);
  if (!row || !storage.leads || storage.working.has(bucket)) return;
  // By identity: no two changes leave the same object.
  const still = () => storage.leads && storage.row(bucket) === row;
  switch (row.state) {
    case 'active':
    case 'gone':
      return;
    case 'sending':
      storage.write({ bucket, row: owned(row) });
      return;
    case 'receiving': {
      const after = byItsSource(row, yield* call(row.peer!, { kind: 'look', bucket }), rules);
      if (after && still()) storage.write({ bucket, row: after });
      return;
    }
    case 'sent': {
      if (rules.sentIsSafe && !(yield* enoughCopies(storage.written))) return;
      if (!still()) return;
      const answer = yield* call(row.peer!, { kind: 'begin', bucket, attempt: row.attempt!, generation: row.generation + 1 });
      if (answer?.kind === 'owned' && still()) storage.write({ bucket, row: passedOn(row) });
      return;
    }
    case 'garbage': {
      for (const value of storage.view.valuesOf(bucket)) {
        yield* pause();
        if (!still()) return;
        storage.write({ bucket, remove: [value] });
      }
      if (still()) storage.write({ bucket, row: row.peer === null ? null : { ...row, state: 'gone' } });
    }
  }
}

function byItsSource(row: Row, answer: Answer | null, rules: Rules): Row | null {
  if (!rules.dropsAreAsked && answer === null) return dropped(row);
  if (answer?.kind !== 'row' || !answer.leads || !answer.safe) return null;
  const mine = answer.row !== null && (answer.row.attempt === row.attempt || !rules.attemptsAreCompared);
  if (mine && answer.row?.state === 'sending') return null;
  // One that is not whole and was sent all the same is beyond what copies promise: the source keeps its rows.
  if (mine && answer.row?.state === 'sent') return row.ready ? begun(row) : null;
  return dropped(row);
}
