/**
 * A lock: a key that its holder's session keeps, whose revision is the token. Whoever takes it writes it anew, also over
 * another's by an operator's order, so a token is never seen twice and an older one guards nothing any more.
 */
import type { Clock } from '~/iproto/clock.ts';
import { OutcomeUnknown, ProviderUnavailable } from '../errors.ts';
import type { CallOptions, Committed, Condition, Entry, Lock, LockListener, LockState, Watch, WatchEvent, WatchListener } from '../provider.ts';
import { NoSession, type Backend } from './backend.ts';
import { Session } from './session.ts';
import type { Order } from './writers.ts';

export type CampaignComponents = {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly random: () => number;
  readonly order: (order: Order, timeoutMs: number) => Promise<Committed>;
  readonly read: (key: string, timeoutMs: number) => Promise<Entry | null>;
  readonly watch: (key: string, listener: WatchListener) => Watch;
};

export type CampaignOptions = { readonly key: string; readonly holder: string; readonly ttlMs: number };

/** Somebody else was faster, or is gone again: not at once, so that they do not outrun each other. */
const soonMs = 50;

export class Campaign implements Lock {
  readonly #components: CampaignComponents;
  readonly #options: CampaignOptions;
  readonly #listener: LockListener;
  #state: LockState = { kind: 'waiting', holder: null, token: null };
  #session: Session | null = null;
  #watch: Watch | null = null;
  /** The lock's key as of the newest revision that was heard; null: nobody has it. */
  #seen: { readonly revision: number; readonly entry: Entry | null } | null = null;
  #attempt: Promise<void> | null = null;
  #cancelRetry = () => {};

  constructor(components: CampaignComponents, options: CampaignOptions, listener: LockListener) {
    this.#components = components;
    this.#options = options;
    this.#listener = listener;
  }

  get state(): LockState {
    return this.#state;
  }

  get guard(): Condition | null {
    return this.#state.kind === 'held' ? { key: this.#options.key, revision: this.#state.token } : null;
  }

  start(): void {
    this.#watch = this.#components.watch(this.#options.key, (event) => this.#heard(event));
  }

  async steal({ timeoutMs }: CallOptions): Promise<void> {
    const { clock } = this.#components;
    const untilAt = clock.now() + timeoutMs;
    while (this.#attempt) await this.#attempt;
    while (this.#state.kind === 'waiting') {
      const leftMs = untilAt - clock.now();
      if (leftMs <= 0) throw new ProviderUnavailable(`${this.#options.key} not taken within ${timeoutMs} ms`);
      await this.#alone(async () => {
        const found = await this.#components.read(this.#options.key, leftMs);
        await this.#take(found, { takesOver: false, timeoutMs: Math.max(untilAt - clock.now(), 1) });
      });
    }
    if (this.#state.kind === 'released') throw new ProviderUnavailable(`${this.#options.key} was released`);
  }

  async release({ timeoutMs }: CallOptions): Promise<void> {
    if (this.#state.kind === 'released') return;
    const { guard } = this;
    this.#cancelRetry();
    this.#watch?.close();
    this.#move({ kind: 'released' }, 'released');
    const session = this.#session;
    this.#session = null;
    if (guard) await this.#components.order({ when: [guard], put: [], remove: [guard.key], takesOver: false }, timeoutMs / 2).catch(() => {});
    await session?.end(timeoutMs / 2);
  }

  #heard(event: WatchEvent): void {
    if (event.kind !== 'snapshot' && event.kind !== 'changed') return;
    const { key } = this.#options;
    if (event.kind === 'snapshot' || event.entries.has(key)) this.#learn(event.revision, event.entries.get(key) ?? null);
  }

  /** Events and answers come over several connections: the older of two is left out. */
  #learn(revision: number, entry: Entry | null): void {
    if (this.#state.kind === 'released' || (this.#seen && revision <= this.#seen.revision)) return;
    this.#seen = { revision, entry };
    if (this.#state.kind === 'held') {
      const { token } = this.#state;
      if (revision > token && entry?.revision !== token) this.#lost(entry ? `taken by ${holderOf(entry)}` : 'it was removed');
    } else if (entry === null) {
      this.#tryIn(0);
    } else {
      this.#waitFor(entry);
    }
  }

  #waitFor(entry: Entry): void {
    if (this.#state.kind === 'waiting' && this.#state.token === entry.revision) return;
    const holder = holderOf(entry);
    this.#move({ kind: 'waiting', holder, token: entry.revision }, `held by ${holder}`);
  }

  #tryIn(delayMs: number): void {
    if (this.#state.kind !== 'waiting') return;
    this.#cancelRetry();
    this.#cancelRetry = this.#components.clock.after(delayMs, () => void this.#try());
  }

  /** While the key stands, the watch tells when it goes. */
  async #try(): Promise<void> {
    if (this.#attempt || this.#seen?.entry || this.#state.kind !== 'waiting') return;
    let retryMs = soonMs;
    try {
      await this.#alone(() => this.#take(null, { takesOver: true, timeoutMs: this.#options.ttlMs }));
    } catch (error) {
      retryMs = this.#options.ttlMs / 4;
      if (error instanceof ProviderUnavailable && error.retryAfterMs !== null) retryMs = error.retryAfterMs;
      if (this.#state.kind === 'waiting') this.#move(this.#state, `not taken: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#tryIn(retryMs * (1 + this.#components.random() / 4));
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const working = work();
    const settled = working.then(() => {}, () => {});
    this.#attempt = settled;
    try {
      await working;
    } finally {
      this.#attempt = null;
    }
  }

  /** Takes it if it still is as `found`. */
  async #take(found: Entry | null, { takesOver, timeoutMs }: { readonly takesOver: boolean; readonly timeoutMs: number }): Promise<void> {
    const { key, holder, ttlMs } = this.#options;
    const untilAt = this.#components.clock.now() + timeoutMs;
    const session = new Session(this.#components, { ttlMs }, (reason) => {
      if (this.#session === session) this.#lost(reason);
    });
    const order: Order = { when: [{ key, revision: found?.revision ?? null }], put: [{ key, value: JSON.stringify({ holder }), session: session.id }], remove: [], takesOver };
    let taken: Committed | null = null;
    try {
      await session.open(timeoutMs);
      taken = await this.#components.order(order, Math.max(untilAt - this.#components.clock.now(), 1));
    } catch (error) {
      // Not known, or the session went meanwhile: ended, so that a lock which was taken without knowing goes again.
      if (!(error instanceof OutcomeUnknown || error instanceof NoSession)) {
        void session.end(ttlMs);
        throw error;
      }
    }
    if (taken?.done !== true || session.over || this.#state.kind !== 'waiting') {
      void session.end(ttlMs);
      if (taken?.done === false) this.#learn(taken.revision, taken.found.get(key) ?? null);
      return;
    }
    this.#session = session;
    this.#move({ kind: 'held', token: taken.revision }, found ? `taken from ${holderOf(found)}` : 'taken');
  }

  #lost(reason: string): void {
    const session = this.#session;
    this.#session = null;
    this.#move({ kind: 'waiting', holder: null, token: null }, `lost: ${reason}`);
    void session?.end(this.#options.ttlMs);
    if (this.#seen?.entry) this.#waitFor(this.#seen.entry);
    else this.#tryIn(this.#options.ttlMs / 4);
  }

  #move(state: LockState, reason: string): void {
    this.#state = state;
    this.#listener(state, reason);
  }
}

function holderOf(entry: Entry): string {
  try {
    const { holder } = JSON.parse(entry.value) as { holder?: unknown };
    return typeof holder === 'string' ? holder : 'unknown';
  } catch {
    return 'unknown';
  }
}
