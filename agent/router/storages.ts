import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { enabledMembersOf } from '~/core/topology/master.ts';
import { storagesOf } from '~/core/topology/sharding-settings.ts';
import type { StorageNews } from '~/link/router-messages.ts';
import { openUsers } from '~/link/sealed-users.ts';
import { newestLeader, type Leader } from './topology.ts';
import { agreedUsers, type UsersOf } from './users.ts';

/**
 * What the agents of the storages of a group say. Each is asked about every two seconds, by itself: one that hangs holds
 * nobody up. In big groups each is asked less often, so that asking stays cheap.
 */
export type StoragesParts = {
  /** Rejects where it does not answer. */
  readonly ask: (instance: string, input: { replicaset: string; users: string | null }, timeoutMs: number) => Promise<StorageNews>;
  readonly now: () => number;
  readonly onNews: () => void;
  readonly key: Uint8Array;
};

const askMs = 2000;
/** Whoever has answered is left out so many times: a question wakes up an agent that may be idle, and its database. */
const restsAfterAnswer = 1;
/** Questions begun in one second. */
const asksMax = 24;
/** What is older says nothing of lag or leadership any more. */
const heardMs = 10_000;

type Heard = { readonly news: StorageNews; readonly at: number };
/** `dueAt`: the look at which it is asked. */
type Seat = { readonly replicaset: string; heard: Heard | null; dueAt: number; asking: boolean };
type Told = { readonly digest: string; readonly users: UsersOf; /** The leader said so. */ readonly sure: boolean };

export class Storages {
  readonly #parts: StoragesParts;
  readonly #seats = new Map<string, Seat>();
  readonly #users = new Map<string, Told>();
  #agreed: ReturnType<typeof agreedUsers> | null = null;
  #looks = 0;

  constructor(parts: StoragesParts) {
    this.#parts = parts;
  }

  /** Each second: asks those whose turn it is, and first who has waited longest. */
  look(config: ClusterConfig, group: string): void {
    this.#looks += 1;
    const storages = storagesOf(config, group);
    const members = storages.flatMap((replicaset) => enabledMembersOf(config, replicaset).map((uuid) => [uuid, replicaset] as const));
    for (const uuid of this.#seats.keys()) if (!members.some(([member, replicaset]) => member === uuid && this.#seats.get(uuid)?.replicaset === replicaset)) this.#seats.delete(uuid);
    for (const uuid of this.#users.keys()) {
      if (storages.includes(uuid)) continue;
      this.#users.delete(uuid);
      this.#agreed = null;
    }
    for (const [uuid, replicaset] of members) if (!this.#seats.has(uuid)) this.#seats.set(uuid, { replicaset, heard: null, dueAt: -Infinity, asking: false });
    const due = [...this.#seats].filter(([, { asking, dueAt }]) => !asking && dueAt <= this.#looks).toSorted(([, a], [, b]) => a.dueAt - b.dueAt).slice(0, asksMax);
    for (const [uuid, seat] of due) void this.#ask(uuid, seat);
  }

  leaderOf(replicaset: string): Leader | null {
    return newestLeader([...this.#seats.values()].map((seat) => (seat.replicaset === replicaset ? this.#fresh(seat) : null)));
  }

  lagOf(instance: string): number | null {
    const seat = this.#seats.get(instance);
    return (seat && this.#fresh(seat)?.lagMs) ?? null;
  }

  /** Every storage has told its users, or there is none. */
  get complete(): boolean {
    return [...this.#seats.values()].every(({ replicaset }) => this.#users.has(replicaset));
  }

  get agreed(): ReturnType<typeof agreedUsers> {
    this.#agreed ??= agreedUsers(new Map([...this.#users].map(([uuid, { users }]) => [uuid, users])));
    return this.#agreed;
  }

  #fresh({ heard }: Seat): StorageNews | null {
    return heard !== null && this.#parts.now() - heard.at <= heardMs ? heard.news : null;
  }

  async #ask(uuid: string, seat: Seat): Promise<void> {
    const { ask, now, onNews } = this.#parts;
    seat.asking = true;
    seat.dueAt = this.#looks + 1;
    try {
      const news = await ask(uuid, { replicaset: seat.replicaset, users: this.#users.get(seat.replicaset)?.digest ?? null }, askMs);
      seat.dueAt += restsAfterAnswer;
      if (this.#seats.get(uuid) !== seat) return;
      const before = this.#fresh(seat);
      seat.heard = { news, at: now() };
      const fresh = this.#takeUsers(uuid, seat.replicaset, news);
      if (fresh || before?.epoch !== news.epoch || before.master !== news.master) onNews();
    } catch {
      // It is asked again in a second; what it said grows old meanwhile.
    } finally {
      seat.asking = false;
    }
  }

  /** A replica may be behind: where the leader has told, its word alone counts. */
  #takeUsers(uuid: string, replicaset: string, { digest, users }: StorageNews): boolean {
    const leads = this.leaderOf(replicaset)?.master === uuid;
    const known = this.#users.get(replicaset);
    if (digest === null || users === null || (known?.sure === true && !leads)) return false;
    this.#users.set(replicaset, { digest, users: openUsers(users, { key: this.#parts.key, replicaset }), sure: leads });
    this.#agreed = null;
    return true;
  }
}
