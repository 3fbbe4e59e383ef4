/**
 * A store as plain data in one process: what etcd and the stateboard do, each call done at once. Time and timers are
 * the clock's. A simulation may use it directly; `MemoryBackend` gives it clients and a network.
 */
import type { Clock } from '~/iproto/clock.ts';
import { NoSession, type Transaction, type Verdict, type Wanted } from '../client/backend.ts';
import { ProviderUnavailable } from '../errors.ts';
import type { Entries, Entry, Snapshot } from '../provider.ts';

/** What one change wrote. */
export type Batch = { readonly revision: number; readonly entries: Entries };
/** Null: the store went back, and what follows is of another past. */
export type Follower = (batch: Batch | null) => void;

type Kept = Entry & { readonly session: string | null };
type Session = { readonly ttlMs: number; endsAt: number };

export type Saved = { readonly revision: number; readonly entries: ReadonlyMap<string, Kept>; readonly sessions: ReadonlyMap<string, number> };

const historyMax = 10_000;

export class MemoryStore {
  #revision = 1;
  readonly #entries = new Map<string, Kept>();
  readonly #sessions = new Map<string, Session>();
  #history: Batch[] = [];
  #compacted = 1;
  #settlesAt = -Infinity;
  readonly #followers = new Set<Follower>();

  readonly #clock: Clock;
  #cancelExpiry = () => {};

  constructor(components: { readonly clock: Clock }) {
    this.#clock = components.clock;
  }

  get revision(): number {
    return this.#revision;
  }

  /** For tests and simulations: everything there is. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries;
  }

  get settlingMs(): number {
    return Math.max(this.#settlesAt - this.#clock.now(), 0);
  }

  look({ keys, prefix }: Wanted): Snapshot {
    const entries = new Map<string, Entry | null>(keys.map((key) => [key, this.#entry(key)]));
    if (prefix !== undefined) for (const key of [...this.#entries.keys()].toSorted()) if (key.startsWith(prefix)) entries.set(key, this.#entry(key));
    return { revision: this.#revision, entries };
  }

  /** Throws NoSession, ProviderUnavailable (still settling); nothing is changed then. */
  transact({ slot, id, when, put, remove, takesOver }: Transaction): Verdict {
    const at = this.#entry(slot.key);
    if ((at?.revision ?? null) !== slot.revision) return { kind: 'moved', slot: at, attempts: 1 };
    if (takesOver && this.settlingMs > 0) throw new ProviderUnavailable('the store was just restarted', [], this.settlingMs);
    for (const { key, session } of put) if (session !== undefined && !this.#sessions.has(session)) throw new NoSession(`the session of ${key} is over`);
    const holds = when.every(({ key, revision }) => (this.#entries.get(key)?.revision ?? null) === revision);
    const found = new Map(when.map(({ key }) => [key, this.#entry(key)]));
    if (holds) this.#change([...put, { key: slot.key, value: `${id} done` }], remove);
    else this.#change([{ key: slot.key, value: `${id} refused` }], []);
    return holds ? { kind: 'done', revision: this.#revision } : { kind: 'refused', revision: this.#revision, found };
  }

  openSession(id: string, ttlMs: number): void {
    if (!this.#sessions.has(id)) this.#sessions.set(id, { ttlMs, endsAt: this.#clock.now() + ttlMs });
    this.#expire();
  }

  renewSession(id: string): boolean {
    const session = this.#sessions.get(id);
    if (session) session.endsAt = this.#clock.now() + session.ttlMs;
    return session !== undefined;
  }

  endSession(id: string): void {
    if (!this.#sessions.delete(id)) return;
    const gone = [...this.#entries].filter(([, { session }]) => session === id).map(([key]) => key);
    if (gone.length > 0) this.#change([], gone);
  }

  /** As after a restart: sessions get their whole time again, and nobody takes over for `settleMs`. */
  restart({ settleMs }: { readonly settleMs: number }): void {
    const now = this.#clock.now();
    for (const session of this.#sessions.values()) session.endsAt = now + session.ttlMs;
    this.#settlesAt = now + settleMs;
  }

  /** Changes after the revision, oldest first; null: they are not kept any more, or never were here. */
  since(revision: number): readonly Batch[] | null {
    return revision < this.#compacted || revision > this.#revision ? null : this.#history.filter((batch) => batch.revision > revision);
  }

  compact(): void {
    this.#compacted = this.#revision;
    this.#history = [];
  }

  /** What `restore` takes back: as an operator's backup. */
  save(): Saved {
    return { revision: this.#revision, entries: new Map(this.#entries), sessions: new Map([...this.#sessions].map(([id, { ttlMs }]) => [id, ttlMs])) };
  }

  /** As from an older copy: revisions go back too, and are given again. */
  restore({ revision, entries, sessions }: Saved): void {
    this.#revision = revision;
    this.#entries.clear();
    for (const [key, kept] of entries) this.#entries.set(key, kept);
    this.#sessions.clear();
    for (const [id, ttlMs] of sessions) this.#sessions.set(id, { ttlMs, endsAt: this.#clock.now() + ttlMs });
    this.compact();
    this.#expire();
    for (const follower of this.#followers) follower(null);
  }

  /** Each change from now on; the returned function ends it. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [id, { endsAt }] of this.#sessions) if (endsAt <= now) this.endSession(id);
    this.#cancelExpiry();
    const nextAt = Math.min(Infinity, ...[...this.#sessions.values()].map(({ endsAt }) => endsAt));
    if (nextAt < Infinity) this.#cancelExpiry = this.#clock.after(nextAt - now, () => this.#expire());
  }

  #entry(key: string): Entry | null {
    const kept = this.#entries.get(key);
    return kept ? { value: kept.value, revision: kept.revision } : null;
  }

  #change(put: Transaction['put'], remove: readonly string[]): void {
    this.#revision += 1;
    const revision = this.#revision;
    const changed = new Map<string, Entry | null>();
    for (const key of remove) if (this.#entries.delete(key)) changed.set(key, null);
    for (const { key, value, session } of put) {
      this.#entries.set(key, { value, revision, session: session ?? null });
      changed.set(key, { value, revision });
    }
    const batch = { revision, entries: changed };
    this.#history.push(batch);
    if (this.#history.length > historyMax) this.#compacted = this.#history.shift()!.revision;
    for (const follower of this.#followers) follower(batch);
  }
}
