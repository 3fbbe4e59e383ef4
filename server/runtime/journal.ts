import type { EventDraft } from '~/core/events/draft.ts';
import { Presence, untold } from '~/core/events/untold.ts';
import type { Seen } from '~/core/issues/detect.ts';
import type { Store } from '~/server/store/index.ts';
import { Turn } from './turn.ts';

/**
 * Writes events, and when issues began, into the database behind everybody's back: a slow database slows no decision.
 * Of several servers on one database one writes, since all of them see the same; the others remember what they have
 * seen until it is certainly written, and whoever takes over writes what its predecessor had no time for.
 */

export type JournalComponents = { readonly store: Pick<Store, 'events' | 'issuesSeen' | 'locks'>; readonly now: () => number; readonly onError: (error: unknown) => void };

/** `writer`: this start of this server, where others may write to the same database; null where nobody else does. */
export type JournalOptions = { readonly writer: string | null; readonly ttlMs?: number };

export const journalLimits = {
  /** Events that wait for the database, or are remembered; beyond, they are dropped and counted. */
  waitingMax: 5000,
  batchMax: 500,
  /** An issue is written down once it is this old. */
  issueAgeMs: 5000,
  /** A writer that is not heard of for this long is replaced. */
  ttlMs: 5000,
  /** A writer that has not got rid of an event for this long lets its turn go. */
  behindMs: 2000,
  /** How far apart two servers see one thing happen, their clocks' difference included. */
  toleranceMs: 10_000,
  /** Before the last sign of a writer: what it may have seen and not written then. More than `behindMs`. */
  doubtMs: 5000,
  /** Remembered beyond what is in doubt, so that what is written finds its partner. More than `toleranceMs`. */
  rememberMs: 30_000,
} as const;

export class Journal {
  /** When each open issue was first seen; survives a restart. */
  readonly since = new Map<string, number>();
  #presence = new Presence([]);
  #waiting: EventDraft[] = [];
  /** What no other server has seen: written by this one, whoever's turn it is. */
  #own: EventDraft[] = [];
  /** Where others may write: all that was seen of late, written or not. */
  #remembered: EventDraft[] = [];
  #added = new Map<string, number>();
  #removed = new Set<string>();
  #writing: Promise<void> | null = null;
  readonly #turn: Turn | null;
  readonly #startedAt: number;
  dropped = 0;

  constructor(
    readonly components: JournalComponents,
    { writer, ttlMs = journalLimits.ttlMs }: JournalOptions,
  ) {
    const { store, now, onError } = components;
    this.#startedAt = now();
    // A configuration is told of by anybody, and may have been decided long before it is.
    const isBehind = () => this.#waiting.some(({ at, kind }) => kind !== 'config' && now() - at > journalLimits.behindMs);
    this.#turn = writer === null ? null : new Turn({ locks: store.locks, now, isBehind, onTaken: () => this.#takeOver(), onError }, { name: 'events', owner: writer, ttlMs, everyMs: ttlMs / 5 });
  }

  /** This server writes the events. */
  get writes(): boolean {
    return this.#turn?.held ?? true;
  }

  async load(): Promise<void> {
    const [told] = await Promise.all([this.components.store.events.list({ kind: 'gossip', limit: journalLimits.waitingMax }), this.#loadIssues()]);
    this.#presence = new Presence(told.toReversed());
  }

  async #loadIssues(): Promise<void> {
    this.since.clear();
    for (const [id, at] of await this.components.store.issuesSeen.load()) this.since.set(id, at);
  }

  start(): void {
    this.#turn?.start();
  }

  events(seen: readonly EventDraft[]): void {
    const drafts = seen.filter((draft) => this.#presence.isNews(draft));
    this.#remember(drafts);
    this.#waiting.push(...(this.writes ? drafts : drafts.filter(({ kind }) => kind === 'config')));
    this.#cut(this.#waiting);
    this.#write();
  }

  /** What happened at this server alone: who tried to sign in, which run it gave up. */
  own(drafts: readonly EventDraft[]): void {
    this.#own.push(...drafts);
    this.#cut(this.#own);
    this.#write();
  }

  /** What is wrong now, and since when. What comes and goes within seconds, as at every change, is not written. */
  issues(seen: Seen): void {
    if (!this.writes) return;
    const now = this.components.now();
    for (const [id, at] of seen) {
      if (this.since.has(id) || now - at < journalLimits.issueAgeMs) continue;
      this.since.set(id, at);
      this.#added.set(id, at);
      this.#removed.delete(id);
    }
    for (const id of this.since.keys()) {
      if (seen.has(id)) continue;
      this.since.delete(id);
      this.#added.delete(id);
      this.#removed.add(id);
    }
    this.#write();
  }

  /** Resolves when all that was given has been written, or could not be. Another server may write at once. */
  async end(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    await this.#turn?.end();
  }

  #remember(drafts: readonly EventDraft[]): void {
    if (this.#turn === null) return;
    const until = Math.min(this.#turn.safeAt, this.#waiting[0]?.at ?? Infinity) - journalLimits.rememberMs;
    this.#remembered = [...this.#remembered.filter(({ at }) => at >= until), ...drafts];
    this.#cut(this.#remembered);
  }

  /** Keeps the oldest: what came later is at least shown. */
  #cut(drafts: EventDraft[]): void {
    const over = Math.max(0, drafts.length - journalLimits.waitingMax);
    drafts.length -= over;
    this.dropped += over;
  }

  /** The lock is ours, so nobody writes any more: what is written now, and what is not? */
  async #takeOver(): Promise<() => void> {
    const { store } = this.components;
    const { toleranceMs, doubtMs, waitingMax } = journalLimits;
    await this.#loadIssues();
    this.#added.clear();
    this.#removed.clear();
    const first = this.#remembered[0];
    // What was written before our start, we have not seen happen.
    const since = Math.max(this.#startedAt, (first?.at ?? 0) - toleranceMs);
    const told = first === undefined ? [] : await store.events.list({ since, limit: waitingMax });
    // One that was begun before the lock was ours would be told that it is not.
    while (this.#writing !== null) await this.#writing;
    return () => {
      this.#waiting = untold(this.#remembered, told, toleranceMs).filter(({ at }) => at >= this.#turn!.safeAt - doubtMs);
      this.#write();
    };
  }

  #write(): void {
    if (this.#writing !== null || (this.#own.length === 0 && this.#waiting.length === 0 && this.#added.size === 0 && this.#removed.size === 0)) return;
    this.#writing = this.#batch().then(
      () => {
        this.#writing = null;
        this.#write();
      },
      (error: unknown) => {
        // Tried again when there is something new, which is within the second.
        this.#writing = null;
        this.components.onError(error);
      },
    );
  }

  async #batch(): Promise<void> {
    const { store, now } = this.components;
    const begun = now();
    const own = this.#own.slice(0, journalLimits.batchMax);
    if (own.length > 0) await store.events.append(own);
    this.#own.splice(0, own.length);
    const drafts = this.#waiting.slice(0, journalLimits.batchMax);
    const ours = drafts.length === 0 || (await this.#append(drafts));
    const written = new Set(drafts);
    this.#waiting = this.#waiting.filter((draft) => !written.has(draft) && (ours || draft.kind === 'config'));
    if (!ours) return this.#turn!.lost();
    if (this.#turn?.held && this.#waiting.length === 0) this.#turn.safeAt = begun;
    await this.#saveIssues();
  }

  /** False: another server writes now, and what it was given is not ours to write. */
  async #append(drafts: readonly EventDraft[]): Promise<boolean> {
    const { events } = this.components.store;
    if (this.#turn !== null) return events.appendShared(drafts, this.#turn.claim);
    await events.append(drafts);
    return true;
  }

  async #saveIssues(): Promise<void> {
    const change = { added: new Map(this.#added), removed: [...this.#removed] };
    if (change.added.size === 0 && change.removed.length === 0) return;
    await this.components.store.issuesSeen.save(change);
    for (const [id, at] of change.added) if (this.#added.get(id) === at) this.#added.delete(id);
    for (const id of change.removed) this.#removed.delete(id);
  }
}
