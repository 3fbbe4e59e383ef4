/** Counters, gauges and histograms in the text format of Prometheus. The number of series is bounded by the contract. */

export type Labels = Readonly<Record<string, string>>;
type Family = { readonly type: 'counter' | 'gauge' | 'histogram'; readonly help: string; readonly series: Map<string, number> };

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

export class Metrics {
  readonly #families = new Map<string, Family>();
  /** Gauges are read when somebody asks. */
  readonly #readers: (() => void)[] = [];

  add(name: string, help: string, { labels = {}, by = 1 }: { labels?: Labels; by?: number } = {}): void {
    const series = this.#family(name, 'counter', help).series;
    const key = keyOf(labels);
    series.set(key, (series.get(key) ?? 0) + by);
  }

  set(name: string, help: string, { labels = {}, value }: { labels?: Labels; value: number }): void {
    this.#family(name, 'gauge', help).series.set(keyOf(labels), value);
  }

  /** Forgets every series of a gauge: for those whose labels come and go. */
  clear(name: string): void {
    this.#families.get(name)?.series.clear();
  }

  observe(name: string, help: string, { labels = {}, seconds }: { labels?: Labels; seconds: number }): void {
    const { series } = this.#family(name, 'histogram', help);
    const count = (suffix: string, extra: Labels, by: number) => {
      const key = `${suffix}${keyOf({ ...labels, ...extra })}`;
      series.set(key, (series.get(key) ?? 0) + by);
    };
    for (const bucket of secondsBuckets) count('_bucket', { le: String(bucket) }, seconds <= bucket ? 1 : 0);
    count('_bucket', { le: '+Inf' }, 1);
    count('_sum', {}, seconds);
    count('_count', {}, 1);
  }

  onRead(reader: () => void): void {
    this.#readers.push(reader);
  }

  text(): string {
    for (const read of this.#readers) read();
    const families = [...this.#families].map(([name, { type, help, series }]) => {
      const lines = [...series].map(([key, value]) => `${name}${key} ${Number.isFinite(value) ? value : 'NaN'}`);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
    });
    return `${families.join('\n')}\n`;
  }

  #family(name: string, type: Family['type'], help: string): Family {
    let family = this.#families.get(name);
    if (family === undefined) this.#families.set(name, (family = { type, help, series: new Map() }));
    return family;
  }
}

function keyOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
