import type { Move, Order } from '~/contract/shapes/failover-status.ts';
import type { FailoverOrderStore } from '~/server/store/index.ts';

export type RunningComponents = { readonly store: FailoverOrderStore; readonly now: () => number; readonly onChange: () => void; readonly onError: (error: unknown) => void };

/** An order that is carried out here. Each change goes into the database, one write at a time and the newest alone; nobody waits for it. */
export class Running {
  #order: Order;
  readonly #server: string;
  #beat = 0;
  #begun = false;
  #dirty = true;
  #writing: Promise<void> | null = null;

  constructor(
    readonly components: RunningComponents,
    { order, server }: { readonly order: Order; readonly server: string },
  ) {
    this.#order = order;
    this.#server = server;
    this.#write();
  }

  get order(): Order {
    return this.#order;
  }

  /** In the place of the move of the same replicaset, or behind the others. */
  move(move: Move): void {
    const { moves } = this.#order;
    const at = moves.findIndex(({ replicaset }) => replicaset.uuid === move.replicaset.uuid);
    this.#become({ moves: at < 0 ? [...moves, move] : moves.with(at, move) });
  }

  end(sentence: string): void {
    this.#become({ finishedAt: this.components.now(), sentence });
  }

  /** A sign of life while it is under way, and another try where a write failed. */
  beat(): void {
    if (this.#order.finishedAt !== null && !this.#dirty) return;
    this.#dirty = true;
    this.#write();
  }

  async written(): Promise<void> {
    await this.#writing;
  }

  #become(change: Partial<Order>): void {
    this.#order = { ...this.#order, ...change };
    this.components.onChange();
    this.#dirty = true;
    this.#write();
  }

  #write(): void {
    this.#writing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    const { store, onError } = this.components;
    try {
      while (this.#dirty) {
        this.#dirty = false;
        if (this.#begun) await store.change(this.#order, { server: this.#server, beat: (this.#beat += 1) });
        else await store.begin(this.#order, this.#server);
        this.#begun = true;
      }
    } catch (error) {
      this.#dirty = true;
      onError(error);
    } finally {
      this.#writing = null;
    }
  }
}
