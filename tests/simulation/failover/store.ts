import type { Change, StoreOutcome } from '~/core/failover/messages.ts';
import { coordinatorKey, leaseKey, manualKey, pauseKey, stateKey, type LeaseRecord, type ManualRecord, type PauseRecord, type Records, type StateRecord } from '~/core/failover/records.ts';
import type { Held } from '~/core/failover/records.ts';
import type { World } from './world.ts';

/** The state provider: linearizable, sometimes away, slow, or silent about what it did; sometimes put back to a backup. */
type Entries = ReadonlyMap<string, { readonly value: object; readonly revision: number }>;
/** Everything that is watched, as it is at one moment. */
export type Told = { readonly records: Records; readonly pause: PauseRecord | null; readonly manual: ManualRecord | null };
type Watcher = { readonly at: string; readonly deliver: (told: Told) => void; broken: boolean; lastAt: number; again: boolean };

export const place = 'store';
export const replicaset = 'rs';

export class SimStore {
  entries: Map<string, { value: object; revision: number }> = new Map();
  revision = 0;
  away = false;
  /** Share of answers that get lost although it was done. */
  silent = 0;
  /** As etcd's leases. */
  coarse = false;
  lock: { holder: string; token: number; until: number } | null = null;
  readonly #watchers: Watcher[] = [];
  readonly #backups: { entries: Entries; at: number }[] = [];
  changed: (change: Change, by: string) => void = () => {};
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  records(): Records {
    return { state: this.#held<StateRecord>(stateKey(replicaset)), lease: this.#held<LeaseRecord>(leaseKey(replicaset)) };
  }

  #held<T>(key: string): Held<T> | null {
    const entry = this.entries.get(key);
    return entry ? (entry as unknown as Held<T>) : null;
  }

  commit(by: string, change: Change): StoreOutcome {
    const holds = change.when.every(({ key, revision }) => (this.entries.get(key)?.revision ?? null) === revision);
    if (!holds) return { kind: 'refused', records: this.records() };
    this.changed(change, by);
    this.revision += 1;
    for (const { key, value } of change.put) this.entries.set(key, { value, revision: this.revision });
    for (const key of change.remove) this.entries.delete(key);
    this.#told();
    return { kind: 'done', revision: this.revision };
  }

  /** One call over the network. No answer at all: the caller's own time-out says so. */
  call<T>(from: string, work: () => T, answer: (result: T) => void): void {
    const { world } = this;
    world.send(from, place, () => {
      if (this.away) return;
      const result = work();
      if (this.silent > 0 && world.random.chance(this.silent)) return;
      world.send(place, from, () => answer(result));
    });
  }

  /** The lock: taken when it is free or its holder has said nothing for its time. etcd counts whole seconds, and is late. */
  campaign(holder: string, ttlMs: number): number | null {
    const { now, random } = this.world;
    if (this.lock && this.lock.holder !== holder && now < this.lock.until) return null;
    if (this.lock?.holder !== holder) return this.steal(holder, ttlMs);
    this.lock.until = now + (this.coarse ? Math.ceil(ttlMs / 1_000) * 1_000 + random.between(25, 490) : ttlMs);
    return this.lock.token;
  }

  steal(holder: string, ttlMs: number): number {
    this.revision += 1;
    this.entries.set(coordinatorKey, { value: { holder }, revision: this.revision });
    this.lock = { holder, token: this.revision, until: this.world.now + ttlMs };
    this.world.note(`store: ${holder} holds the lock, term ${this.revision}`);
    return this.revision;
  }

  watch(at: string, deliver: (told: Told) => void): void {
    const watcher: Watcher = { at, deliver, broken: false, lastAt: 0, again: false };
    this.#watchers.push(watcher);
    this.#reconnect(watcher);
  }

  unwatch(at: string): void {
    for (let index = this.#watchers.length - 1; index >= 0; index--) if (this.#watchers[index]?.at === at) this.#watchers.splice(index, 1);
  }

  #told(): void {
    for (const watcher of this.#watchers) if (!watcher.broken) this.#push(watcher);
  }

  #push(watcher: Watcher): void {
    const { world } = this;
    const told = { records: this.records(), pause: this.#held<PauseRecord>(pauseKey)?.value ?? null, manual: this.#held<ManualRecord>(manualKey(replicaset))?.value ?? null };
    watcher.lastAt = Math.max(watcher.lastAt, world.now + world.delay(place, watcher.at) + (world.loss > 0 && world.random.chance(world.loss) ? 40 : 0));
    world.after(watcher.lastAt - world.now, () => {
      if (watcher.broken) return;
      if (this.away || world.isCut(place, watcher.at) || world.isCut(watcher.at, place)) {
        watcher.broken = true;
        this.#later(watcher);
      } else watcher.deliver(told);
    });
  }

  #later(watcher: Watcher): void {
    if (watcher.again) return;
    watcher.again = true;
    this.world.after(this.world.random.between(20, 120), () => {
      watcher.again = false;
      if (this.#watchers.includes(watcher)) this.#reconnect(watcher);
    });
  }

  #reconnect(watcher: Watcher): void {
    if (this.away || this.world.isCut(place, watcher.at) || this.world.isCut(watcher.at, place)) {
      watcher.broken = true;
      return this.#later(watcher);
    }
    watcher.broken = false;
    this.#push(watcher);
  }

  backup(): void {
    this.#backups.push({ entries: new Map(this.entries), at: this.world.now });
    if (this.#backups.length > 8) this.#backups.shift();
  }

  /** Revisions go on from where they were: what a restored store writes never bears a number that was used. */
  restore(empty = false): void {
    const backup = empty ? { entries: new Map(), at: 0 } : this.#backups[0];
    if (!backup) return;
    this.#backups.length = 0;
    const lock = this.entries.get(coordinatorKey);
    this.entries = new Map(backup.entries);
    if (lock) this.entries.set(coordinatorKey, lock);
    this.world.fault(`the provider is put back to what it was ${Math.round(this.world.now - backup.at)} ms ago`);
    for (const watcher of this.#watchers) {
      watcher.broken = true;
      this.#later(watcher);
    }
  }
}
