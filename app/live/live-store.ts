import type { ClusterUpdate } from '~/contract/shapes/view.ts';
import { initialLive, reduceLive, type Live, type LiveEvent } from '~/app/lib/live.ts';

/** The open event stream and what was folded from it, for `useSyncExternalStore`. One per tab. */

export type Source = {
  addEventListener(type: 'open' | 'message' | 'error', listener: (event: { data?: string }) => void): void;
  readonly readyState: number;
  close(): void;
};

export type LiveComponents = {
  readonly open: () => Source;
  readonly now: () => number;
  readonly later: (run: () => void, delayMs: number) => () => void;
  /** The server refused the stream: the session may be over. */
  readonly refused: () => void;
};

export type LiveOptions = {
  /** A stream that says nothing for this long is opened anew: a cut connection is not always noticed. */
  readonly silenceMs: number;
  readonly retryMs: number;
};

export const liveDefaults: LiveOptions = { silenceMs: 20_000, retryMs: 2000 };
const closed = 2;

export class LiveStore {
  #live: Live = initialLive;
  #source: Source | null = null;
  #cancel: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly components: LiveComponents,
    private readonly options: LiveOptions = liveDefaults,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): Live => this.#live;

  start(): void {
    this.#source?.close();
    const source = this.components.open();
    this.#source = source;
    source.addEventListener('open', () => this.#fold({ kind: 'opened' }));
    source.addEventListener('message', ({ data = '' }) => {
      this.#watchSilence();
      // The server checked the message against the contract before it sent it.
      this.#fold({ kind: 'update', update: JSON.parse(data) as ClusterUpdate });
    });
    source.addEventListener('error', () => {
      this.#fold({ kind: 'lost' });
      if (source.readyState !== closed) return;
      this.components.refused();
      this.#after(this.options.retryMs);
    });
    this.#watchSilence();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#source?.close();
    this.#source = null;
  }

  /** Only a cluster that has someone reporting can be expected to speak. */
  #watchSilence(): void {
    this.#cancel?.();
    this.#cancel = this.components.later(() => {
      if ((this.#live.overview?.instances.length ?? 0) > 0) this.#fold({ kind: 'lost' });
      this.start();
    }, this.options.silenceMs);
  }

  #after(delayMs: number): void {
    this.#cancel?.();
    this.#cancel = this.components.later(() => this.start(), delayMs);
  }

  #fold(event: LiveEvent): void {
    const next = reduceLive(this.#live, event, this.components.now());
    if (next === this.#live) return;
    this.#live = next;
    for (const listener of this.#listeners) listener();
  }
}
