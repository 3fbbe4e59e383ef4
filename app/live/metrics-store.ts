import { appended, type MetricWindow } from '~/app/lib/metric-window.ts';
import type { Metrics } from '~/contract/shapes/metrics.ts';
import { Shown } from './shown.ts';
import { Stream, streamDefaults, type StreamComponents, type StreamOptions } from './stream.ts';

/** The last hour of one instance: its stream says all of it first, then each second. */

export type MetricsOptions = StreamOptions & { readonly countMax: number };
export const metricsDefaults: MetricsOptions = { ...streamDefaults, countMax: 3600 };

export type MetricsState = { readonly window: MetricWindow | null; readonly connection: 'connecting' | 'following' | 'lost'; readonly problem: string | null };
export const initialMetrics: MetricsState = { window: null, connection: 'connecting', problem: null };

export class MetricsStore {
  readonly #shown = new Shown(initialMetrics);
  readonly #stream: Stream;
  /** The stream was opened anew: what comes first is the whole hour. */
  #fresh = true;

  constructor(components: StreamComponents, { countMax, ...options }: MetricsOptions = metricsDefaults) {
    this.#stream = new Stream(components, {
      ...options,
      events: {
        said: (data) => {
          const window = appended(this.#fresh ? null : this.get().window, JSON.parse(data) as Metrics, countMax);
          this.#fresh = false;
          this.#shown.set({ window, connection: 'following', problem: null });
        },
        // What is shown stays; it ends where the stream did.
        lost: (problem) => {
          this.#fresh = true;
          this.#shown.set({ ...this.get(), connection: 'lost', problem: problem ?? this.get().problem });
        },
      },
    });
  }

  readonly subscribe = this.#shown.subscribe;
  readonly get = this.#shown.get;

  start(): void {
    this.#fresh = true;
    this.#stream.start();
  }

  stop(): void {
    this.#stream.stop();
  }
}
