import { nextMoves, type Rebalance } from './next.ts';
import type { Order, RebalancePolicy, StorageSeen } from './observed.ts';
import { Pace } from './pace.ts';
import { Progress, type ProgressView } from './progress.ts';
import type { Wait } from './waits.ts';

/**
 * Evens out the buckets of one group, from whatever state it finds: it keeps only what it has ordered itself and what
 * failed lately, and decides anew at each look. One that takes over from another needs nothing from that one, as long as
 * - storages refuse an order of a coordinator with an older term than one that has asked them since, and
 * - an order that was not begun by its deadline is never begun.
 *
 * The id of an order is the attempt by which the storages name what it moves, so that what is seen of it is not
 * counted twice.
 */
export type RebalancerComponents = { readonly newId: () => string };
/** `orderMs`: an order is begun within this time or never. */
export type RebalancerOptions = { readonly orderMs: number };

export type RebalanceFacts = { readonly buckets: number; readonly storages: readonly StorageSeen[]; readonly policy: RebalancePolicy };

export type OrderResult = {
  /** Buckets that are active at the destination. */
  readonly moved: number;
  /** Why not all of them are; null: they are. */
  readonly sentence: string | null;
};

export type RebalancerView = Rebalance & { readonly progress: ProgressView };

export class Rebalancer {
  readonly #newId: () => string;
  readonly #orderMs: number;
  readonly #pace = new Pace();
  readonly #progress = new Progress();
  readonly #orders = new Map<string, Order>();
  readonly #touched = new Map<string, number>();
  readonly #failures = new Map<string, Failure>();

  #beganAt: number | null = null;
  #tookOver = false;

  constructor({ newId }: RebalancerComponents, { orderMs }: RebalancerOptions) {
    this.#newId = newId;
    this.#orderMs = orderMs;
  }

  /** The orders to be given now: `count` buckets each, the source chooses which. Each has to be answered by `orderEnded`. */
  tick(now: number, facts: RebalanceFacts): { readonly orders: readonly Order[]; readonly view: RebalancerView } {
    const { policy, storages, buckets } = facts;
    this.#beganAt ??= now;
    this.#tookOver ||= now > this.#beganAt + this.#orderMs || storages.every((storage) => storage.buckets !== null);
    const next = nextMoves({
      now,
      buckets,
      storages,
      policy,
      orders: [...this.#orders.values()],
      takingOver: !this.#tookOver,
      allowance: this.#pace.allowance(now, policy.bucketsPerSecond),
      mayMove: (from, to) => (this.#failures.get(pairOf(from, to))?.retryAt ?? 0) <= now,
      touchedAt: (uuid) => this.#touched.get(uuid) ?? -Infinity,
    });
    for (const [pair, { retryAt }] of this.#failures) if (next.left === 0 || retryAt + failureKeptMs < now) this.#failures.delete(pair);
    this.#progress.seen(now, next.left);
    const orders = next.orders.map(({ from, to, count }): Order => ({ id: this.#newId(), from, to, count }));
    for (const order of orders) {
      this.#orders.set(order.id, order);
      this.#pace.began(now, order.count);
    }
    return { orders, view: { ...next, waits: [...next.waits, ...this.#failed(storages)], progress: this.#progress.view(now, next.left) } };
  }

  /** Also of an order of which nobody knows what became, when its deadline is over: with what is known to have moved. */
  orderEnded(now: number, id: string, { moved, sentence }: OrderResult): void {
    const order = this.#orders.get(id);
    if (!order) return;
    this.#orders.delete(id);
    // What was asked of them up to this moment may not show what it did.
    for (const uuid of [order.from, order.to]) this.#touched.set(uuid, now);
    this.#progress.arrived(now, Math.min(moved, order.count));
    const pair = pairOf(order.from, order.to);
    if (sentence === null) this.#failures.delete(pair);
    else {
      const times = moved > 0 ? 1 : (this.#failures.get(pair)?.times ?? 0) + 1;
      this.#failures.set(pair, { ...order, sentence, times, retryAt: now + Math.min(retryMsMax, retryMs * 2 ** Math.min(times - 1, 10)) });
    }
  }

  /** When there may be something to do though no fact has changed. */
  wakeAt(now: number): number {
    const later = [this.#pace.growsAt(), ...(this.#tookOver || this.#beganAt === null ? [] : [this.#beganAt + this.#orderMs + 1]), ...[...this.#failures.values()].map(({ retryAt }) => retryAt)].filter((at) => at > now);
    return Math.min(Infinity, ...later);
  }

  #failed(storages: readonly StorageSeen[]): Wait[] {
    const aliasOf = (uuid: string) => storages.find((storage) => storage.uuid === uuid)?.alias ?? uuid;
    return [...this.#failures.values()].map(({ from, to, sentence, times }) => ({
      code: 'failed',
      target: from,
      sentence: `Buckets of ${aliasOf(from)} did not get to ${aliasOf(to)}${times > 1 ? `, ${times} times in a row` : ''}: ${sentence}`,
      blocks: 'nothing',
    }));
  }
}

type Failure = { readonly from: string; readonly to: string; readonly sentence: string; readonly times: number; readonly retryAt: number };

const retryMs = 500;
const retryMsMax = 30_000;
/** After its time to be tried again: it was not, as others do the work. */
const failureKeptMs = 60_000;

const pairOf = (from: string, to: string): string => `${from} ${to}`;
