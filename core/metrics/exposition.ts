/**
 * The text format of Prometheus, from families that are defined once, with unit and meaning: what is not defined cannot be
 * exported, and the page that documents them is made from the same rows.
 */

export type Family = {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Of one value, for the page: `seconds`, `bytes`, `1 or 0`, or what is counted. */
  readonly unit: string;
  readonly help: string;
  /** What each label says. */
  readonly labels?: Readonly<Record<string, string>>;
};
export type Families = Readonly<Record<string, Family>>;

export type Labels = Readonly<Record<string, string>>;
type LabelsOf<F extends Family> = F['labels'] extends Readonly<Record<infer Name extends string, string>> ? { readonly labels: Readonly<Record<Name, string>> } : { readonly labels?: undefined };

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

export class Exposition<F extends Families> {
  readonly #families: F;
  readonly #series = new Map<string, Map<string, number>>();
  /** What is measured only when somebody asks. */
  readonly #readers: (() => void)[] = [];

  constructor(families: F) {
    this.#families = families;
  }

  /** `by` 0 begins the series, so that the first one shows as growth. */
  add<N extends keyof F & string>(name: N, { labels, by = 1 }: LabelsOf<F[N]> & { by?: number }): void {
    const series = this.#of(name);
    const key = keyOf(labels);
    series.set(key, (series.get(key) ?? 0) + by);
  }

  set<N extends keyof F & string>(name: N, { labels, value }: LabelsOf<F[N]> & { value: number }): void {
    this.#of(name).set(keyOf(labels), value);
  }

  /** Forgets every series: for those whose labels come and go. */
  clear(name: keyof F & string): void {
    this.#series.get(name)?.clear();
  }

  /** `by`: so many of them at once; 0 begins the series, so that the first one shows as growth. */
  observe<N extends keyof F & string>(name: N, { labels, seconds, by = 1 }: LabelsOf<F[N]> & { seconds: number; by?: number }): void {
    const series = this.#of(name);
    const count = (suffix: string, extra: Labels, more: number) => {
      const key = `${suffix}${keyOf({ ...labels, ...extra })}`;
      series.set(key, (series.get(key) ?? 0) + more);
    };
    for (const bucket of secondsBuckets) count('_bucket', { le: String(bucket) }, seconds <= bucket ? by : 0);
    count('_bucket', { le: '+Inf' }, by);
    count('_sum', {}, seconds * by);
    count('_count', {}, by);
  }

  onRead(reader: () => void): void {
    this.#readers.push(reader);
  }

  text(): string {
    for (const read of this.#readers) read();
    const families = [...this.#series].flatMap(([name, series]) => {
      if (series.size === 0) return [];
      const { type, help } = this.#families[name]!;
      const lines = [...series].map(([key, value]) => `${name}${key} ${Number.isFinite(value) ? value : 'NaN'}`);
      return [[`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines].join('\n')];
    });
    return `${families.join('\n')}\n`;
  }

  #of(name: string): Map<string, number> {
    let series = this.#series.get(name);
    if (series === undefined) this.#series.set(name, (series = new Map()));
    return series;
  }
}

const escaped = (text: string) => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');

function keyOf(labels: Labels | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escaped(value).replace(/"/g, '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
