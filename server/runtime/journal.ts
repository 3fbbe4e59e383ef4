import type { EventDraft } from '~/core/events/draft.ts';
import type { Seen } from '~/core/issues/detect.ts';
import type { Store } from '~/server/store/index.ts';

/** Writes events, and when issues began, into the database behind everybody's back: a slow database slows no decision. */

export type JournalComponents = { readonly store: Pick<Store, 'events' | 'issuesSeen'>; readonly now: () => number; readonly onError: (error: unknown) => void };

export const journalLimits = {
  /** Events that wait for the database; beyond, the newest are dropped and counted. */
  waitingMax: 5000,
  batchMax: 500,
  /** An issue is written down once it is this old. */
  issueAgeMs: 5000,
  keptMs: 30 * 86_400_000,
  keptMax: 200_000,
  pruneEveryMs: 3_600_000,
} as const;

export class Journal {
  /** When each open issue was first seen; survives a restart. */
  readonly since = new Map<string, number>();
  #waiting: EventDraft[] = [];
  #added = new Map<string, number>();
  #removed = new Set<string>();
  #writing: Promise<void> | null = null;
  #prunedAt = -Infinity;
  dropped = 0;

  constructor(readonly components: JournalComponents) {}

  async load(): Promise<void> {
    for (const [id, at] of await this.components.store.issuesSeen.load()) this.since.set(id, at);
  }

  events(drafts: readonly EventDraft[]): void {
    const room = Math.max(0, journalLimits.waitingMax - this.#waiting.length);
    this.#waiting.push(...drafts.slice(0, room));
    this.dropped += Math.max(0, drafts.length - room);
    this.#write();
  }

  /** What is wrong now, and since when. What comes and goes within seconds, as at every change, is not written. */
  issues(seen: Seen): void {
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

  /** Resolves when all that was given has been written, or could not be. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  #write(): void {
    if (this.#writing !== null || (this.#waiting.length === 0 && this.#added.size === 0 && this.#removed.size === 0)) return;
    this.#writing = this.#batch()
      .catch((error: unknown) => this.components.onError(error))
      .finally(() => {
        this.#writing = null;
        this.#write();
      });
  }

  async #batch(): Promise<void> {
    const { store, now } = this.components;
    const drafts = this.#waiting.splice(0, journalLimits.batchMax);
    const change = { added: this.#added, removed: [...this.#removed] };
    this.#added = new Map();
    this.#removed = new Set();
    if (drafts.length > 0) await store.events.append(drafts);
    if (change.added.size > 0 || change.removed.length > 0) await store.issuesSeen.save(change);
    if (now() - this.#prunedAt < journalLimits.pruneEveryMs) return;
    this.#prunedAt = now();
    await store.events.prune({ now: now(), ageMsMax: journalLimits.keptMs, countMax: journalLimits.keptMax });
  }
}
