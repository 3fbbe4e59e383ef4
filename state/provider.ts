/**
 * What failover needs of a state provider, whichever it is: a few small values that all see alike and that change by
 * compare-and-set only. The one idea: whoever calls can always tell whether a change was made, was not, or may have
 * been, so that nothing is ever guessed.
 *
 * Keys are relative to the cluster's own prefix (`rs/<uuid>/lease`), values are text (JSON by custom) without wall
 * clock in them. Times are in ms. `timeoutMs` counts from the call, and every call ends by then.
 *
 * Every call may throw a StateError (`./errors.ts`): ProviderUnavailable (surely nothing was done), AccessDenied,
 * ForeignState (the prefix is another cluster's), LimitExceeded; `commit` alone may throw OutcomeUnknown.
 */

export type ProviderKind = 'memory' | 'etcd' | 'stateboard';

export type CallOptions = { readonly timeoutMs: number };

/**
 * `revision`: that of the change which wrote it. Revisions are safe integers that grow with each change in the whole
 * store and are never used again; only order and equality mean something.
 */
export type Entry = { readonly value: string; readonly revision: number };

/** One entry for each key that was asked for; null: there is none. */
export type Entries = ReadonlyMap<string, Entry | null>;

/** What the store held at one instant between the call and its answer (linearizable). */
export type Snapshot = { readonly revision: number; readonly entries: Entries };

/** Holds when the key was last written by that very change; null: when there is no such key. */
export type Condition = { readonly key: string; readonly revision: number | null };

export type Change = {
  /** All must hold, or nothing is done. A coordinator guards each write by `lock.guard`. */
  readonly when: readonly Condition[];
  readonly put?: readonly { readonly key: string; readonly value: string }[];
  readonly remove?: readonly string[];
  /**
   * The change gives a lease or a leadership to another holder than before. A provider that has just been restarted
   * refuses those (ProviderUnavailable with `retryAfterMs`) until every lease given before is over.
   */
  readonly takesOver?: boolean;
};

/** `found`: what the keys of `when` hold instead, so that no second read is needed. */
export type Committed =
  | { readonly done: true; readonly revision: number }
  | { readonly done: false; readonly revision: number; readonly found: Entries };

export type WatchEvent =
  /**
   * All there is under the prefix: the first event of a watch without `after`, and after a gap that cannot be closed. A
   * revision smaller than one told before: the store was emptied or is an older copy.
   */
  | { readonly kind: 'snapshot'; readonly revision: number; readonly entries: ReadonlyMap<string, Entry> }
  /** What one commit changed under the prefix; null: removed. Revisions grow from event to event, none is left out. */
  | { readonly kind: 'changed'; readonly revision: number; readonly entries: Entries }
  /** Nothing is heard for now: what was seen may be old. Ends with `resumed`, the missed changes follow it. */
  | { readonly kind: 'interrupted'; readonly reason: string }
  | { readonly kind: 'resumed' };

/** Must not throw. */
export type WatchListener = (event: WatchEvent) => void;

export type Watch = {
  /** Nothing is told any more once it returns. */
  close(): void;
};

export type LockState =
  /** Not ours. `holder` null: nobody's, or nobody knows. */
  | { readonly kind: 'waiting'; readonly holder: string | null; readonly token: number | null }
  | { readonly kind: 'held'; readonly token: number }
  /** Given back by `release`; final. */
  | { readonly kind: 'released' };

export type LockOptions = {
  /** Who asks, for the others to read. */
  readonly holder: string;
  /** How long it is kept for a holder that says nothing. etcd rounds up to whole seconds and grants at least 2 s. */
  readonly ttlMs: number;
};

/** `reason` says in a sentence why the state is another one, or why it is still the same. Must not throw. */
export type LockListener = (state: LockState, reason: string) => void;

/**
 * Asks for the lock until it is released, and asks again when it is lost. The token (fencing token, term) of each
 * holder is greater than every earlier one's. Loss is told before another can hold it, by this side's own clock.
 */
export type Lock = {
  readonly state: LockState;
  /** Who holds the lock: a condition for `commit`, by which whoever lost it changes nothing. Null while waiting. */
  readonly guard: Condition | null;
  /** Takes it now from whoever has it, with a new token. An operator's order. Throws as `commit` does. */
  steal(options: CallOptions): Promise<void>;
  /** Gives it back, so that the next one need not wait for the time to live. Never throws: at worst it runs out. */
  release(options: CallOptions): Promise<void>;
};

/** A key that is there while this process is: it goes with its session, and comes back when the session does. */
export type Presence = {
  /** The session is known to the store now. */
  readonly present: boolean;
  close(options: CallOptions): Promise<void>;
};

export type EndpointHealth = {
  readonly address: string;
  /** `single`: the store has one member, so losing it loses the store. Null: not known. */
  readonly role: 'leader' | 'follower' | 'learner' | 'single' | null;
  readonly version: string | null;
  readonly roundTripMs: number | null;
  /** Why it gave no answer, as a sentence. */
  readonly error: string | null;
  /** Sentences: no space left, corrupt data, no leader seen. */
  readonly alarms: readonly string[];
  readonly databaseBytes: number | null;
};

export type ProviderHealth = {
  readonly kind: ProviderKind;
  /** Where: `etcd http://a:2379, http://b:2379 under /coterie/main/`. No secret. */
  readonly place: string;
  /** A linearizable read was answered; how long that took. Null: it was not. */
  readonly roundTripMs: number | null;
  readonly error: string | null;
  /** The newest revision. */
  readonly revision: number | null;
  /** An answer came from an older store than one before it: it was emptied, or is an older copy. Null: never seen. */
  readonly wentBack: { readonly from: number; readonly to: number } | null;
  /** Take-overs are refused for so long still, because the provider was restarted. 0: they are not. */
  readonly settlingMs: number;
  /**
   * Whether a member that comes back leaves the others' leader alone (`--pre-vote`). etcd tells nobody: since 3.5 it is
   * on unless turned off; before, it is off unless turned on, and `unknown` asks an admin to look.
   */
  readonly preVote: 'default' | 'unknown' | 'not needed';
  readonly endpoints: readonly EndpointHealth[];
};

export interface StateProvider {
  readonly kind: ProviderKind;
  /** As in ProviderHealth. */
  readonly place: string;
  readonly wentBack: ProviderHealth['wentBack'];

  /** Several keys as they were at one instant. */
  read(keys: readonly string[], options: CallOptions): Promise<Snapshot>;

  /** Every key that begins with the prefix, as they were at one instant. LimitExceeded beyond `limits.listedMax`. */
  list(prefix: string, options: CallOptions): Promise<{ readonly revision: number; readonly entries: ReadonlyMap<string, Entry> }>;

  /**
   * All or nothing. Done at most once, however often it was sent. Throws OutcomeUnknown when it was sent and no answer
   * came in time: read again and compare, or `settle` the error to know for certain.
   */
  commit(change: Change, options: CallOptions): Promise<Committed>;

  /** Changes under the prefix in their order, from `after` (a revision that was seen) or from a snapshot, until closed. */
  watch(prefix: string, options: { readonly after?: number }, listener: WatchListener): Watch;

  lock(name: string, options: LockOptions, listener: LockListener): Lock;

  presence(key: string, value: string, options: { readonly ttlMs: number }): Presence;

  /** Never throws: what is wrong is in the answer. */
  health(options: CallOptions): Promise<ProviderHealth>;

  /** Ends watches, locks (released) and presences, and closes every connection. */
  close(): Promise<void>;
}

