import { appended, type MetricWindow } from '~/app/lib/metric-window.ts';
import type { Metrics } from '~/contract/shapes/metrics.ts';

/** The last hour of one instance, for `useSyncExternalStore`: its stream says all of it first, then each second. */

export type MetricsSource = {
  addEventListener(type: 'open' | 'message' | 'error' | 'problem', listener: (event: { data?: string }) => void): void;
  close(): void;
};

export type MetricsComponents = { readonly open: () => MetricsSource; readonly later: (run: () => void, delayMs: number) => () => void };
export type MetricsOptions = { readonly countMax: number; readonly retryMs: number; readonly retryMsMax: number };
export const metricsDefaults: MetricsOptions = { countMax: 3600, retryMs: 1000, retryMsMax: 15_000 };

export type MetricsState = { readonly window: MetricWindow | null; readonly connection: 'connecting' | 'following' | 'lost'; readonly problem: string | null };
export const initialMetrics: MetricsState = { window: null, connection: 'connecting', problem: null };

export class MetricsStore {
  #state = initialMetrics;
  #source: MetricsSource | null = null;
  #cancelRetry: (() => void) | null = null;
  #failures = 0;
  /** The stream was opened anew: what comes first is the whole hour. */
  #fresh = true;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly components: MetricsComponents,
    private readonly options: MetricsOptions = metricsDefaults,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): MetricsState => this.#state;

  start(): void {
    this.stop();
    const source = this.components.open();
    this.#source = source;
    this.#fresh = true;
    source.addEventListener('message', ({ data = '' }) => this.#take(data));
    // The server ends a stream with the reason; the error that follows only says that it ended.
    source.addEventListener('problem', ({ data = '' }) => this.#lose((JSON.parse(data) as { detail?: string }).detail ?? null));
    source.addEventListener('error', () => this.#lose(null));
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#source?.close();
    this.#source = null;
  }

  #take(data: string): void {
    // The server checked the message against the contract before it sent it.
    const message = JSON.parse(data) as Metrics;
    const window = appended(this.#fresh ? null : this.#state.window, message, this.options.countMax);
    this.#fresh = false;
    this.#failures = 0;
    this.#set({ window, connection: 'following', problem: null });
  }

  /** What is shown stays; it ends where the stream did. */
  #lose(problem: string | null): void {
    if (this.#source === null) return;
    this.stop();
    this.#set({ ...this.#state, connection: 'lost', problem: problem ?? this.#state.problem });
    const delayMs = Math.min(this.options.retryMsMax, this.options.retryMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#cancelRetry = this.components.later(() => this.start(), delayMs);
  }

  #set(state: MetricsState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
