/** A client of a router at a fixed rate, which does not wait for answers before it asks again: what is late is seen in full. */
import type { Connection } from '~/iproto/index.ts';
import { Histogram } from '~/router/histogram.ts';

const tickMs = 4;

export type Seen = { readonly asked: number; readonly errors: readonly string[]; readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
export type Request = readonly [name: string, args: readonly unknown[]];

type Span = { readonly times: Histogram; readonly errors: string[]; asked: number; open: number };
const span = (): Span => ({ times: new Histogram(), errors: [], asked: 0, open: 0 });

export class SteadyClient {
  readonly #connections: readonly Connection[];
  readonly #request: (number: number) => Request;
  readonly #perTick: number;
  #span = span();
  #timer: NodeJS.Timeout | null = null;

  constructor(connections: readonly Connection[], { rate, request }: { rate: number; request: (number: number) => Request }) {
    this.#connections = connections;
    this.#request = request;
    this.#perTick = (rate * tickMs) / 1000;
  }

  start(): void {
    const begunAt = performance.now();
    let tick = 0;
    let owed = 0;
    const next = () => {
      // A timer that comes late asks for all that was due, and each counts from when it was due.
      for (const now = performance.now(); begunAt + tick * tickMs <= now; tick += 1) {
        for (owed += this.#perTick; owed >= 1; owed -= 1) this.#ask(begunAt + tick * tickMs);
      }
      this.#timer = setTimeout(next, Math.max(0, begunAt + tick * tickMs - performance.now()));
    };
    next();
  }

  /** What was asked since the last time, when all of it is answered. */
  async take(): Promise<Seen> {
    const taken = this.#span;
    this.#span = span();
    while (taken.open > 0) await new Promise((resolve) => setTimeout(resolve, tickMs));
    const { times, errors, asked } = taken;
    return { asked, errors, p50Ms: times.percentileMs(0.5), p99Ms: times.percentileMs(0.99), maxMs: times.maxMs };
  }

  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.take();
  }

  #ask(dueAt: number): void {
    const own = this.#span;
    const [name, args] = this.#request(own.asked);
    own.asked += 1;
    own.open += 1;
    this.#connections[own.asked % this.#connections.length]!
      .call(name, args as never)
      .then(
        ([value, error]) => void (value === null && error instanceof Map && own.errors.push(JSON.stringify(Object.fromEntries(error)))),
        (error: Error) => void own.errors.push(error.message),
      )
      .finally(() => {
        own.open -= 1;
        own.times.record(performance.now() - dueAt);
      });
  }
}
