import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { wantedMaster } from '~/core/topology/master.ts';
import { rowsWritten } from './figures.ts';

/**
 * Who leads each replicaset, with the rule of the real thing: leadership is held until it is handed over. A master that
 * is named and away costs no writes; one that is away itself is replaced only once it is out of the configuration's way.
 */

type Led = { leader: string; /** Its position in `_cluster`. */ id: number; /** Rows of those who led before. */ readonly closed: Map<number, number>; since: number };
export type Member = { readonly isUp: boolean; readonly group: number };

export class Leadership {
  readonly #led = new Map<string, Led>();

  constructor(readonly find: (uuid: string) => Member | null) {}

  leads(replicaset: string, uuid: string): boolean {
    return this.#led.get(replicaset)?.leader === uuid;
  }

  /** Looks whether the leader has to be another one; true where that has changed. */
  consider(config: ClusterConfig, replicaset: string, now: number): boolean {
    const wanted = wantedMaster(config, replicaset);
    const led = this.#led.get(replicaset);
    if (wanted === null || led?.leader === wanted || this.find(wanted)?.isUp !== true) return false;
    const old = led && config.instances[led.leader];
    if (led && old?.replicaset === replicaset && !old.disabled && this.find(led.leader)?.isUp !== true) return false;
    if (led) led.closed.set(led.id, this.#rows(led, now));
    const id = idOf(config, replicaset, wanted);
    this.#led.set(replicaset, { leader: wanted, id, closed: led?.closed ?? new Map(), since: now });
    return true;
  }

  vclock(replicaset: string, now: number): Record<string, number> {
    const led = this.#led.get(replicaset);
    if (!led) return {};
    return Object.fromEntries([...led.closed, [led.id, this.#rows(led, now)]]);
  }

  #rows(led: Led, now: number): number {
    const group = this.find(led.leader)?.group ?? 0;
    return (led.closed.get(led.id) ?? 0) + Math.max(0, rowsWritten(group, now) - rowsWritten(group, led.since)) + 1;
  }
}

export const idOf = (config: ClusterConfig, replicaset: string, uuid: string): number => 1 + Math.max(0, (config.replicasets[replicaset]?.priority ?? []).indexOf(uuid));
