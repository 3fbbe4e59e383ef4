/** What was asked and how it went, by name of the call. Names are those that a router knows, so there are not many. */
import { Histogram } from './histogram.ts';
import type { CallStats } from '~/link/router-protocol.ts';
import type { ToldKind } from './told.ts';

type Line = { readonly times: Histogram; readonly errors: Map<ToldKind, number> };

export class Figures {
  readonly #calls = new Map<string, Line>();
  readonly #retries = new Map<string, number>();

  record(label: string, tookMs: number, error: ToldKind | undefined): void {
    let line = this.#calls.get(label);
    if (!line) this.#calls.set(label, (line = { times: new Histogram(), errors: new Map() }));
    line.times.record(tookMs);
    if (error !== undefined) line.errors.set(error, (line.errors.get(error) ?? 0) + 1);
  }

  retried(why: string): void {
    this.#retries.set(why, (this.#retries.get(why) ?? 0) + 1);
  }

  calls(): { [label: string]: CallStats } {
    return Object.fromEntries(
      [...this.#calls].map(([label, { times, errors }]) => [label, {
        requests: times.total, errors: Object.fromEntries(errors), p50Ms: times.percentileMs(0.5), p95Ms: times.percentileMs(0.95), p99Ms: times.percentileMs(0.99), maxMs: times.maxMs, classes: times.counts(),
      }]),
    );
  }

  retries(): { [why: string]: number } {
    return Object.fromEntries(this.#retries);
  }
}
