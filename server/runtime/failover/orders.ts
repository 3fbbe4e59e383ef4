import type { Order } from '~/contract/shapes/failover-status.ts';
import type { Store } from '~/server/store/index.ts';
import { Running } from './running-order.ts';

/**
 * What people have ordered from any server: under way, and for a while after, so that a page that was opened later or
 * elsewhere shows it. The one idea: the database only tells of orders. One is carried out whether it can be written down
 * or not, and a server that dies leaves an order that no longer beats, which the others end.
 */
export type OrdersComponents = {
  readonly store: Pick<Store, 'failoverOrders' | 'provider'>;
  readonly now: () => number;
  readonly newUuid: () => string;
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
};

export const ordersLimits = { keptMs: 600_000, keptMax: 100, /** A younger picture of the database answers a question. */ freshMs: 250, /** What stands still for so long is carried out by nobody. */ silentMs: 15_000, pruneEveryMs: 60_000 } as const;

type Seen = { readonly beat: number; readonly at: number };

export class Orders {
  /** Of this server, as they are; of the others, as they were read last. */
  readonly #own = new Map<string, Running>();
  #others: readonly Order[] = [];
  #seen = new Map<string, Seen>();
  #readAt = -Infinity;
  #prunedAt = -Infinity;
  #reading: Promise<void> | null = null;

  constructor(
    readonly components: OrdersComponents,
    readonly options: { /** This start of this server. */ readonly boot: string },
  ) {}

  /** Newest first. */
  all(): Order[] {
    const { now } = this.components;
    for (const [id, { order }] of this.#own) if (order.finishedAt !== null && now() - order.finishedAt >= ordersLimits.keptMs) this.#own.delete(id);
    const own = [...this.#own.values()].map(({ order }) => order).toReversed();
    const all = [...own, ...this.#others.filter(({ id, finishedAt }) => !this.#own.has(id) && (finishedAt === null || now() - finishedAt < ordersLimits.keptMs))];
    return all.toSorted((a, b) => b.startedAt - a.startedAt).slice(0, ordersLimits.keptMax);
  }

  begin(order: Pick<Order, 'kind' | 'sentence' | 'by' | 'reason' | 'moves'>): Running {
    const { store, now, newUuid, onChange, onError } = this.components;
    const begun: Order = { ...order, id: newUuid(), startedAt: now(), finishedAt: null };
    const running = new Running({ store: store.failoverOrders, now, onChange, onError }, { order: begun, server: this.options.boot });
    this.#own.set(begun.id, running);
    const oldest = [...this.#own].find(([, one]) => one.order.finishedAt !== null);
    if (this.#own.size > ordersLimits.keptMax && oldest) this.#own.delete(oldest[0]);
    onChange();
    return running;
  }

  /** What the others have written down. */
  async look(freshMs: number = ordersLimits.freshMs): Promise<void> {
    if (performance.now() - this.#readAt < freshMs) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  /** Everything that is to be written is written, or cannot be. */
  async end(): Promise<void> {
    await Promise.all([...this.#own.values()].map((running) => running.written()));
  }

  /** Says that this server lives, to those that only read. */
  beat(): void {
    for (const running of this.#own.values()) running.beat();
  }

  async #read(): Promise<void> {
    const { store: { failoverOrders: store, provider }, now, onChange } = this.components;
    const kept = await store.list({ endedSince: now() - ordersLimits.keptMs, limit: ordersLimits.keptMax });
    this.#readAt = performance.now();
    const seen = new Map<string, Seen>();
    const others: Order[] = [];
    for (const { server, beat, order } of kept) {
      if (server === this.options.boot) continue;
      const before = this.#seen.get(order.id);
      const last = before?.beat === beat ? before : { beat, at: performance.now() };
      if (order.finishedAt === null) seen.set(order.id, last);
      // One server alone has a file: an order of an earlier start is carried out by nobody.
      const left = order.finishedAt === null && (provider === 'sqlite' || performance.now() - last.at >= ordersLimits.silentMs);
      const ended = left ? abandoned(order, now()) : null;
      others.push(ended !== null && (await store.end(ended, { server, beat })) ? ended : order);
    }
    const changed = JSON.stringify(others) !== JSON.stringify(this.#others);
    this.#seen = seen;
    this.#others = others;
    if (changed) onChange();
    if (performance.now() - this.#prunedAt < ordersLimits.pruneEveryMs) return;
    this.#prunedAt = performance.now();
    await store.prune(now() - ordersLimits.keptMs);
  }
}

const why = 'The server that carried it out has gone before it was told how it went.';

function abandoned(order: Order, now: number): Order {
  return { ...order, finishedAt: now, sentence: `${order.sentence} ${why} Look at \`failover status\`.`, moves: order.moves.map((move) => (move.state === 'moving' || move.state === 'waiting' ? { ...move, state: 'skipped', sentence: why } : move)) };
}
