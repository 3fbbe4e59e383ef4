import type { ProviderView } from '~/contract/shapes/failover-view.ts';
import type { Change, StoreOutcome } from '~/core/failover/messages.ts';
import { recordText, parseRecord } from '~/core/failover/record-text.ts';
import { leaseKey, noRecords, pauseKey, replicasetPrefix, stateKey, type Held, type LeaseRecord, type Records, type StateRecord } from '~/core/failover/records.ts';
import { OutcomeUnknown } from '~/state/errors.ts';
import type { Condition, Entry, ProviderHealth, StateProvider, Watch, WatchEvent } from '~/state/provider.ts';
import type { Logger } from '~/agent/logs/logger.ts';

/**
 * The state provider as the machines of failover know it: records in place of text, outcomes in place of errors. A
 * record that cannot be read counts as an unreachable provider, so nobody acts on it.
 */
export type StateLinkComponents = { readonly provider: StateProvider; readonly log: Pick<Logger, 'warn' | 'info'>; readonly now: () => number };

export type WentBack = { readonly from: number; readonly to: number };

type Keyed = { readonly get: (key: string) => Entry | null | undefined };

/** `whole`: of all there is, and not of a change. */
type Taker = (keys: Iterable<string>, whole: boolean) => void;
/** What stands under a prefix, and who hears of it. `known`: the provider has told. */
type KeptEntries = { readonly entries: Map<string, Entry>; readonly takers: Set<Taker>; readonly end: () => void; known: boolean };

const lookAfterMs = 1000;
/** For how long what the watch tells may stand for an answer: that it took so or so long is known from answers alone. */
const trustHeardMs = 5000;
const lookMs = 800;

export class StateLink {
  readonly provider: StateProvider;
  readonly #log: StateLinkComponents['log'];
  readonly #now: () => number;
  readonly #watches = new Set<Watch>();
  readonly #kept = new Map<string, KeptEntries>();
  readonly #onView: (view: ProviderView) => void;
  readonly #onWentBack: (back: WentBack) => void;
  #toldBack = false;
  #view: ProviderView;
  #looking = false;
  #answeredAt = -Infinity;
  #heardAt = -Infinity;

  constructor({ provider, log, now }: StateLinkComponents, { onView, onWentBack }: { readonly onView: (view: ProviderView) => void; /** It is an older store than before: what was seen of it means nothing any more. */ readonly onWentBack: (back: WentBack) => void }) {
    this.provider = provider;
    this.#log = log;
    this.#now = now;
    this.#onView = onView;
    this.#onWentBack = onWentBack;
    this.#view = { kind: provider.kind === 'etcd' ? 'etcd' : 'stateboard', place: provider.place, error: 'It has not answered yet.', roundTripMs: null, since: now() };
    void this.look();
  }

  get view(): ProviderView {
    return this.#view;
  }

  /** Both records of a replicaset, linearizable. Throws a StateError. */
  async read(replicaset: string, timeoutMs: number): Promise<Records> {
    const begun = performance.now();
    const { entries } = await this.provider.read([stateKey(replicaset), leaseKey(replicaset)], { timeoutMs });
    this.#answered(begun);
    return recordsIn(entries, replicaset);
  }

  /** `guard`: what proves that this one holds the coordinator's lock; takes the place of the condition on its key. Never rejects. */
  async commit(replicaset: string, { when, put, remove, takesOver }: Change, options: { readonly timeoutMs: number; readonly guard?: Condition | null; readonly lockKey?: string }): Promise<StoreOutcome> {
    const { timeoutMs, guard, lockKey } = options;
    const begun = performance.now();
    try {
      const conditions = when.map((condition) => (condition.key === lockKey && guard ? guard : condition));
      const answer = await this.provider.commit({ when: conditions, put: put.map(({ key, value }) => ({ key, value: recordText(value) })), remove, takesOver }, { timeoutMs });
      this.#answered(begun);
      if (answer.done) return { kind: 'done', revision: answer.revision };
      const both = answer.found.has(stateKey(replicaset)) && answer.found.has(leaseKey(replicaset));
      return { kind: 'refused', records: both ? recordsIn(answer.found, replicaset) : await this.read(replicaset, timeoutMs) };
    } catch (error) {
      if (error instanceof OutcomeUnknown) return { kind: 'unknown' };
      this.#failed(error);
      return { kind: 'unavailable' };
    }
  }

  /** The records of one replicaset, or of all, as they change; in the order of the store. */
  watchRecords(replicaset: string | null, listener: (replicaset: string, records: Records) => void, other?: (key: string, value: string | null) => void): () => void {
    const prefix = replicaset === null ? replicasetPrefix : `${replicasetPrefix}${replicaset}/`;
    const watched = this.#kept.get(prefix) ?? this.#keep(prefix);
    const { entries, takers } = watched;
    const tell = (of: string) => {
      try {
        listener(of, recordsIn(entries, of));
      } catch (error) {
        this.#failed(error);
      }
    };
    const take: Taker = (keys, whole) => {
      const changed = new Set<string>(replicaset !== null && whole ? [replicaset] : []);
      for (const key of keys) {
        const [, of = '', name] = key.split('/');
        if (name === 'state' || name === 'lease') changed.add(of);
        else other?.(key, entries.get(key)?.value ?? null);
      }
      for (const of of changed) tell(of);
    };
    takers.add(take);
    // Whoever comes later hears what is known, and like the first one not before it has what this returns.
    if (watched.known) queueMicrotask(() => takers.has(take) && take([...entries.keys()], true));
    return () => {
      takers.delete(take);
      if (takers.size > 0 || this.#kept.get(prefix) !== watched) return;
      this.#kept.delete(prefix);
      watched.end();
    };
  }

  /** One key and its value as it changes. */
  watchKey(key: string, listener: (value: string | null) => void): () => void {
    return this.#watch(key, (event) => {
      if (event.kind === 'snapshot' || event.entries.has(key)) listener(event.entries.get(key)?.value ?? null);
    });
  }

  /** Each second. Whoever renews a lease, or hears of the renewals of others, need not ask as well. */
  async look(): Promise<void> {
    this.#heedBack();
    if (this.#looking || (this.#view.error === null && this.#isProven(performance.now()))) return;
    this.#looking = true;
    const begun = performance.now();
    try {
      await this.provider.read([pauseKey], { timeoutMs: lookMs });
      this.#answered(begun);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#looking = false;
    }
  }

  #isProven(now: number): boolean {
    return now - this.#answeredAt < lookAfterMs || (now - this.#heardAt < lookAfterMs && now - this.#answeredAt < trustHeardMs);
  }

  health(): Promise<ProviderHealth> {
    return this.provider.health({ timeoutMs: lookMs });
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) watch.close();
    await this.provider.close();
  }

  /** One watch for all who want the same: each asks the provider again after each renewal of each lease. */
  #keep(prefix: string): KeptEntries {
    const [entries, takers] = [new Map<string, Entry>(), new Set<Taker>()];
    const end = this.#watch(prefix, (event) => {
      const whole = event.kind === 'snapshot';
      const keys = whole ? new Set([...entries.keys(), ...event.entries.keys()]) : new Set(event.entries.keys());
      if (whole) entries.clear();
      for (const [key, entry] of event.entries) {
        if (entry === null) entries.delete(key);
        else entries.set(key, entry);
      }
      kept.known = true;
      for (const take of takers) take(keys, whole);
    });
    const kept: KeptEntries = { entries, takers, end, known: false };
    this.#kept.set(prefix, kept);
    return kept;
  }

  #watch(prefix: string, take: (event: Extract<WatchEvent, { kind: 'snapshot' | 'changed' }>) => void): () => void {
    const watch = this.provider.watch(prefix, {}, (event) => {
      if (event.kind === 'interrupted') this.#log.warn({ reason: event.reason }, 'the state provider is not heard: what is known of it may be old');
      if (event.kind !== 'snapshot' && event.kind !== 'changed') return;
      this.#heardAt = performance.now();
      take(event);
    });
    this.#watches.add(watch);
    return () => {
      this.#watches.delete(watch);
      watch.close();
    };
  }

  #heedBack(): void {
    const { wentBack } = this.provider;
    if (wentBack === null || this.#toldBack) return;
    this.#toldBack = true;
    this.#onWentBack(wentBack);
  }

  #answered(begun: number): void {
    this.#answeredAt = performance.now();
    this.#heedBack();
    this.#see({ error: null, roundTripMs: Math.round((this.#answeredAt - begun) * 100) / 100 });
  }

  #failed(error: unknown): void {
    this.#see({ error: error instanceof Error ? error.message : String(error), roundTripMs: null });
  }

  #see(seen: Pick<ProviderView, 'error' | 'roundTripMs'>): void {
    const changed = (seen.error === null) !== (this.#view.error === null);
    if (changed) this.#log[seen.error === null ? 'info' : 'warn']({ place: this.#view.place, error: seen.error }, seen.error === null ? 'the state provider answers' : 'the state provider does not answer');
    this.#view = { ...this.#view, ...seen, since: changed ? this.#now() : this.#view.since };
    if (changed) this.#onView(this.#view);
  }
}

/** A lease changes several times a second, and what stands beside it seldom: an entry is read once. */
const readOnce = new WeakMap<Entry, Held<StateRecord | LeaseRecord>>();

/** Throws when one of them cannot be read. */
function recordsIn(entries: Keyed, replicaset: string): Records {
  const held = <K extends 'state' | 'lease', T extends StateRecord | LeaseRecord>(kind: K, key: string): Held<T> | null => {
    const entry = entries.get(key);
    if (entry === null || entry === undefined) return null;
    const known = readOnce.get(entry);
    // The key names the kind, and the kind names the type, which a generic function over both cannot express.
    if (known !== undefined) return known as Held<T>;
    const parsed = parseRecord(kind, entry.value);
    if (!parsed.ok) throw new Error(parsed.why);
    const read = { value: parsed.value as unknown as T, revision: entry.revision };
    readOnce.set(entry, read);
    return read;
  };
  if (entries.get(stateKey(replicaset)) === undefined && entries.get(leaseKey(replicaset)) === undefined) return noRecords;
  return { state: held('state', stateKey(replicaset)), lease: held('lease', leaseKey(replicaset)) };
}
