import { isDeepStrictEqual } from 'node:util';
import { CoterieError } from '~/contract/errors.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { StorageSharding } from '~/contract/shapes/sharding-view.ts';
import { groupOf } from '~/core/topology/sharding-settings.ts';
import type { BucketRange, BucketsMove, BucketsStat, MoveOrder } from '~/link/sharding-messages.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';
import { orRefused, sentenceOf } from '~/agent/process/refused.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { StoragePeer } from './masters.ts';
import { Handed, shortened, summaryOf, type LuaStat } from './stat.ts';

/**
 * The buckets of this agent's instance: keeps it told where the other masters are, knows what it says of itself, and
 * hands it the orders of the coordinator, of the newest one only and in time only.
 */
export type StorageParts = {
  readonly control: Pick<Supervisor, 'call' | 'id'>;
  readonly config: () => ClusterConfig | null;
  /** The database is configured and runs. */
  readonly running: () => boolean;
  readonly writable: () => boolean;
  readonly peers: () => StoragePeer[];
  /** What the newest status says of its buckets; null: nothing. */
  readonly sampled: () => LuaStat | null;
  readonly memoryUsedRatio: () => number | null;
  readonly diskFull: () => boolean;
  readonly name: () => string;
};

const statMs = 1500;
const callMs = 5000;
const mapMs = 10_000;
const foundMs = 60_000;
/** For the way of an answer that waits inside the instance. */
const answerMs = 2000;

export class Storage {
  readonly #parts: StorageParts;
  readonly #uuid: string;
  readonly #handed = new Handed();
  #told: { readonly process: unknown; readonly peers: readonly StoragePeer[] } | null = null;
  #term = 0;
  #busy = false;
  status: StorageSharding | null = null;

  constructor(parts: StorageParts, { uuid }: { readonly uuid: string }) {
    this.#parts = parts;
    this.#uuid = uuid;
  }

  /** Each second, after a look at the instance. Where it takes longer than that to tell it something the next one is left out. */
  async tick(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const { running } = this.#parts;
      if (!running() || this.#replicaset() === null) {
        this.status = null;
        return;
      }
      const stat = this.#parts.sampled();
      this.status = stat && summaryOf(this.#saw(stat), this.#handed, monotonicMs());
      await this.#tell();
    } catch {
      // The instance ends, or does not answer: the rest of the status says so.
      this.status = null;
    } finally {
      this.#busy = false;
    }
  }

  async stat(replicaset: string, term: number): Promise<BucketsStat> {
    this.#mine(replicaset);
    this.#heed(term);
    const stat = await this.#look();
    const { memoryUsedRatio, diskFull, writable } = this.#parts;
    const shared = { replicaset, clockMs: monotonicMs(), memoryUsedRatio: memoryUsedRatio(), diskFull: diskFull() };
    if (!stat.sharded) return { ...shared, leads: writable(), cut: null, states: {}, moves: [], blockers: [] };
    return { ...shared, leads: stat.leads, cut: { group: stat.group, count: stat.count }, states: { ...stat.states }, moves: stat.moves.map(plainMove), blockers: shortened(stat.blockers) };
  }

  async map(replicaset: string): Promise<{ cut: BucketsStat['cut']; ranges: BucketRange[] }> {
    this.#mine(replicaset);
    if (!(await this.#look()).sharded) return { cut: null, ranges: [] };
    const { group, count, ranges } = (await this.#call('buckets_map', {}, mapMs)) as { group: string; count: number; ranges: BucketRange[] };
    return { cut: { group, count }, ranges };
  }

  async found({ replicaset, term, ...order }: { replicaset: string; term: number; group: string; count: number; ranges: [number, number][] }): Promise<{ owned: number }> {
    this.#mine(replicaset);
    this.#heed(term);
    await this.#tell();
    const { owned } = (await this.#call('buckets_bootstrap', order, foundMs)) as { owned: number };
    return { owned };
  }

  async move({ replicaset, term, attempt, to, what, notAfterMs, waitMs, limitMs }: MoveOrder): Promise<BucketsMove> {
    this.#mine(replicaset);
    this.#heed(term);
    if (monotonicMs() > notAfterMs) {
      const stat = await this.#look();
      const known = stat.sharded ? stat.moves.find((move) => move.attempt === attempt) : undefined;
      if (known === undefined) throw new CoterieError('CONFLICT', `The order came too late, so ${this.#parts.name()} did not begin it.`);
    }
    const told = await this.#call('buckets_move', { attempt, to, ...what, wait: waitMs / 1000, seconds: limitMs / 1000 }, waitMs + answerMs);
    return plainMove(told as BucketsMove);
  }

  async cancel(replicaset: string, attempt: string): Promise<{ sentence: string }> {
    this.#mine(replicaset);
    await this.#call('buckets_cancel', { attempt }, callMs);
    return { sentence: `${this.#parts.name()} sends no more of it.` };
  }

  async pin(replicaset: string, ids: readonly number[], pinned: boolean): Promise<{ changed: number }> {
    this.#mine(replicaset);
    return (await this.#call('buckets_pin', { ids, pinned }, callMs)) as { changed: number };
  }

  async take(replicaset: string, bucket: number, generation: number): Promise<{ sentence: string }> {
    this.#mine(replicaset);
    await this.#call('buckets_take', { bucket, generation }, callMs);
    return { sentence: `Bucket ${bucket} is ${this.#parts.name()}'s, in generation ${generation}.` };
  }

  async drop(replicaset: string, bucket: number, generation: number): Promise<{ sentence: string }> {
    this.#mine(replicaset);
    await this.#call('buckets_drop', { bucket, generation }, callMs);
    return { sentence: `Bucket ${bucket} is not ${this.#parts.name()}'s; its rows there are deleted.` };
  }

  /** The replicaset, if it is one that keeps buckets. */
  #replicaset(): string | null {
    const config = this.#parts.config();
    const uuid = config?.instances[this.#uuid]?.replicaset;
    const replicaset = uuid === undefined ? undefined : config?.replicasets[uuid];
    return uuid !== undefined && replicaset !== undefined && groupOf(replicaset) !== null ? uuid : null;
  }

  #mine(replicaset: string): void {
    if (this.#replicaset() !== replicaset) throw new CoterieError('CONFLICT', `${this.#parts.name()} keeps no buckets of this replicaset.`);
  }

  /** Whoever asks with an older term was the coordinator once. */
  #heed(term: number): void {
    if (term < this.#term) throw new CoterieError('CONFLICT', `${this.#parts.name()} has heard a coordinator of term ${this.#term}: this one has term ${term}.`);
    this.#term = term;
  }

  async #look(): Promise<LuaStat> {
    return this.#saw((await this.#call('buckets_stat', {}, statMs)) as LuaStat);
  }

  #saw(stat: LuaStat): LuaStat {
    if (stat.sharded) this.#handed.saw(monotonicMs(), stat.moves);
    return stat;
  }

  /** An instance that was restarted knows nobody. */
  async #tell(): Promise<void> {
    const { control, peers } = this.#parts;
    const now = { process: control.id?.pid ?? null, peers: peers() };
    if (now.peers.length === 0 || isDeepStrictEqual(now, this.#told)) return;
    await this.#call('buckets_peers', { peers: now.peers }, callMs);
    this.#told = now;
  }

  /** What the instance refuses is no defect: its sentence goes to whoever asked. */
  #call(method: string, params: object, timeoutMs: number): Promise<unknown> {
    return orRefused(this.#parts.control.call(method, params, timeoutMs), (message) => new CoterieError('REFUSED', `${this.#parts.name()}: ${sentenceOf(message)}`));
  }
}

const plainMove = ({ attempt, to, running, asked, moved, left, blocker }: BucketsMove): BucketsMove => ({ attempt, to, running, asked, moved, left: Math.max(0, left), blocker });
