/**
 * Is there an order of the operations on one register, each at some moment between its call and its answer, in which
 * every answer is right? Wing and Gong's search with Lowe's memory of configurations (which were done, and the state
 * after them): each is walked once. What has no answer may be placed anywhere after its call, or nowhere.
 *
 * A search that takes more than `stepsMax` steps ends as "unknown".
 */
import { settledAt, type Operation } from '../history/operation.ts';
import { absent, after, isRegister, type RegisterOperation, type RegisterState } from './register.ts';

/** A call or an answer, in a list by time out of which both are lifted while the operation is done. */
type Entry = { readonly at: number; readonly operation: number; readonly isCall: boolean; answer: Entry | null; previous: Entry; next: Entry | null };

export type Linearized =
  | { readonly valid: true; readonly steps: number }
  | { readonly valid: 'unknown'; readonly steps: number }
  /** The first answer that no order explains, and what may have run beside it. */
  | { readonly valid: false; readonly steps: number; readonly answer: RegisterOperation; readonly beside: readonly RegisterOperation[] };

export const stepsMaxDefault = 5_000_000;

export function linearize(history: readonly Operation[], { stepsMax = stepsMaxDefault, initial = absent as RegisterState } = {}): Linearized {
  // What failed did not happen, and a read that nobody answered tells nothing.
  const operations = history.filter(isRegister).filter(({ outcome, f }) => outcome === 'ok' || (outcome === 'info' && f !== 'read'));
  const head = listOf(operations);
  const done = new Done(operations.length);
  const seen = new Set<string>();
  const trail: { readonly entry: Entry; readonly before: RegisterState }[] = [];
  let owed = operations.filter(({ outcome }) => outcome === 'ok').length;
  let state = initial;
  let entry = head.next;
  let farthest: Entry | null = null;
  for (let steps = 0; ; steps += 1) {
    if (owed === 0) return { valid: true, steps };
    if (steps >= stepsMax) return { valid: 'unknown', steps };
    if (entry !== null && entry.isCall) {
      const next = after(state, operations[entry.operation]!);
      if (next !== undefined && isNew(seen, done, entry.operation, next)) {
        trail.push({ entry, before: state });
        state = next;
        if (entry.answer) owed -= 1;
        lift(entry);
        entry = head.next;
      } else {
        entry = entry.next;
      }
      continue;
    }
    // An answer that is still owed: what was done last must be undone.
    if (entry !== null && (farthest === null || entry.at > farthest.at)) farthest = entry;
    const last = trail.pop();
    if (!last) {
      const answer = operations[farthest!.operation]!;
      return { valid: false, steps, answer, beside: operations.filter((other) => other !== answer && other.invoked <= answer.returned! && settledAt(other) >= answer.invoked) };
    }
    state = last.before;
    done.delete(last.entry.operation);
    if (last.entry.answer) owed += 1;
    unlift(last.entry);
    entry = last.entry.next;
  }
}

/** Remembers it as done when this configuration was not walked yet. */
function isNew(seen: Set<string>, done: Done, operation: number, state: RegisterState): boolean {
  done.add(operation);
  const key = `${state}/${done.key()}`;
  if (!seen.has(key)) {
    seen.add(key);
    return true;
  }
  done.delete(operation);
  return false;
}

function listOf(operations: readonly RegisterOperation[]): Entry {
  const entries = operations.flatMap(({ invoked, returned, outcome }, operation) => {
    const call = { at: invoked, operation, isCall: true, answer: null, next: null } as unknown as Entry;
    if (outcome !== 'ok') return [call];
    call.answer = { at: returned!, operation, isCall: false, answer: null, next: null } as unknown as Entry;
    return [call, call.answer];
  });
  // At the same moment a call is before an answer: they may have run beside each other.
  entries.sort((a, b) => a.at - b.at || Number(b.isCall) - Number(a.isCall));
  const head = { at: -Infinity, operation: -1, isCall: false, answer: null, next: null } as unknown as Entry;
  let last = head;
  for (const entry of entries) {
    entry.previous = last;
    last.next = entry;
    last = entry;
  }
  return head;
}

function take(entry: Entry): void {
  entry.previous.next = entry.next;
  if (entry.next) entry.next.previous = entry.previous;
}

function put(entry: Entry): void {
  entry.previous.next = entry;
  if (entry.next) entry.next.previous = entry;
}

function lift(call: Entry): void {
  take(call);
  if (call.answer) take(call.answer);
}

function unlift(call: Entry): void {
  if (call.answer) put(call.answer);
  put(call);
}

/** Which operations are done, as bits; the key leaves out the words at the beginning in which all are. */
class Done {
  readonly #words: Uint16Array;

  constructor(size: number) {
    this.#words = new Uint16Array(Math.ceil(size / 16));
  }

  add(index: number): void {
    this.#words[index >> 4]! |= 1 << (index & 15);
  }

  delete(index: number): void {
    this.#words[index >> 4]! &= ~(1 << (index & 15));
  }

  key(): string {
    const words = this.#words;
    let first = 0;
    while (first < words.length && words[first] === 0xffff) first += 1;
    let end = words.length;
    while (end > first && words[end - 1] === 0) end -= 1;
    return `${first}:${String.fromCharCode(...words.subarray(first, end))}`;
  }
}
