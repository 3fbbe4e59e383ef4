/** crud.select, min, max and count over all shards: exact while buckets move, since every answer says for which buckets it speaks. */
import { encode, Raw, type Clock, type Writable } from '~/iproto/index.ts';
import type { Mode } from '~/router/choose.ts';
import type { Cluster } from '~/router/cluster.ts';
import { slicesOf } from '~/router/exchange.ts';
import type { JobGoal } from '~/router/job.ts';
import type { Relay } from '~/router/relay.ts';
import { arrayOf, itemsOf, runOf, valueOf } from '~/router/slices.ts';
import { late, overloaded, type Told } from '~/router/told.ts';
import { Merge, type Piece } from './merge.ts';
import { wirePlan, type Plan } from './plan.ts';
import type { Space } from './schema.ts';
import { coversAll, readStamp, stampOfAll, type Stamp } from './stamp.ts';

export type SelectComponents = { readonly relay: Relay; readonly cluster: Cluster; readonly clock: Clock };
export type SelectOptions = { readonly rowsMax: number };

export type Asked = {
  readonly space: Space;
  readonly plan: Plan;
  readonly mode: Mode;
  readonly user: string;
  readonly dueAt: number;
  readonly timeoutMs: number;
  /** Buckets there are. */
  readonly buckets: number;
};

export type SelectAsked = Asked & { readonly first: number | undefined; readonly after: Writable; readonly batch: number };

type Answered<T> = { readonly told: Told } | { readonly value: T };

const crudName = encode('coterie.crud');
const selectName = encode('select');
const countName = encode('count');
/** A bucket on its way has no owner for some ms. */
const pauseMs = 5;

export class Select {
  readonly #components: SelectComponents;
  readonly #options: SelectOptions;
  #all: Stamp = stampOfAll(0);

  constructor(components: SelectComponents, options: SelectOptions) {
    this.#components = components;
    this.#options = options;
  }

  async rows(asked: SelectAsked): Promise<Answered<Buffer[]>> {
    const { plan, first = Infinity } = asked;
    const rows: Buffer[] = [];
    const merge = new Merge(plan.orderBy, plan.reversed);
    let after = asked.after;
    for (;;) {
      const shards = this.#shards(plan);
      const limit = Math.min(asked.batch, Math.max(1, first - rows.length), this.#options.rowsMax + 1);
      const answers = await Promise.all(merge.wants(shards).map(async (shard) => ({ shard, answer: await this.#piece(asked, { shard, after, limit }) })));
      for (const { shard, answer } of answers) {
        if ('told' in answer) return answer;
        merge.give(shard, answer.value);
      }
      if (plan.bucket === undefined && !this.#exact(merge.stamps(), asked)) {
        const told = await this.#pause(asked);
        if (told) return { told };
        merge.clear();
        continue;
      }
      for (let row = rows.length < first ? merge.next() : undefined; row; row = rows.length < first ? merge.next() : undefined) rows.push(row);
      if (rows.length > this.#options.rowsMax) return { told: { ...overloaded('rows', rows.length, this.#options.rowsMax), message: `more than ${this.#options.rowsMax} rows: say \`first\`, and go on with \`after\`` } };
      if (rows.length >= first || merge.wants(shards).length === 0) return { value: rows };
      after = rows.length === 0 ? asked.after : new Raw(rows.at(-1)!);
    }
  }

  async count(asked: Asked): Promise<Answered<number>> {
    for (;;) {
      const answers = await Promise.all(this.#shards(asked.plan).map((shard) => this.#ask(asked, { shard, operation: countName, wire: wirePlan(asked.plan, { after: null, limit: 0 }) })));
      const stamps: Stamp[] = [];
      let count = 0;
      for (const answer of answers) {
        if ('told' in answer) return answer;
        count += Number(valueOf(answer.value[0]) ?? 0);
        stamps.push(readStamp(valueOf(answer.value[2])));
      }
      if (asked.plan.bucket !== undefined || this.#exact(stamps, asked)) return { value: count };
      const told = await this.#pause(asked);
      if (told) return { told };
    }
  }

  /** One that stands for the owner of the bucket, or all. */
  #shards(plan: Plan): string[] {
    return plan.bucket === undefined ? [...this.#components.cluster.shards.keys()] : ['the owner'];
  }

  #exact(stamps: readonly Stamp[], { buckets }: Asked): boolean {
    if (this.#all.count !== buckets) this.#all = stampOfAll(buckets);
    return coversAll(stamps, this.#all);
  }

  /** Why not: the time is up. */
  async #pause({ dueAt, timeoutMs }: Asked): Promise<Told | undefined> {
    const { clock } = this.#components;
    if (clock.now() + pauseMs >= dueAt) return late(timeoutMs, 'some buckets were on their way, or have no owner, whenever storages were asked');
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
    return undefined;
  }

  async #piece(asked: SelectAsked, { shard, after, limit }: { shard: string; after: Writable; limit: number }): Promise<Answered<Piece>> {
    const answer = await this.#ask(asked, { shard, operation: selectName, wire: wirePlan(asked.plan, { after, limit }) });
    if ('told' in answer) return answer;
    const [rows, more, stamp] = answer.value;
    // Nothing: its buckets were in motion at every try there.
    const list = rows === undefined || rows[0] === 0xc0 ? [] : itemsOf(rows);
    return { value: { rows: list, more: valueOf(more) === true, stamp: readStamp(valueOf(stamp)) } };
  }

  async #ask(asked: Asked, { shard, operation, wire }: { shard: string; operation: Buffer; wire: Writable }): Promise<Answered<Buffer[]>> {
    const { mode, plan, space, user } = asked;
    const run = runOf(crudName, arrayOf([operation, encode(space.name), encode(wire)]));
    const goal: JobGoal = plan.bucket === undefined ? { bucket: 0, shard, mode, run, user } : { bucket: plan.bucket, shard: null, mode, run, user };
    const answer = await this.#components.relay.ask(goal, asked.dueAt - this.#components.clock.now());
    if ('told' in answer) return answer;
    return { value: slicesOf(answer.response) };
  }
}
