import { Retention, retentionDefaults } from '~/contract/retention.ts';
import { keptKinds, type KeptKind, type Store } from '~/server/store/index.ts';
import { pause } from './backoff.ts';

/** Ends history by its setting, a few rows at a time, and what somebody began and no server lives to tell of. Of several servers on one database the one that writes the events does it. */

export type RetentionComponents = {
  readonly store: Pick<Store, 'meta' | 'retention' | 'audit' | 'provider' | 'failover'>;
  readonly now: () => number;
  readonly isOurs: () => boolean;
  readonly onError: (error: unknown) => void;
};

export const retentionLimits = {
  everyMs: 3_600_000,
  /** After a start, which has other things to do. */
  firstMs: 60_000,
  batchRows: 1000,
  /** Between batches, for whoever waits for the database. */
  pauseMs: 20,
  /** In one pass; what is left goes in the next one. */
  batchesMax: 2000,
  eventsMax: 200_000,
  /** Longer than any operation takes: whoever began it has ended, or another server would be robbed of its word. */
  untoldMs: 600_000,
} as const;

export type Kept = { readonly days: Retention; readonly by: string | null; readonly at: number | null };

const key = 'retention';
const dayMs = 86_400_000;

export class RetentionKeeper {
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<number> | null = null;

  constructor(
    readonly components: RetentionComponents,
    readonly limits: { readonly [Name in keyof typeof retentionLimits]: number } = retentionLimits,
  ) {}

  async get(): Promise<Kept> {
    const text = await this.components.store.meta.get(key);
    if (text === null) return { days: retentionDefaults, by: null, at: null };
    // Written by `set` below.
    const { by, at, ...days } = JSON.parse(text) as { by: string; at: number };
    return { days: Retention.parse({ ...retentionDefaults, ...days }), by, at };
  }

  /** How many of each would go by this setting now. Those events that are too many go anyway, and are not in it. */
  async wouldGo(days: Retention): Promise<Record<KeptKind, number>> {
    const counts = await Promise.all(keptKinds.map(async (kind) => [kind, await this.components.store.retention.count(kind, this.#before(kind, days))] as const));
    // An entry per kind.
    return Object.fromEntries(counts) as Record<KeptKind, number>;
  }

  #before(kind: KeptKind, { eventDays, auditDays, deliveryDays, runDays }: Retention): number {
    const days: Record<KeptKind, number> = { event: eventDays, audit: auditDays, delivery: deliveryDays, run: runDays };
    return this.components.now() - days[kind] * dayMs;
  }

  /** What is too old by it goes at once. */
  async set(days: Retention, { by, at }: { by: string; at: number }): Promise<void> {
    await this.components.store.meta.set(key, JSON.stringify({ ...days, by, at }));
    this.#plan(0);
  }

  /** A file has one server: what was begun before this start will not be told any more. */
  async settleOwn(): Promise<void> {
    const { store, now } = this.components;
    if (store.provider === 'sqlite') await store.audit.settle(now());
  }

  start(): void {
    this.#plan(this.limits.firstMs);
  }

  async end(): Promise<void> {
    this.#ended.abort();
    clearTimeout(this.#timer);
    await this.#pass;
  }

  /** Deletes what is too old; tells how many rows went. One pass at a time. */
  prune(): Promise<number> {
    return (this.#pass ??= this.#prune().finally(() => {
      this.#pass = null;
    }));
  }

  #plan(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.#ended.signal.aborted) return;
    this.#timer = setTimeout(() => {
      const work = this.components.isOurs() ? this.prune().catch((error: unknown) => this.components.onError(error)) : Promise.resolve();
      void work.then(() => this.#plan(this.limits.everyMs));
    }, waitMs);
    this.#timer.unref();
  }

  async #prune(): Promise<number> {
    const { store, now } = this.components;
    await store.audit.settle(now() - this.limits.untoldMs);
    const { days } = await this.get();
    let gone = 0;
    for (const kind of keptKinds) {
      const before = this.#before(kind, days);
      gone += await this.#batches((limit) => store.retention.prune(kind, { before, limit }));
    }
    // Incidents are history like events.
    gone += await this.#batches((limit) => store.failover.prune({ before: this.#before('event', days), limit }));
    return gone + (await this.#batches((limit) => store.retention.pruneEvents(this.limits.eventsMax, limit)));
  }

  async #batches(prune: (limit: number) => Promise<number>): Promise<number> {
    let gone = 0;
    for (let batch = 0; batch < this.limits.batchesMax && !this.#ended.signal.aborted; batch += 1) {
      const count = await prune(this.limits.batchRows);
      gone += count;
      if (count < this.limits.batchRows) break;
      await pause(this.limits.pauseMs, this.#ended.signal);
    }
    return gone;
  }
}
