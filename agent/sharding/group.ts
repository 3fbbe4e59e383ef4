import { randomUUID } from 'node:crypto';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import { problemOf } from '~/contract/errors.ts';
import { bootstrapRanges } from '~/core/rebalance/bootstrap.ts';
import type { Obstacle, RebalancePolicy, StorageSeen } from '~/core/rebalance/observed.ts';
import { Rebalancer, type RebalancerView } from '~/core/rebalance/rebalancer.ts';
import { bucketsSeen } from '~/core/rebalance/told.ts';
import { groupSettings, storagesOf } from '~/core/topology/sharding-settings.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { StorageCall } from './calls.ts';
import { Carrier, orderMs } from './carrier.ts';
import { groupView } from './group-view.ts';
import type { GroupRecord, KeptRecord } from './group-record.ts';
import { Seats, type Master } from './seats.ts';

/**
 * The buckets of one group, as long as one coordinator holds the lock: storages are asked, it is decided what moves, and
 * the sources are told. Nothing in here has to outlive it: the next one asks the storages, and reads the record.
 */
export type GroupParts = {
  readonly call: StorageCall;
  readonly config: () => ClusterConfig | null;
  readonly masterOf: (replicaset: string) => Master | null;
  /** What the coordinator knows to be in the way: no master, voters that are away. */
  readonly obstaclesOf: (replicaset: string) => Obstacle[];
  readonly write: (before: KeptRecord | null, record: GroupRecord) => Promise<KeptRecord>;
  readonly log: Logger;
  readonly now: () => number;
  /** Something has changed that is to be looked at soon. */
  readonly poke: () => void;
};

export type Member = { readonly uuid: string; readonly alias: string; readonly weight: number };

const foundMs = 65_000;
/** More of the memory for rows than this, and it takes no more buckets. */
const memoryMax = 0.9;
/** So many orders may run at one source, lua/buckets/transfer.lua; some are left for those of people. */
const ordersMax = 6;

export class Group {
  readonly seats: Seats;
  readonly carrier: Carrier;
  readonly #parts: GroupParts;
  readonly #name: string;
  readonly #term: number;
  readonly #rebalancer = new Rebalancer({ newId: randomUUID }, { orderMs });
  /** Why a storage did not make its buckets. */
  readonly #founding = new Map<string, string | null>();
  readonly #asked = new Set<string>();
  /** Null: there is none. A sentence: it cannot be read. Undefined: it has not been read yet. */
  kept: KeptRecord | string | null | undefined;
  #decided: RebalancerView | null = null;
  /** It was decided by what storages said after the last order had ended. */
  #decidedSettled = false;
  #movedTotal = 0;
  /** The last order; what was asked of storages before says nothing of what it brought. */
  #orderEndedAt = -Infinity;
  #state: { name: string; since: number } = { name: '', since: 0 };
  #ended = false;

  constructor(parts: GroupParts, { name, term }: { readonly name: string; readonly term: number }) {
    this.#parts = parts;
    this.#name = name;
    this.#term = term;
    this.seats = new Seats({ call: parts.call, masterOf: parts.masterOf, onHeard: parts.poke }, { term });
    this.carrier = new Carrier({ call: parts.call, seats: this.seats, masterOf: parts.masterOf }, { term });
  }

  get record(): GroupRecord | null {
    return this.kept !== null && typeof this.kept === 'object' ? this.kept.record : null;
  }

  /** Not every storage has made its buckets yet. */
  get founding(): boolean {
    return this.record?.founding != null;
  }

  get busy(): boolean {
    return this.carrier.ids.size > 0 || this.#decided?.state === 'moving' || this.founding;
  }

  /** By their names, as people read of them. */
  members(): Member[] {
    const config = this.#parts.config();
    return config === null ? [] : storagesOf(config, this.#name).map((uuid) => ({ uuid, alias: config.replicasets[uuid]?.alias ?? uuid, weight: config.replicasets[uuid]?.weight ?? 0 })).toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
  }

  /** All masters are asked. */
  look(): void {
    const uuids = this.members().map(({ uuid }) => uuid);
    this.seats.only(uuids);
    for (const uuid of uuids) this.seats.ask(uuid);
  }

  /** With what is known now; called whenever something more is. */
  decide(): void {
    const { record } = this;
    if (this.#ended || record === null) return;
    if (record.founding !== null) return void this.#foundAll(record.founding);
    for (const { uuid } of this.members()) if (this.seats.heard(uuid)?.stat.leads && this.seats.heard(uuid)?.stat.cut === null) void this.#found(uuid, []);
    const { orders, view } = this.#rebalancer.tick(monotonicMs(), { buckets: record.buckets, storages: this.#seen(record), policy: this.#policy(record) });
    this.#decided = view;
    this.#decidedSettled = this.#settled();
    for (const order of orders) void this.#carry(order.id, order);
    // What one has that was not heard is a guess.
    if (view.state === 'balanced' && this.#decidedSettled && view.rows.every(({ owned }) => owned !== null) && record.run !== null) void this.change((now) => ({ ...now, run: null })).catch(() => {});
  }

  /** By compare-and-set on what is known. Rejects where somebody else was faster. */
  async change(make: (record: GroupRecord) => GroupRecord): Promise<void> {
    const before = this.kept;
    if (before === null || typeof before !== 'object') return;
    this.kept = await this.#parts.write(before, { ...make(before.record), term: this.#term });
    this.#parts.poke();
  }

  /** Throws nothing and writes the record: `#foundAll` does the rest, here or in a successor. */
  async bootstrap(by: string, buckets: { readonly count: number; readonly hash: GroupRecord['hash'] }, cut: boolean): Promise<void> {
    const founding = cut ? null : (bootstrapRanges(this.members(), buckets.count) ?? []);
    this.kept = await this.#parts.write(null, { buckets: buckets.count, hash: buckets.hash, by, at: this.#parts.now(), founding, pause: null, run: null, term: this.#term });
    this.#parts.poke();
  }

  /** When there may be something to do though nobody has said anything new. */
  wakeAt(now: number): number {
    return this.#rebalancer.wakeAt(now);
  }

  view(): GroupView {
    const { record } = this;
    const now = monotonicMs();
    const shown = {
      group: this.#name, members: this.members(), flights: this.carrier.views(), movedTotal: this.#movedTotal, stateForMs: 0,
      bootstrapped: record && { buckets: record.buckets, hash: record.hash, by: record.by, at: record.at },
      pause: this.#pause(record), run: record?.run ?? null,
    };
    const view = groupView(shown, { decided: this.#decided, seats: this.seats, instead: this.#instead(), now });
    if (this.#state.name !== view.state) this.#state = { name: view.state, since: now };
    return { ...view, stateForMs: Math.round(now - this.#state.since) };
  }

  end(): void {
    this.#ended = true;
    this.seats.end();
    this.carrier.end();
  }

  #instead(): Pick<GroupView, 'state' | 'sentence'> | null {
    if (this.kept === undefined) return { state: 'waiting', sentence: 'The state provider has not been read yet.' };
    if (typeof this.kept === 'string') return { state: 'waiting', sentence: this.kept };
    if (this.kept === null) return { state: 'notBootstrapped', sentence: 'The group has no buckets yet: bootstrap it.' };
    if (this.kept.record.founding === null) return this.#decided?.state === 'balanced' && !this.#decidedSettled ? { state: 'moving', sentence: 'The last buckets have arrived: the storages are asked once more.' } : null;
    const why = [...this.#founding].flatMap(([uuid, sentence]) => (sentence === null ? [] : [`${this.#alias(uuid)}: ${sentence}`]));
    return { state: 'bootstrapping', sentence: `The buckets are being made.${why.length > 0 ? ` ${why.join(' ')}` : ''}` };
  }

  #settled(): boolean {
    return this.members().every(({ uuid }) => (this.seats.heard(uuid)?.askedAt ?? -Infinity) >= this.#orderEndedAt);
  }

  /** One that ran out is none. */
  #pause(record: GroupRecord | null): GroupRecord['pause'] {
    const pause = record?.pause ?? null;
    return pause !== null && pause.until !== null && pause.until <= this.#parts.now() ? null : pause;
  }

  #policy(record: GroupRecord): RebalancePolicy {
    const config = this.#parts.config();
    const { rebalance, movesMax, bucketsPerSecond, batch } = groupSettings(config ?? {}, this.#name);
    return { mode: rebalance, started: record.run !== null, paused: this.#pause(record), movesMax, bucketsPerSecond, batch: Math.max(batch, Math.ceil(movesMax / ordersMax)) };
  }

  #seen(record: GroupRecord): StorageSeen[] {
    const members = this.members();
    const towards = new Set([...this.carrier.views().map(({ to }) => to), ...members.flatMap(({ uuid }) => this.seats.heard(uuid)?.stat.moves.filter(({ running }) => running).map(({ to }) => to) ?? [])]);
    return members.map(({ uuid, alias, weight }): StorageSeen => {
      const heard = this.seats.heard(uuid);
      const cut = heard?.stat.cut ?? null;
      const buckets = heard === null || cut === null ? null : bucketsSeen(heard.stat, { ordered: this.carrier.ids, awaited: towards.has(uuid) });
      return { uuid, alias, weight, buckets, observedAt: buckets === null ? 0 : heard!.askedAt, obstacles: this.#obstacles(uuid, record) };
    });
  }

  #obstacles(uuid: string, record: GroupRecord): Obstacle[] {
    const found = this.#parts.obstaclesOf(uuid);
    const stat = this.seats.heard(uuid)?.stat;
    if (!stat) return found;
    const refused = this.#founding.get(uuid);
    const { cut, leads, memoryUsedRatio, diskFull, moves } = stat;
    const held = moves.flatMap(({ running, blocker }): Obstacle[] => {
      const bucket = running ? /requests hold bucket (\d+)/.exec(blocker ?? '')?.[1] : undefined;
      return bucket === undefined ? [] : [{ kind: 'requestsHold', bucket: Number(bucket) }];
    });
    return [
      ...(leads || found.some(({ kind }) => kind === 'noMaster') ? found : [...found, { kind: 'noMaster' } as const]),
      ...(cut !== null && (cut.group !== this.#name || cut.count !== record.buckets) ? [{ kind: 'foreignGroup', sentence: `it was bootstrapped for group ${cut.group} of ${cut.count} buckets, and stands in group ${this.#name} of ${record.buckets}.` } as const] : []),
      ...(cut === null && refused != null ? [{ kind: 'foreignGroup', sentence: `it cannot take buckets: ${refused}` } as const] : []),
      ...(memoryUsedRatio !== null && memoryUsedRatio > memoryMax ? [{ kind: 'memoryLow', usedRatio: memoryUsedRatio } as const] : []),
      ...(diskFull ? [{ kind: 'diskFull', name: this.#alias(this.#parts.masterOf(uuid)?.instance ?? '') } as const] : []),
      ...held.slice(0, 1),
    ];
  }

  async #carry(id: string, { from, to, count }: { from: string; to: string; count: number }): Promise<void> {
    const { moved, sentence } = await this.carrier.carry({ id, from, to, what: { count }, byHand: false });
    this.moved(moved);
    if (sentence !== null) this.#parts.log.warn({ from: this.#alias(from), to: this.#alias(to), count, moved }, `buckets did not all move: ${sentence}`);
    this.#orderEndedAt = monotonicMs();
    this.#rebalancer.orderEnded(this.#orderEndedAt, id, { moved, sentence });
    this.seats.ask(from);
    this.seats.ask(to);
  }

  moved(count: number): void {
    this.#movedTotal += count;
  }

  async #foundAll(founding: NonNullable<GroupRecord['founding']>): Promise<void> {
    const uuids = [...new Set([...founding.map(({ uuid }) => uuid), ...this.members().map(({ uuid }) => uuid)])];
    const made = await Promise.all(uuids.map((uuid) => this.#found(uuid, founding.filter((range) => range.uuid === uuid).map(({ first, last }) => [first, last]))));
    if (this.#ended || !made.every(Boolean) || this.record?.founding == null) return;
    await this.change((record) => ({ ...record, founding: null })).catch((error: unknown) => this.#parts.log.warn({ error: String(error) }, 'that the buckets are made could not be written down; it is tried again'));
    this.look();
  }

  /** The same again is fine; one at a time. */
  async #found(uuid: string, ranges: [number, number][]): Promise<boolean> {
    const { call, masterOf, log } = this.#parts;
    const record = this.record;
    const master = masterOf(uuid);
    if (record === null || this.#asked.has(uuid)) return false;
    this.#asked.add(uuid);
    try {
      if (master === null) throw new Error('it has no master.');
      await call(master.instance, 'shardingFound', { replicaset: uuid, term: this.#term, group: this.#name, count: record.buckets, ranges }, foundMs);
      this.#founding.delete(uuid);
      this.seats.ask(uuid);
      return true;
    } catch (error) {
      const sentence = error instanceof Error && !('code' in error) ? error.message : problemOf(error).detail;
      if (this.#founding.get(uuid) !== sentence) log.warn({ replicaset: this.#alias(uuid) }, `it did not take part in the buckets of group ${this.#name}: ${sentence}`);
      this.#founding.set(uuid, sentence);
      return false;
    } finally {
      this.#asked.delete(uuid);
    }
  }

  #alias(uuid: string): string {
    const config = this.#parts.config();
    return config?.replicasets[uuid]?.alias ?? config?.instances[uuid]?.alias ?? uuid;
  }
}
