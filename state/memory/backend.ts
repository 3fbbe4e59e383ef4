/**
 * A client of a MemoryStore, behind a network of its own that does what it is told: delay, cut, refuse, or lose the
 * answer to what was done. Time and order are the clock's, so the same faults make the same run.
 */
import type { Clock } from '~/iproto/clock.ts';
import { Unanswered, type Backend, type StoreHealth, type Sink, type Transaction, type Verdict, type Wanted } from '../client/backend.ts';
import { ProviderUnavailable } from '../errors.ts';
import type { CallOptions } from '../provider.ts';
import type { Batch, MemoryStore } from './store.ts';

/** One client's way to the store; change it at any time. */
export type MemoryLink = {
  /** `refused`: fails at once. `cut`: nothing gets through in either direction, and nobody says so. */
  way: 'open' | 'refused' | 'cut';
  /** For each direction of each call. */
  delayMs: () => number;
  /** How often each call arrives, as the hedged calls of etcd do; each copy has its own delays. */
  copies: () => number;
  /** So many of the next changes are made and their answers lost. */
  answersToLose: number;
};

export const openLink = (): MemoryLink => ({ way: 'open', delayMs: () => 0, copies: () => 1, answersToLose: 0 });

export class MemoryBackend implements Backend {
  readonly kind = 'memory';
  readonly place = 'memory';
  readonly wayOut = 'make another store';
  readonly #store: MemoryStore;
  readonly #clock: Clock;
  readonly #link: MemoryLink;
  readonly #streams = new Set<() => void>();

  constructor(components: { readonly store: MemoryStore; readonly clock: Clock; readonly link: MemoryLink }) {
    this.#store = components.store;
    this.#clock = components.clock;
    this.#link = components.link;
  }

  async look(wanted: Wanted, { timeoutMs }: CallOptions) {
    return await this.#ask(() => this.#store.look(wanted), timeoutMs);
  }

  async transact(transaction: Transaction, { timeoutMs }: CallOptions): Promise<Verdict> {
    const attempts = this.#link.copies();
    const verdict = await this.#ask(() => this.#store.transact(transaction), timeoutMs, { mayBeLost: true, attempts });
    return verdict.kind === 'moved' ? { ...verdict, attempts } : verdict;
  }

  async openSession(id: string, ttlMs: number, { timeoutMs }: CallOptions): Promise<void> {
    await this.#ask(() => this.#store.openSession(id, ttlMs), timeoutMs);
  }

  async renewSession(id: string, { timeoutMs }: CallOptions): Promise<boolean> {
    return await this.#ask(() => this.#store.renewSession(id), timeoutMs);
  }

  async endSession(id: string, { timeoutMs }: CallOptions): Promise<void> {
    await this.#ask(() => this.#store.endSession(id), timeoutMs);
  }

  stream(prefix: string, after: number, sink: Sink): () => void {
    let over = false;
    let unfollow = () => {};
    let cancel = () => {};
    const stop = () => {
      over = true;
      unfollow();
      cancel();
      this.#streams.delete(stop);
    };
    const end = (reason: string, gap: boolean) => {
      if (over) return;
      stop();
      sink.ended({ reason, gap });
    };
    /** In order, whatever the delays: one that is quicker waits for the one before it. */
    let readyAt = -Infinity;
    const arrive = (deliver: () => void) => {
      readyAt = Math.max(readyAt, this.#clock.now() + this.#link.delayMs());
      this.#clock.after(readyAt - this.#clock.now(), () => {
        if (over) return;
        if (this.#link.way === 'open') deliver();
        else end('the link is down', false);
      });
    };
    const tell = (batch: Batch | null) => {
      if (batch === null) return arrive(() => end('the store went back', false));
      const { revision, entries } = batch;
      const ours = new Map([...entries].filter(([key]) => key.startsWith(prefix)));
      if (ours.size > 0) arrive(() => sink.changed(revision, ours));
    };
    cancel = this.#clock.after(this.#link.delayMs(), () => {
      if (this.#link.way !== 'open') return end('the link is down', false);
      const missed = this.#store.since(after);
      if (missed === null) return end('what was missed is not kept any more', true);
      arrive(() => sink.opened());
      for (const batch of missed) tell(batch);
      unfollow = this.#store.follow(tell);
    });
    this.#streams.add(stop);
    return stop;
  }

  async health({ timeoutMs }: CallOptions): Promise<StoreHealth> {
    const startedAt = this.#clock.now();
    const answer = await this.look({ keys: [] }, { timeoutMs }).catch((error: Error) => error);
    const error = answer instanceof Error ? answer.message : null;
    const roundTripMs = error === null ? this.#clock.now() - startedAt : null;
    return {
      kind: 'memory',
      place: this.place,
      roundTripMs,
      error,
      revision: answer instanceof Error ? null : answer.revision,
      settlingMs: this.#store.settlingMs,
      preVote: 'not needed',
      endpoints: [{ address: 'memory', role: 'single', version: null, roundTripMs, error, alarms: [], databaseBytes: null }],
    };
  }

  close(): void {
    for (const stop of this.#streams) stop();
  }

  #ask<T>(execute: () => T, timeoutMs: number, { mayBeLost = false, attempts = this.#link.copies() } = {}): Promise<T> {
    if (this.#link.way === 'refused') return Promise.reject(new ProviderUnavailable('the store refuses the connection'));
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, () => reject(new Unanswered(`no answer within ${timeoutMs} ms`)));
      const settle = (answer: () => void) => {
        cancel();
        answer();
      };
      for (let copy = 0; copy < attempts; copy += 1) this.#clock.after(this.#link.delayMs(), () => this.#arrive(execute, { mayBeLost, resolve: (value) => settle(() => resolve(value)), reject: (error) => settle(() => reject(error)) }));
    });
  }

  /** One copy at the store, and its answer on the way back. */
  #arrive<T>(execute: () => T, { mayBeLost, resolve, reject }: { readonly mayBeLost: boolean; readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void }): void {
    if (this.#link.way !== 'open') return;
    let answer: () => void;
    try {
      const value = execute();
      answer = () => resolve(value);
    } catch (error) {
      answer = () => reject(error);
    }
    const lost = mayBeLost && this.#link.answersToLose > 0;
    if (lost) this.#link.answersToLose -= 1;
    this.#clock.after(this.#link.delayMs(), () => {
      if (!lost && this.#link.way === 'open') answer();
    });
  }
}
