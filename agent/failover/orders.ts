/**
 * From what failover orders an instance to what its Lua does (lua/orders.lua), and back to its report. The process itself,
 * which a bootstrap and a join stop and start, is the agent's life cycle: it is handed in.
 */
import type { InstanceOrder } from '~/core/failover/member-messages.ts';
import type { InstanceReport } from '~/core/failover/messages.ts';

/** The answer of an order, as the member machine takes it. `report` null: it refused, or did not answer in time. */
export type Ordered = { readonly report: InstanceReport | null; readonly why: string | null };

export type OrderComponents = {
  readonly control: { call(method: string, params: object, timeoutMs: number): Promise<unknown> };
  /** Where another instance of the replicaset listens. */
  readonly addressOf: (uuid: string) => string | null;
  /** Each ends when the instance is there, with its data, and fetches from nobody but `from`. */
  readonly lifecycle: {
    bootstrap(epoch: number, timeoutMs: number): Promise<void>;
    join(epoch: number, from: { readonly uuid: string; readonly uri: string }, timeoutMs: number): Promise<void>;
  };
};

/** `guard`, `graceMs`: what holds when the fence comes late, docs/leases.md. */
export type OrderOptions = { readonly password: string; readonly guard: 'trigger' | 'kill'; readonly graceMs: number };

/** As lua/orders.lua tells it. */
type Told = InstanceReport & { readonly upstreamUri?: string | null };

/** What of the time is for the answer's way back, so that the instance ends a wait by itself. */
const answerShare = 0.1;

export class Orders {
  readonly #components: OrderComponents;
  readonly #options: OrderOptions;

  constructor(components: OrderComponents, options: OrderOptions) {
    this.#components = components;
    this.#options = options;
  }

  /** Deadlines are milliseconds of CLOCK_MONOTONIC (`process.hrtime`). Never rejects. */
  async obey(order: InstanceOrder, timeoutMs: number): Promise<Ordered> {
    try {
      return { report: await this.#obey(order, timeoutMs), why: null };
    } catch (error) {
      return { report: null, why: error instanceof Error ? error.message : String(error) };
    }
  }

  async #obey(order: InstanceOrder, timeoutMs: number): Promise<InstanceReport> {
    const { lifecycle } = this.#components;
    switch (order.kind) {
      case 'look':
        return this.#call('report', {}, timeoutMs);
      case 'bootstrap':
        await lifecycle.bootstrap(order.epoch, timeoutMs);
        return this.#call('report', {}, timeoutMs);
      case 'join':
        await lifecycle.join(order.epoch, this.#source(order.from), timeoutMs);
        return this.#call('report', {}, timeoutMs);
      case 'leaseSet':
      case 'demote':
      case 'promote':
      case 'takeOver':
      case 'freeze':
      case 'unfreeze':
      case 'follow':
      case 'acknowledge':
      case 'catchUp':
        return this.#call('order', this.#params(order, timeoutMs), timeoutMs);
    }
  }

  /** The one way to what the instance says, so that what was said first is heard first. Only our own Lua answers, in this shape. */
  async #call(method: 'report' | 'order', params: object, timeoutMs: number): Promise<InstanceReport> {
    return this.#told((await this.#components.control.call(method, params, timeoutMs)) as Told);
  }

  /** Whoever fetches from where the other one was follows nobody: it is told again to follow. */
  #told({ upstreamUri = null, ...report }: Told): InstanceReport {
    const moved = report.upstream !== null && upstreamUri !== null && this.#components.addressOf(report.upstream) !== upstreamUri;
    return moved ? { ...report, upstream: null } : report;
  }

  #params(order: Exclude<InstanceOrder, { kind: 'look' | 'bootstrap' | 'join' }>, timeoutMs: number): object {
    const { password, guard, graceMs } = this.#options;
    const timeout = (timeoutMs * (1 - answerShare)) / 1000;
    const lease = { guard, grace: graceMs / 1000 };
    switch (order.kind) {
      case 'leaseSet':
        return { ...order, ...lease, deadline: order.deadline === null ? 'forever' : order.deadline / 1000 };
      case 'promote':
      case 'takeOver':
        return { ...order, ...lease, deadline: order.deadline / 1000, password };
      case 'follow':
        return { ...order, upstream: this.#source(order.upstream) };
      case 'catchUp':
        return { ...order, from: order.from === null ? null : this.#source(order.from), timeout };
      case 'acknowledge':
        return { ...order, timeout };
      case 'demote':
      case 'freeze':
      case 'unfreeze':
        return order;
    }
  }

  #source(uuid: string): { uuid: string; uri: string } {
    const uri = this.#components.addressOf(uuid);
    if (uri === null) throw new Error(`Where ${uuid} listens is not known.`);
    return { uuid, uri };
  }
}
