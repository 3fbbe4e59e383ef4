/**
 * One connection to each instance, kept, which all workers of a client process share: requests of many go over one at
 * once. Who is the master is asked on all of them, by whoever needs one first, and the first that says so is it: as a
 * router does, which holds requests for as long as a switchover may take.
 */
import { monotonicMs } from '../history/clock.ts';
import type { Connection } from '~/iproto/index.ts';
import type { Endpoint } from '../workloads/target.ts';

/** How long a search goes on where nobody says that it is the master, and how often it asks. */
const [searchMs, askEveryMs] = [20, 2];

export type Pooled = { readonly endpoint: Endpoint; readonly connection: Connection };

export class IprotoPool {
  readonly #endpoints: readonly Endpoint[];
  readonly #open: (endpoint: Endpoint) => Promise<Connection>;
  readonly #timeoutMs: number;
  readonly #connections = new Map<Endpoint, Promise<Connection>>();
  #search: Promise<Pooled | null> | null = null;

  constructor({ open }: { readonly open: (endpoint: Endpoint) => Promise<Connection> }, { endpoints, timeoutMs }: { readonly endpoints: readonly Endpoint[]; readonly timeoutMs: number }) {
    this.#open = open;
    this.#endpoints = endpoints;
    this.#timeoutMs = timeoutMs;
  }

  /** Null: nobody says that it is, in so long. */
  master(): Promise<Pooled | null> {
    this.#search ??= this.#find().finally(() => (this.#search = null));
    return this.#search;
  }

  async #find(): Promise<Pooled | null> {
    const until = monotonicMs() + searchMs;
    for (;;) {
      const found = await this.#look();
      if (found !== null || monotonicMs() >= until) return found;
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
  }

  /** It did not answer: the next one who asks makes another. */
  drop({ endpoint, connection }: Pooled): void {
    connection.close();
    const kept = this.#connections.get(endpoint);
    // Whoever else had it may come when there is another one already.
    void kept?.then((one) => {
      if (one === connection && this.#connections.get(endpoint) === kept) this.#connections.delete(endpoint);
    }, () => {});
  }

  close(): void {
    for (const connection of this.#connections.values()) void connection.then((one) => one.close(), () => {});
    this.#connections.clear();
  }

  /** One that is silent keeps nobody waiting. */
  #look(): Promise<Pooled | null> {
    return Promise.any(this.#endpoints.map((endpoint) => this.#ask(endpoint))).catch(() => null);
  }

  async #ask(endpoint: Endpoint): Promise<Pooled> {
    let opening = this.#connections.get(endpoint);
    if (!opening) {
      opening = this.#open(endpoint);
      this.#connections.set(endpoint, opening);
    }
    const asked = opening;
    try {
      const connection = await asked;
      const [readOnly] = await connection.eval('return box.info.ro', [], { timeoutMs: this.#timeoutMs });
      if (readOnly === false) return { endpoint, connection };
    } catch (error) {
      if (this.#connections.get(endpoint) === asked) this.#connections.delete(endpoint);
      void asked.then((one) => one.close(), () => {});
      throw error;
    }
    throw new Error('it is read-only');
  }
}
