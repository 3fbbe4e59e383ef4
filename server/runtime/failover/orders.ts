import type { Move, Order } from '~/contract/shapes/failover-status.ts';

/** What people have ordered from this server: under way, and for a while after. So a page that was opened later sees it, too. */
export const ordersLimits = { keptMs: 600_000, keptMax: 100 } as const;

export class Orders {
  #orders: Order[] = [];

  constructor(readonly components: { readonly now: () => number; readonly newUuid: () => string; readonly onChange: () => void }) {}

  /** Newest first. */
  all(): Order[] {
    const { now } = this.components;
    this.#orders = this.#orders.filter(({ finishedAt }) => finishedAt === null || now() - finishedAt < ordersLimits.keptMs).slice(0, ordersLimits.keptMax);
    return this.#orders;
  }

  begin(order: Pick<Order, 'kind' | 'sentence' | 'by' | 'reason' | 'moves'>): Running {
    const { now, newUuid, onChange } = this.components;
    const begun: Order = { ...order, id: newUuid(), startedAt: now(), finishedAt: null };
    this.#orders = [begun, ...this.#orders];
    onChange();
    return new Running(begun, (next) => {
      this.#orders = this.#orders.map((one) => (one.id === next.id ? next : one));
      onChange();
    }, now);
  }
}

export class Running {
  constructor(
    public order: Order,
    readonly changed: (order: Order) => void,
    readonly now: () => number,
  ) {}

  /** In the place of the move of the same replicaset, or behind the others. */
  move(move: Move): void {
    const { moves } = this.order;
    const at = moves.findIndex(({ replicaset }) => replicaset.uuid === move.replicaset.uuid);
    this.#become({ moves: at < 0 ? [...moves, move] : moves.with(at, move) });
  }

  end(sentence: string): void {
    this.#become({ finishedAt: this.now(), sentence });
  }

  #become(change: Partial<Order>): void {
    this.order = { ...this.order, ...change };
    this.changed(this.order);
  }
}
