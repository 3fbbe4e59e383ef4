import { noTimeline, withNewest, withOlder, type Timeline } from '~/app/lib/timeline.ts';
import type { Event } from '~/contract/shapes/view.ts';

/**
 * One timeline that is looked at, for `useSyncExternalStore`. It asks for the newest page when something has happened
 * (`nudge`), and now and then, since not all that happens shows in the cluster's state; older pages on demand.
 */

export type TimelineComponents = {
  readonly load: (page: { readonly limit: number; readonly before?: number }) => Promise<Event[]>;
  readonly later: (run: () => void, delayMs: number) => () => void;
};

export type TimelineOptions = {
  readonly pageSize: number;
  /** What a page can draw and a person can read; beyond it a filter is needed. */
  readonly eventsMax: number;
  /** After a nudge: the server writes events behind what it shows, so it is asked a moment later, and once more. */
  readonly soonMs: number;
  readonly settledMs: number;
  readonly everyMs: number;
};

export const timelineDefaults: TimelineOptions = { pageSize: 50, eventsMax: 2000, soonMs: 300, settledMs: 1500, everyMs: 10_000 };

export type TimelineState = Timeline & {
  readonly loaded: boolean;
  readonly loadingOlder: boolean;
  /** Of the last call; what is shown stays. */
  readonly failure: unknown;
};

export const initialTimeline: TimelineState = { ...noTimeline, loaded: false, loadingOlder: false, failure: null };

export class TimelineStore {
  #state: TimelineState = initialTimeline;
  #running = false;
  #sign: string | null = null;
  #asking = false;
  #cancelSoon: (() => void) | null = null;
  #cancelSettled: (() => void) | null = null;
  #cancelRound: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly components: TimelineComponents,
    readonly options: TimelineOptions = timelineDefaults,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): TimelineState => this.#state;

  start(): void {
    this.#running = true;
    void this.#newest();
  }

  stop(): void {
    this.#running = false;
    for (const cancel of [this.#cancelRound, this.#cancelSoon, this.#cancelSettled]) cancel?.();
    this.#cancelSoon = null;
  }

  /** With another sign than before: something has happened that an event will tell of. */
  readonly nudge = (sign: string): void => {
    const same = this.#sign === sign || this.#sign === null;
    this.#sign = sign;
    if (same || !this.#running) return;
    const { soonMs, settledMs } = this.options;
    // Where much happens the first is not put off, and the second comes after the last.
    this.#cancelSoon ??= this.components.later(() => {
      this.#cancelSoon = null;
      void this.#newest();
    }, soonMs);
    this.#cancelSettled?.();
    this.#cancelSettled = this.components.later(() => void this.#newest(), settledMs);
  };

  readonly older = async (): Promise<void> => {
    const last = this.#state.events.at(-1);
    if (last === undefined || this.#state.complete || this.#state.loadingOlder || this.isFull) return;
    this.#set({ loadingOlder: true });
    try {
      const page = await this.components.load({ limit: this.options.pageSize, before: last.id });
      // Meanwhile the list may have begun anew: then this page does not belong below it.
      const fits = this.#state.events.at(-1)?.id === last.id;
      this.#set({ loadingOlder: false, failure: null, ...(fits ? withOlder(this.#state, page, this.options) : {}) });
    } catch (failure) {
      this.#set({ loadingOlder: false, failure });
    }
  };

  get isFull(): boolean {
    return this.#state.events.length >= this.options.eventsMax;
  }

  async #newest(): Promise<void> {
    if (!this.#running || this.#asking) return;
    this.#asking = true;
    try {
      const page = await this.components.load({ limit: this.options.pageSize });
      this.#set({ ...withNewest(this.#state, page, this.options), loaded: true, failure: null });
    } catch (failure) {
      this.#set({ failure });
    } finally {
      this.#asking = false;
      this.#cancelRound?.();
      if (this.#running) this.#cancelRound = this.components.later(() => void this.#newest(), this.options.everyMs);
    }
  }

  #set(change: Partial<TimelineState>): void {
    const next = { ...this.#state, ...change };
    if ((Object.keys(next) as (keyof TimelineState)[]).every((key) => next[key] === this.#state[key])) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
