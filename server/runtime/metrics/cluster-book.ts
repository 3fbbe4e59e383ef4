import { clusterSeries, clusterSeriesNames, type ClusterMetrics, type ClusterSeriesName, type MetricName, type MetricRange } from '~/contract/shapes/metrics.ts';
import { coarser, coarserWindow, type Spread } from '~/core/metrics/coarser.ts';
import { shown } from '~/core/metrics/packed.ts';
import { Rings, type Window } from '~/core/metrics/rings.ts';
import { minutesKept, secondsKept } from '~/core/metrics/track.ts';

/**
 * The cluster as a whole over time. Once a second the newest figures of all instances are put together and kept in
 * rings of their own, so that a page that asks reads a few numbers, however many instances there are.
 */

export type ClusterBookComponents = {
  readonly now: () => number;
  /** The newest figure of an instance; NaN where there is none, or an old one only. */
  readonly latest: (uuid: string, series: MetricName) => number;
  /** Those that are configured. */
  readonly instances: () => readonly string[];
  readonly openIssues: () => number;
};

export type ClusterAsked = { readonly range: MetricRange; /** Of the whole range, however much of it is known. */ readonly steps: number; readonly since?: number | undefined };

export class ClusterBook {
  readonly #rings = new Rings(clusterSeriesNames.length);

  constructor(readonly components: ClusterBookComponents) {}

  /** Called once a second. */
  look(): void {
    const { now, latest, instances, openIssues } = this.components;
    const known = { requests: NaN, lag: NaN, used: NaN, quota: NaN, heard: 0 };
    for (const uuid of instances()) {
      known.requests = together(known.requests, latest(uuid, 'requestsPerSecond'), (a, b) => a + b);
      const lag = latest(uuid, 'lagSeconds');
      if (lag < neverSeconds) known.lag = together(known.lag, lag, Math.max);
      known.used = together(known.used, latest(uuid, 'memoryUsedBytes'), (a, b) => a + b);
      known.quota = together(known.quota, latest(uuid, 'memoryQuotaBytes'), (a, b) => a + b);
      // Every agent tells its own memory, a router without a database too.
      if (!Number.isNaN(latest(uuid, 'agentRssBytes'))) known.heard += 1;
    }
    const values: Record<ClusterSeriesName, number> = { requestsPerSecond: known.requests, lagSeconds: known.lag, memoryUsedBytes: known.used, memoryQuotaBytes: known.quota, openIssues: openIssues(), instancesHeard: known.heard };
    this.#rings.record(now(), clusterSeriesNames.map((name) => values[name]));
  }

  read({ range, steps, since = 0 }: ClusterAsked): ClusterMetrics {
    const now = this.components.now();
    const hour = range === 'hour';
    const window = hour ? this.#rings.seconds(now, since) : this.#rings.minutes(now, since);
    const factor = Math.max(1, Math.ceil((hour ? secondsKept : minutesKept) / steps));
    return {
      ...coarserWindow(window, factor),
      series: clusterSeriesNames.map((name, index) => {
        const { values, min, max } = coarser(window.count === 0 ? nothing : this.#read(index, window, hour), window, factor);
        return { name, label: clusterSeries[name].label, unit: clusterSeries[name].unit, values: values.map(rounded), min, max };
      }),
    };
  }

  #read(index: number, window: Window, hour: boolean): Spread {
    if (!hour) return this.#rings.readMinutes(index, window);
    const values = this.#rings.readSeconds(index, window);
    return { values, min: values, max: values };
  }
}

/** Tarantool says a hundred years while it has heard nothing from the peer yet, and counts from 1970 for a row without a time: that is no lag. */
const neverSeconds = 10 * 365 * 86_400;

const nothing: Spread = { values: [], min: [], max: [] };

const rounded = (value: number | null) => value && shown(value);

const together = (sum: number, value: number, how: (a: number, b: number) => number) => (Number.isNaN(value) ? sum : Number.isNaN(sum) ? value : how(sum, value));
