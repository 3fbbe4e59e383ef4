/** Instances of one replicaset that obey orders of failover, as the agent passes them on. */
import { Orders } from '~/agent/failover/orders.ts';
import type { InstanceOrder } from '~/core/failover/member-messages.ts';
import type { InstanceReport } from '~/core/failover/messages.ts';
import type { Policy } from '~/core/failover/quorum.ts';
import { graceMs } from '~/core/failover/timing.ts';
import { Databases, monotonic, password, schema, type Database } from './database.ts';
import { waitFor } from './wait.ts';

export class Ordered {
  readonly databases = new Databases();

  constructor(readonly guard: 'trigger' | 'kill' = 'trigger') {}

  /** The first leads epoch 1, the others follow it and have its space. */
  async three(): Promise<[Database, Database, Database]> {
    const first = await this.databases.add('first');
    await this.lead(first, 1);
    await first.lua(schema);
    const second = await this.databases.add('second', [first]);
    const third = await this.databases.add('third', [first]);
    await Promise.all([second, third].map((one) => this.follow(one, 1, first)));
    await first.lua('box.space.t:replace{1}');
    await Promise.all([second, third].map((one) => this.has(one, 1)));
    return [first, second, third];
  }

  tell(database: Database, order: InstanceOrder, timeoutMs = 10_000) {
    const never = () => Promise.reject(new Error('not of this test'));
    const orders = new Orders(
      {
        control: { call: (method, params, limit) => database.call(method, params, limit) },
        addressOf: (uuid) => this.databases.all.find((one) => one.uuid === uuid)?.listen ?? null,
        lifecycle: { bootstrap: never, join: never },
      },
      { password, guard: this.guard, graceMs },
    );
    return orders.obey(order, timeoutMs);
  }

  async obeyed(database: Database, order: InstanceOrder, timeoutMs?: number): Promise<InstanceReport> {
    const { report, why } = await this.tell(database, order, timeoutMs);
    if (!report) throw new Error(`${database.name}, ${order.kind}: ${why}`);
    return report;
  }

  look = (database: Database): Promise<InstanceReport> => this.obeyed(database, { kind: 'look' });

  async lead(database: Database, epoch: number, acks: readonly Policy[] = []): Promise<InstanceReport> {
    const { turn } = await this.obeyed(database, { kind: 'demote', epoch });
    return this.obeyed(database, { kind: 'promote', epoch, turn, master: database.uuid, deadline: (monotonic() + 60) * 1000, acks });
  }

  async follow(database: Database, epoch: number, upstream: Database): Promise<InstanceReport> {
    await this.obeyed(database, { kind: 'demote', epoch });
    return this.obeyed(database, { kind: 'follow', epoch, upstream: upstream.uuid });
  }

  has(database: Database, id: number): Promise<unknown> {
    return waitFor(async () => (await database.lua(`return box.space.t ~= nil and box.space.t:get(${id}) ~= nil`))[0], { timeoutMs: 20_000, what: `row ${id} on ${database.name}` });
  }
}
