/** What vshard's router tells about itself, and calls to every shard at once. */
import { encode, errorCodes, Raw, type Value, type Writable } from '~/iproto/index.ts';
import type { Call, ShardsCall } from './calls.ts';
import { modes } from './choose.ts';
import type { Cluster, Shard } from './cluster.ts';
import { dataOf, slicesOf, type Exchange } from './exchange.ts';
import type { BucketMap } from './map.ts';
import type { Relay } from './relay.ts';
import { noMap } from './front.ts';
import { outcomeUnknown, vshardError, type Told } from './told.ts';
import { arrayOf, runOf } from './slices.ts';

export type ShardsComponents = { readonly relay: Relay; readonly cluster: Cluster; readonly map: () => BucketMap | undefined; readonly now: () => number; readonly holdPrefix: string };
export type ShardsOptions = { readonly callTimeoutMs: number };

const holdName = encode('coterie.map_hold');
const releaseName = encode('coterie.map_release');

export class Shards {
  readonly #components: ShardsComponents;
  readonly #options: ShardsOptions;
  #holds = 0;

  constructor(components: ShardsComponents, options: ShardsOptions) {
    this.#components = components;
    this.#options = options;
  }

  readonly ask = (exchange: Exchange, call: ShardsCall): void => {
    const { cluster } = this.#components;
    switch (call.kind) {
      case 'info':
        return exchange.answer([this.#info()]);
      case 'routeall':
        return exchange.answer([Object.fromEntries([...cluster.shards.values()].map((shard) => [shard.uuid, described(shard)]))]);
      case 'route':
        return this.#route(exchange, call.bucket);
      case 'map':
        return void this.#map(exchange, call);
    }
  };

  #route(exchange: Exchange, bucket: number): void {
    const map = this.#components.map();
    if (!map) return exchange.vshard(noMap);
    const owner = map.ownerOf(bucket);
    const shard = owner === undefined ? undefined : this.#components.cluster.shards.get(owner);
    if (shard) return exchange.answer([described(shard)]);
    if (!map.has(bucket)) return exchange.raise({ kind: 'refused', code: errorCodes.ILLEGAL_PARAMS, message: 'Bucket is unreachable: bucket id is out of range' });
    exchange.vshard({ kind: 'unavailable', code: errorCodes.NO_CONNECTION, message: `no storage that can be reached says that it owns bucket ${bucket}`, sharding: 'NO_ROUTE_TO_BUCKET', bucket });
  }

  #info(): Writable {
    const { cluster, map } = this.#components;
    const buckets = map();
    const totals = buckets?.totals() ?? new Map<string, number>();
    const bucket = { available_rw: 0, available_ro: 0, unreachable: 0, unknown: buckets ? buckets.count - buckets.known : 0 };
    const alerts: Writable[] = [];
    const replicasets = Object.fromEntries(
      [...cluster.shards.values()].map((shard) => {
        const total = totals.get(shard.uuid) ?? 0;
        const writable = shard.master?.up === true;
        const reachable = shard.instances.some(({ up }) => up);
        bucket[writable ? 'available_rw' : reachable ? 'available_ro' : 'unreachable'] += total;
        if (!shard.master) alerts.push(['MISSING_MASTER', `Master is not known for replicaset ${shard.uuid}`]);
        else if (!writable) alerts.push(['UNREACHABLE_MASTER', `Master of replicaset ${shard.uuid} is unreachable: ${shard.master.uri}`]);
        const own = { available_rw: writable ? total : 0, ...(writable || !reachable ? {} : { available_ro: total }), ...(reachable ? {} : { unreachable: total }) };
        return [shard.uuid, { ...described(shard), bucket: own }];
      }),
    );
    if (bucket.unknown > 0) alerts.push(['UNKNOWN_BUCKETS', `${bucket.unknown} buckets are not discovered`]);
    // As vshard: 0 green, 1 yellow, 2 orange, 3 red.
    const status = bucket.unreachable > 0 ? 3 : bucket.available_ro > 0 ? 2 : alerts.length > 0 ? 1 : 0;
    return { replicasets, bucket, alerts, status };
  }

  /**
   * Runs a function on the master of every shard, each bucket seen once: first no hand-over may begin anywhere and every
   * bucket has to be owned, then the function runs. Where a hold did not last, nobody can say what was seen.
   */
  async #map(exchange: Exchange, call: Extract<Call, { kind: 'map' }>): Promise<void> {
    const timeoutMs = call.timeoutMs ?? this.#options.callTimeoutMs;
    const dueAt = this.#components.now() + timeoutMs;
    const shards = [...this.#components.cluster.shards.keys()];
    const map = this.#components.map();
    if (!map) return exchange.vshard(noMap);
    const hold = `${this.#components.holdPrefix}-${++this.#holds}`;
    const ours = (run: Buffer) => Promise.all(shards.map((shard) => this.#one(shard, { run, user: null, dueAt })));
    const release = runOf(releaseName, encode([hold]));
    const held = await ours(runOf(holdName, encode([hold, timeoutMs / 1000])));
    const owned = held.reduce((sum, one) => sum + ('values' in one ? Number(one.values[0]) : 0), 0);
    const toldAt = held.findIndex((one) => 'told' in one);
    if (toldAt >= 0 || owned !== map.count) {
      void ours(release);
      const on = `${map.count - owned} buckets are on their way or have no owner; nothing was done`;
      return exchange.vshard(toldIn(held[toldAt]) ?? { kind: 'unavailable', code: errorCodes.NO_CONNECTION, message: on, sharding: 'TRANSFER_IS_IN_PROGRESS' });
    }
    const results = await Promise.all(shards.map((shard) => this.#one(shard, { run: call.run, user: exchange.user, dueAt })));
    const released = await ours(release);
    const index = results.findIndex((one) => 'told' in one);
    const told = toldIn(results[index]) ?? (released.every((one) => 'values' in one && one.values[0] === true) ? undefined : outcomeUnknown('buckets may have moved meanwhile'));
    if (told) return exchange.answer([null, vshardError(told), shards[Math.max(index, 0)]!]);
    exchange.answer([Object.fromEntries(results.map((one, at) => [shards[at]!, 'slices' in one ? new Raw(arrayOf(one.slices)) : []]))]);
  }

  async #one(shard: string, { run, user, dueAt }: { run: Buffer; user: string | null; dueAt: number }): Promise<Heard> {
    const answer = await this.#components.relay.ask({ bucket: 0, shard, mode: modes.rw, run, user }, dueAt - this.#components.now());
    return 'told' in answer ? { told: answer.told } : { values: dataOf(answer.response), slices: slicesOf(answer.response) };
  }
}

type Heard = { readonly told: Told } | { readonly values: readonly Value[]; readonly slices: readonly Buffer[] };

const toldIn = (heard: Heard | undefined): Told | undefined => (heard && 'told' in heard ? heard.told : undefined);

function described(shard: Shard): { [key: string]: Writable } {
  const master = shard.master ? { uri: shard.master.uri, uuid: shard.master.uuid, status: shard.master.up ? 'available' : 'unreachable' } : { status: 'missing' };
  return { uuid: shard.uuid, name: shard.alias, master };
}
