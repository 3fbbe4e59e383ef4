import { metricNames, metricSeries, type MetricName, type MetricRange, type Metrics } from '~/contract/shapes/metrics.ts';
import { Figures, type Heard } from '~/core/metrics/figures.ts';
import { Rings, type Window } from '~/core/metrics/rings.ts';

/**
 * What was measured of every instance, in the memory of this server: one set of rings each, of a fixed size.
 * A page that follows reads the ring at its own pace, so there is no queue that could grow.
 */

export type MetricsBookOptions = {
  /** Those heard longest ago go first. */
  readonly instancesMax: number;
  /** What is kept of an instance that nobody knows any more. */
  readonly keepMs: number;
  readonly followersMax: number;
};

export const metricsDefaults: MetricsBookOptions = { instancesMax: 1000, keepMs: 3_600_000, followersMax: 1000 };

export type Asked = { readonly uuid: string; readonly alias: string; readonly series: readonly MetricName[] | undefined };

type Page = { readonly rings: Rings; readonly figures: Figures; readonly waiting: Set<() => void> };

const secondMs = 1000;
/** A report is due every second. */
const freshMs = 3500;
// One entry per name of the list.
const positions = Object.fromEntries(metricNames.map((name, index) => [name, index])) as Record<MetricName, number>;

export class MetricsBook {
  readonly #pages = new Map<string, Page>();
  #followers = 0;

  constructor(
    readonly components: { readonly now: () => number; readonly boot: string },
    readonly options: MetricsBookOptions = metricsDefaults,
  ) {}

  get followers(): number {
    return this.#followers;
  }

  get instances(): number {
    return this.#pages.size;
  }

  /** In all rings together. */
  get bytes(): number {
    return [...this.#pages.values()].reduce((sum, { rings }) => sum + rings.bytes, 0);
  }

  took(uuid: string, heard: Heard): void {
    const page = this.#pages.get(uuid) ?? this.#open(uuid);
    const values = page.figures.of(heard);
    if (values === null) return;
    page.rings.record(heard.receivedAt, values);
    for (const wake of page.waiting) wake();
  }

  /** NaN where it has none, or an old one only. */
  latest(uuid: string, name: MetricName): number {
    return this.#pages.get(uuid)?.rings.latest(positions[name], this.components.now(), freshMs) ?? NaN;
  }

  /** Lets go of instances that are neither known nor were heard of lately. */
  keep(known: (uuid: string) => boolean): void {
    const oldest = this.components.now() - this.options.keepMs;
    for (const [uuid, { rings, waiting }] of this.#pages) if (waiting.size === 0 && !known(uuid) && (rings.lastMs ?? 0) < oldest) this.#pages.delete(uuid);
  }

  /** Of an instance that was never heard: no values. */
  read(asked: Asked, { range, since = 0 }: { range: MetricRange; since?: number | undefined }): Metrics {
    const now = this.components.now();
    const rings = this.#pages.get(asked.uuid)?.rings ?? new Rings(0);
    switch (range) {
      case 'hour':
        return this.#seconds(asked, rings, rings.seconds(now, since));
      case 'day': {
        const window = rings.minutes(now, since);
        return { ...head(asked, window), series: namesOf(asked).map((name) => ({ ...described(name), ...minutesOf(rings, name, window) })) };
      }
    }
  }

  /** The last `seconds`, or all that came behind `lastEventId`; then what comes, until `signal` fires. */
  async *follow(asked: Asked, { seconds, lastEventId, signal }: { seconds: number; lastEventId: string | undefined; signal: AbortSignal }): AsyncGenerator<{ id: string; data: Metrics }> {
    this.#followers += 1;
    const page = this.#pages.get(asked.uuid) ?? this.#open(asked.uuid);
    let wake = () => {};
    const woken = () => wake();
    page.waiting.add(woken);
    signal.addEventListener('abort', woken, { once: true });
    try {
      const position = this.#positionOf(lastEventId);
      let next = position ?? this.components.now() - seconds * secondMs;
      let first = position === null;
      while (!signal.aborted) {
        // The ring goes back an hour and no further, whatever was asked for.
        const { lastMs } = page.rings;
        if (first || (lastMs !== null && lastMs >= next)) {
          const data = this.#seconds(asked, page.rings, page.rings.seconds(lastMs ?? this.components.now(), next));
          first = false;
          if (lastMs !== null) next = lastMs + secondMs;
          yield { id: `${this.components.boot}-${next}`, data };
          continue;
        }
        // A clock that was set back: what is measured now comes before what was told.
        if (lastMs !== null && lastMs < next - 2 * secondMs) {
          next = lastMs;
          continue;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#followers -= 1;
      page.waiting.delete(woken);
      signal.removeEventListener('abort', woken);
    }
  }

  #seconds(asked: Asked, rings: Rings, window: Window): Metrics {
    return { ...head(asked, window), series: namesOf(asked).map((name) => ({ ...described(name), values: window.count === 0 ? [] : rings.readSeconds(metricNames.indexOf(name), window) })) };
  }

  #open(uuid: string): Page {
    if (this.#pages.size >= this.options.instancesMax) this.#dropOldest();
    const page = { rings: new Rings(metricNames.length), figures: new Figures(), waiting: new Set<() => void>() };
    this.#pages.set(uuid, page);
    return page;
  }

  #dropOldest(): void {
    const [oldest] = [...this.#pages].filter(([, { waiting }]) => waiting.size === 0).toSorted(([, a], [, b]) => (a.rings.lastMs ?? 0) - (b.rings.lastMs ?? 0));
    if (oldest) this.#pages.delete(oldest[0]);
  }

  /** Ids carry the boot: another server, or this one started again, has rings of its own. */
  #positionOf(lastEventId: string | undefined): number | null {
    const [boot, digits] = lastEventId?.split('-') ?? [];
    return boot === this.components.boot && digits !== undefined && /^\d{1,15}$/.test(digits) ? Number(digits) : null;
  }
}

const minutesOf = (rings: Rings, name: MetricName, window: Window) => (window.count === 0 ? { values: [], min: [], max: [] } : rings.readMinutes(metricNames.indexOf(name), window));

const head = ({ uuid, alias }: Asked, window: Window) => ({ instance: { uuid, alias }, ...window });

const described = (name: MetricName) => ({ name, label: metricSeries[name].label, unit: metricSeries[name].unit });

/** In the order of the contract, each once. */
const namesOf = ({ series }: Asked): MetricName[] => metricNames.filter((name) => series === undefined || series.includes(name));
