import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '~/agent/data/atomic-file.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { Soon } from '~/agent/lifecycle/soon.ts';
import type { CommittedVersion } from '~/core/apply/version.ts';
import { keysOf } from '~/link/keys.ts';
import { Committed } from '~/link/protocol.ts';
import { Documents } from './documents.ts';
import type { Fault } from './faults.ts';
import { SimulatedInstance } from './instance.ts';
import { Leadership } from './leadership.ts';
import { documentOf, populationOf, type Place } from './population.ts';

/**
 * All instances of a simulated cluster in one process. Their uuids follow from the secret and their number, so that
 * they are the same after a restart; of their data only the configuration is kept, once for all.
 */

export type FleetOptions = {
  readonly count: number;
  readonly cluster: string;
  readonly secret: string;
  readonly seeds: readonly string[];
  readonly dataDir: string;
};

/** Each instance reports once a second; they take turns, so that nobody gets hundreds of reports at one moment. */
const turnMs = 50;
const turns = 20;
const keepAfterMs = 500;

export class Fleet {
  readonly places: readonly Place[];
  readonly instances: readonly SimulatedInstance[];
  readonly #byUuid: ReadonlyMap<string, SimulatedInstance>;
  readonly #keeping = new Soon(() => void this.#keep(), keepAfterMs);
  #committed: CommittedVersion | null;
  #turn = 0;
  #ticker: NodeJS.Timeout | undefined;

  constructor(
    readonly components: { readonly log: Logger; readonly now: () => number },
    readonly options: FleetOptions,
  ) {
    const { count, cluster, secret, seeds, dataDir } = options;
    this.places = populationOf(count);
    this.#committed = existsSync(this.#file) ? Committed.parse(JSON.parse(readFileSync(this.#file, 'utf8'))) : null;
    const keys = keysOf(secret, cluster);
    const find = (uuid: string) => this.#byUuid.get(uuid) ?? null;
    const parts = { ...components, documents: new Documents(), leadership: new Leadership(find), find, onCommitted: (committed: CommittedVersion) => this.#took(committed) };
    const committed = this.#committed && parts.documents.shared(this.#committed);
    this.instances = this.places.map((place) => new SimulatedInstance(parts, { uuid: uuidOf(secret, place.index), place, cluster, keys, seeds, dataDir, committed }));
    this.#byUuid = new Map(this.instances.map((instance) => [instance.uuid, instance]));
  }

  /** The cluster file that they begin with. */
  get document(): string {
    return documentOf(this.places, this.options.cluster);
  }

  async start(): Promise<void> {
    for (const instance of this.instances) await instance.start();
    this.#ticker = setInterval(() => this.#tick(), turnMs);
  }

  /** All of them say goodbye. */
  async stop(): Promise<void> {
    clearInterval(this.#ticker);
    this.#keeping.end();
    await this.#keep();
    await Promise.all(this.instances.map((instance) => instance.stop({ abruptly: false })));
  }

  /** By alias or uuid; null: all. Names that nobody has are given back. */
  async suffer(fault: Fault, names: readonly string[] | null): Promise<{ done: number; unknown: string[] }> {
    const wanted = names && new Set(names);
    const chosen = this.instances.filter(({ uuid, alias }) => wanted === null || wanted.has(uuid) || wanted.has(alias));
    const known = new Set(chosen.flatMap(({ uuid, alias }) => [uuid, alias]));
    await Promise.all(chosen.map((instance) => instance.suffer(fault)));
    return { done: chosen.length, unknown: [...(wanted ?? [])].filter((name) => !known.has(name)) };
  }

  #tick(): void {
    this.#turn = (this.#turn + 1) % turns;
    for (let index = this.#turn; index < this.instances.length; index += turns) this.instances[index]!.publish();
  }

  #took(committed: CommittedVersion): void {
    if (committed.meta.version <= (this.#committed?.meta.version ?? 0)) return;
    this.#committed = committed;
    this.#keeping.poke();
  }

  async #keep(): Promise<void> {
    if (this.#committed === null) return;
    await writeDurably(this.#file, [JSON.stringify(this.#committed)]).catch((error: unknown) => this.components.log.error({ error: String(error) }, 'the configuration cannot be kept'));
  }

  get #file(): string {
    return join(this.options.dataDir, 'committed.json');
  }
}

/** A version 4 uuid that always belongs to this number. */
function uuidOf(secret: string, index: number): string {
  const hex = createHash('sha256').update(`simulated instance ${index} of ${secret}`).digest('hex');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
