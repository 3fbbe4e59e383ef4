/**
 * What a store has to do for the rest to be built on it, and what makes every change safe to send again: each is
 * written with a slot, a key of its own writer, whose revision it expects and moves. A change that finds the slot moved
 * was executed before (or can never be); so copies of it, on other endpoints or long late, change nothing.
 */
import { ProviderUnavailable, StateError } from '../errors.ts';
import type { CallOptions, Change, Entries, Entry, ProviderHealth, ProviderKind, Snapshot } from '../provider.ts';

export type Slot = { readonly key: string; readonly revision: number | null };

/**
 * In one step: if the slot is where it is expected: if all of `when` holds, do it and write `<id> done` into the slot,
 * else write `<id> refused`. If the slot is elsewhere: nothing.
 */
export type Transaction = Omit<Required<Change>, 'put'> & {
  readonly put: readonly { readonly key: string; readonly value: string; /** Goes when it ends. */ readonly session?: string }[];
  readonly slot: Slot;
  readonly id: string;
};

export type Verdict =
  | { readonly kind: 'done'; readonly revision: number }
  | { readonly kind: 'refused'; readonly revision: number; readonly found: Entries }
  /** `attempts`: how many copies were sent for this call, this one included. */
  | { readonly kind: 'moved'; readonly slot: Entry | null; readonly attempts: number };

export type Sink = {
  opened(): void;
  /** All changes of one revision under the prefix. */
  changed(revision: number, entries: Entries): void;
  /** Nothing under the prefix changed up to here. */
  progress(revision: number): void;
  /** Once, last. `gap`: what is wanted is not kept any more. */
  ended(end: { readonly reason: string; readonly gap: boolean }): void;
};

/** What one look at a store can tell. */
export type StoreHealth = Omit<ProviderHealth, 'wentBack'>;

export type Wanted = { readonly keys: readonly string[]; readonly prefix?: string };

export interface Backend {
  readonly kind: ProviderKind;
  readonly place: string;
  /** How an admin empties it, as a sentence. */
  readonly wayOut: string;
  /** Keys and a whole prefix at one instant, linearizable. Throws ProviderUnavailable, Unanswered, AccessDenied, LimitExceeded. */
  look(wanted: Wanted, options: CallOptions): Promise<Snapshot>;
  /** Throws also NoSession. */
  transact(transaction: Transaction, options: CallOptions): Promise<Verdict>;
  /** Changes after a revision, over one connection; returns what ends it. */
  stream(prefix: string, after: number, sink: Sink): () => void;
  /** Makes the session unless it is there. `id`: sixteen hex digits, the first 0 to 7. Throws as `look`. */
  openSession(id: string, ttlMs: number, options: CallOptions): Promise<void>;
  /** False: there is no such session any more. */
  renewSession(id: string, options: CallOptions): Promise<boolean>;
  /** Its keys go with it. */
  endSession(id: string, options: CallOptions): Promise<void>;
  health(options: CallOptions): Promise<StoreHealth>;
  close(): void;
}

/** Sent, no answer: it may have been executed, or be executed later. */
export class Unanswered extends StateError {
  readonly kind = 'unknown';
  override readonly name = 'Unanswered';
}

/** A put names a session that is gone; nothing was done. */
export class NoSession extends StateError {
  readonly kind = 'unavailable';
  override readonly name = 'NoSession';
}

/** `Backend.look`, where no answer is no harm. */
export async function look(backend: Backend, wanted: Wanted, options: CallOptions): Promise<Snapshot> {
  try {
    return await backend.look(wanted, options);
  } catch (error) {
    throw error instanceof Unanswered ? new ProviderUnavailable(error.message) : error;
  }
}
