/**
 * Asks each replicaset which buckets it owns and who leads it, now and then and whenever something was not known. The
 * answer of a storage that has nothing new is a few bytes.
 */
import type { Clock, Value } from '~/iproto/index.ts';
import { decodeData, requests } from '~/iproto/index.ts';
import type { Cluster, Shard } from './cluster.ts';
import { BucketMap, type Range } from './map.ts';
import type { Upstream } from './upstream.ts';

export type ScannerComponents = {
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly onNews: () => void;
  readonly log: (sentence: string) => void;
};

export type ScannerOptions = { readonly scanMs: number; readonly askMs: number; readonly group: string };

/** However much is not known: not more often. */
const pauseMs = 10;
/** lua/buckets/space.lua: whose rows these states are, and those of what was passed on. */
const owning: readonly Value[] = ['active', 'pinned', 'sending'];
const passedOn: readonly Value[] = ['sent', 'garbage', 'gone'];

export class Scanner {
  readonly #components: ScannerComponents;
  readonly #options: ScannerOptions;
  readonly #versions = new Map<string, { instance: string; version: Value }>();
  #map: BucketMap | undefined;
  #mapAt: number | null = null;
  #cancel: () => void = () => {};
  #running = false;
  #again = false;
  #stopped = false;
  #lastAt = -Infinity;
  /** Of each shard the last one: several that have something to complain of take turns. */
  readonly #complained = new Map<string, string>();

  constructor(components: ScannerComponents, options: ScannerOptions) {
    this.#components = components;
    this.#options = options;
  }

  get map(): BucketMap | undefined {
    return this.#map;
  }

  /** Since all storages were last asked with success; null: never. */
  get ageMs(): number | null {
    return this.#mapAt === null ? null : this.#components.clock.now() - this.#mapAt;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Something is not known: look soon. */
  wake(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    const { clock } = this.#components;
    this.#arm(Math.max(0, this.#lastAt + pauseMs - clock.now()));
  }

  forget(shards: readonly string[]): void {
    for (const uuid of shards) {
      this.#map?.forget(uuid);
      this.#versions.delete(uuid);
      this.#complained.delete(uuid);
    }
  }

  #arm(delayMs: number): void {
    this.#cancel();
    if (!this.#stopped) this.#cancel = this.#components.clock.after(delayMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    const { clock, cluster } = this.#components;
    this.#running = true;
    this.#again = false;
    const shards = [...cluster.shards.values()];
    const answered = await Promise.all(shards.map((shard) => this.#scan(shard)));
    this.#lastAt = clock.now();
    if (shards.length > 0 && answered.every(Boolean)) this.#mapAt = this.#lastAt;
    this.#running = false;
    this.#arm(this.#again ? pauseMs : this.#options.scanMs);
  }

  /** The master if it is known, or whoever can say who it is. */
  async #scan(shard: Shard): Promise<boolean> {
    const instances = shard.master?.up ? [shard.master] : shard.instances.filter(({ up }) => up);
    const answers = await Promise.all(instances.map((instance) => this.#ask(shard, instance)));
    return answers.some(Boolean);
  }

  async #ask(shard: Shard, instance: Upstream): Promise<boolean> {
    const known = this.#versions.get(shard.uuid);
    const version = known?.instance === instance.uuid ? known.version : null;
    try {
      const answer = await call(instance, 'coterie.buckets_map', [version], this.#options.askMs);
      return this.#take(shard, instance, answer);
    } catch (error) {
      this.#complain(shard, `${instance.uri} does not say which buckets it has: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  #take(shard: Shard, instance: Upstream, answer: Value): boolean {
    if (!(answer instanceof Map)) return false;
    const { cluster, onNews } = this.#components;
    if (answer.get('replicaset') !== shard.uuid) {
      this.#complain(shard, `${instance.uri} is of replicaset ${String(answer.get('replicaset'))}, not of ${shard.uuid}`);
      return false;
    }
    const epoch = Number(answer.get('epoch') ?? -1);
    const writable = answer.get('readOnly') === false;
    if (writable) cluster.learnMaster(shard.uuid, epoch, instance.uuid);
    const count = Number(answer.get('count') ?? 0);
    // Not bootstrapped yet.
    if (!(count > 0)) return true;
    const group = answer.get('group') ?? this.#options.group;
    if (group !== this.#options.group) {
      cluster.leaveOut(shard.uuid);
      return true;
    }
    this.#map ??= new BucketMap(count);
    if (this.#map.count !== count) {
      this.#complain(shard, `${instance.uri} says that there are ${count} buckets, others say ${this.#map.count}`);
      return false;
    }
    const ranges = answer.get('ranges');
    // A replica's table is behind its master's: it serves only while there is no master.
    if (!Array.isArray(ranges) || (!writable && shard.master?.up)) return true;
    this.#map.claim(shard.uuid, ranges.map(rangeOf), answer.get('whole') !== false);
    this.#versions.set(shard.uuid, { instance: instance.uuid, version: answer.get('version') ?? null });
    onNews();
    return true;
  }

  #complain({ uuid }: Shard, sentence: string): void {
    if (sentence === this.#complained.get(uuid)) return;
    this.#complained.set(uuid, sentence);
    this.#components.log(sentence);
  }
}

function rangeOf(value: Value): Range {
  const [first = 0, last = -1, state = null, generation = -1, peer = null] = Array.isArray(value) ? value : [];
  const to = passedOn.includes(state) && typeof peer === 'string' ? peer : null;
  // What was passed on is there in the generation after.
  return { first: Number(first), last: Number(last), generation: Number(generation) + (to === null ? 0 : 1), owns: owning.includes(state), to };
}

/** The first result of a function of one instance. */
export function call(instance: Upstream, name: string, args: readonly (Value | null)[], timeoutMs: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | undefined, response: Parameters<typeof decodeData>[0] | undefined) => {
      if (response === undefined) return reject(error);
      try {
        resolve(decodeData(response)[0] ?? null);
      } catch (failure) {
        reject(failure);
      }
    };
    try {
      instance.submit(requests.call(name, args), settle, { timeoutMs });
    } catch (error) {
      reject(error);
    }
  });
}
