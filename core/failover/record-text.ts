import { journalMax, type JournalEntry } from './divergence.ts';
import type { Policy } from './quorum.ts';
import { causes, phases, releaseReasons, type DecisionRecord, type LeaseRecord, type ManualRecord, type PauseRecord, type Release, type StateRecord } from './records.ts';
import type { Vclock } from './vclock.ts';

/**
 * Records as text, and back. The one idea: what is read is checked whole, field by field and with limits; a record that
 * does not pass is no record that was ever written by this, and nobody acts on it. Unknown fields are left out.
 */
export const recordBytesMax = 16 * 1024;

const votersMax = 64;
const originsMax = 64;
const textMax = 2_000;
const sentencesMax = 80;

type Read<T> = (value: unknown) => T;

class Unreadable extends Error {}

const fail = (what: string): never => {
  throw new Unreadable(what);
};
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const count: Read<number> = (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fail('a count'));
const ms: Read<number> = (value) => (typeof value === 'number' && value >= 0 && value < 1e12 ? value : fail('a time in ms'));
const text: Read<string> = (value) => (typeof value === 'string' && value.length <= textMax ? value : fail('a text'));
const name: Read<string> = (value) => (typeof value === 'string' && value.length > 0 && value.length <= 128 ? value : fail('a name'));
const oneOf = <T extends string>(values: readonly T[]): Read<T> => (value) => values.find((one) => one === value) ?? fail(`one of ${values.join(', ')}`);
const orNull = <T>(read: Read<T>): Read<T | null> => (value) => (value === null ? null : read(value));
const listOf = <T>(read: Read<T>, max: number): Read<T[]> => (value) => (Array.isArray(value) && value.length <= max ? value.map(read) : fail('a list'));

/** Every field of T by its reader. */
const fields = <T extends object>(readers: { readonly [K in keyof T]: Read<T[K]> }): Read<T> => (value) => {
  if (!isObject(value)) return fail('an object');
  const entries = Object.entries<Read<unknown>>(readers).map(([key, read]) => {
    try {
      return [key, read(value[key])];
    } catch (error) {
      return fail(`${key}: ${error instanceof Unreadable ? error.message : String(error)}`);
    }
  });
  // Every key of T has a reader, and every reader gave its value.
  return Object.fromEntries(entries) as T;
};

const vclock: Read<Vclock> = (value) => {
  const entries = isObject(value) ? Object.entries(value) : fail('a vclock');
  if (entries.length > originsMax) fail('a vclock of fewer origins');
  return Object.fromEntries(entries.map(([origin, lsn]) => [name(origin), count(lsn)]));
};

const entry = fields<JournalEntry>({ epoch: count, master: name, origin: text, start: vclock, after: orNull(fields({ epoch: count, master: name })) });
const policy = fields<Policy>({ voters: listOf(name, votersMax), copies: count, promises: count, gate: count });
const release = fields<Release>({ vclock: orNull(vclock), why: oneOf(releaseReasons), known: count, restartMs: orNull(ms) });

const readers = {
  state: fields<StateRecord>({
    epoch: count, master: name, phase: oneOf(phases), target: orNull(name), deadlineMs: orNull(ms), confirmed: orNull(entry), policy, unfenced: orNull(name), cause: oneOf(causes),
    previous: orNull(fields({ master: name, epoch: count, ownLsnKnown: orNull(count) })),
  }),
  lease: fields<LeaseRecord>({ epoch: count, holder: name, seq: count, leaseMs: ms, released: orNull(release) }),
  pause: fields<PauseRecord>({ by: text, reason: text, forMs: orNull(ms) }),
  manual: fields<ManualRecord>({ why: text, master: text }),
  decision: fields<DecisionRecord>({ epoch: count, term: count, cause: oneOf(causes), from: orNull(name), to: name, evidence: listOf(text, sentencesMax), rowsLost: orNull(count) }),
  /** The journal as an instance tells it. */
  journal: listOf(entry, journalMax),
};

type Kinds = { readonly [K in keyof typeof readers]: ReturnType<(typeof readers)[K]> };
export type RecordKind = keyof Kinds;
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

export function parseRecord<K extends RecordKind>(kind: K, given: string): Parsed<Kinds[K]> {
  if (given.length > recordBytesMax) return { ok: false, why: `The ${kind} record is longer than ${recordBytesMax} characters.` };
  try {
    // The table gives each kind its own reader.
    return { ok: true, value: readers[kind](JSON.parse(given)) as Kinds[K] };
  } catch (error) {
    return { ok: false, why: `The ${kind} record cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Sentences of a decision are cut to what fits; nothing else comes near the limit. */
export function recordText(value: object): string {
  const given = JSON.stringify(value);
  if (given.length <= recordBytesMax) return given;
  if (!('evidence' in value) || !Array.isArray(value.evidence)) throw new RangeError(`a record of ${given.length} characters: at most ${recordBytesMax}`);
  return recordText({ ...value, evidence: value.evidence.slice(0, Math.floor(value.evidence.length / 2)) });
}
