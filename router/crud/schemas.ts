/** The schema that storages have, kept fresh: asked for when it is first wanted, when a space is not known, and now and then. */
import type { Clock, Value } from '~/iproto/index.ts';
import type { Cluster } from '~/router/cluster.ts';
import type { HashName } from '~/router/hash.ts';
import { call } from '~/router/scanner.ts';
import { readSchema, type Schema, type Space } from './schema.ts';

export type SchemasComponents = { readonly clock: Clock; readonly cluster: Cluster };
export type SchemasOptions = { readonly freshMs: number; readonly askMs: number; /** Of the group. */ readonly hash: HashName };

const missPauseMs = 100;

export class Schemas {
  readonly #components: SchemasComponents;
  readonly #options: SchemasOptions;
  #schema: Schema | undefined;
  #from = '';
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;
  /** Why nothing could be learnt the last time; null: it could. */
  #failure: string | null = null;

  constructor(components: SchemasComponents, options: SchemasOptions) {
    this.#components = components;
    this.#options = options;
  }

  get failure(): string | null {
    return this.#failure;
  }

  /** What is known now. Asks again in the background when that is old. */
  get(name: string): Space | undefined {
    if (this.#components.clock.now() - this.#askedAt > this.#options.freshMs) void this.refresh();
    return this.#schema?.spaces.get(name);
  }

  /** Undefined: no storage that can be reached knows it. */
  async find(name: string): Promise<Space | undefined> {
    const space = this.get(name);
    if (space) return space;
    if (this.#schema === undefined || this.#components.clock.now() - this.#askedAt > missPauseMs) await this.refresh();
    else await this.#asking;
    return this.#schema?.spaces.get(name);
  }

  async all(): Promise<ReadonlyMap<string, Space>> {
    await this.refresh();
    return this.#schema?.spaces ?? new Map();
  }

  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<void> {
    this.#askedAt = this.#components.clock.now();
    const instances = [...this.#components.cluster.shards.values()].flatMap((shard) => (shard.master?.up ? [shard.master] : shard.instances.filter(({ up }) => up)));
    for (const instance of instances) {
      const known: Value = instance.uuid === this.#from ? (this.#schema?.version ?? null) : null;
      try {
        const schema = readSchema(await call(instance, 'coterie.crud_schema', [known], this.#options.askMs), this.#options.hash);
        if (schema) [this.#schema, this.#from] = [schema, instance.uuid];
        this.#failure = null;
        return;
      } catch (error) {
        this.#failure = `${instance.uri} does not tell its spaces: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    this.#failure ??= 'no storage can be reached';
  }
}
