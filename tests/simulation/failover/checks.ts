import type { Change } from '~/core/failover/messages.ts';
import type { SimInstance, Row } from './instance.ts';
import type { SimStore } from './store.ts';
import type { World } from './world.ts';

/**
 * What must hold at every step (I1, I3, I4, I5), and at the end (I2, I6, lost rows accounted for). A broken one throws;
 * who runs the world adds the seed and the faults.
 */
export class Violation extends Error {
  constructor(
    readonly invariant: string,
    message: string,
  ) {
    super(`${invariant}: ${message}`);
  }
}

export class Checks {
  readonly world: World;
  instances: readonly SimInstance[] = [];
  readonly #holders = new Map<number, string>();
  readonly #promotedIn = new Set<string>();
  #highest = 0;
  /** Rows that clients were told to be safe. */
  readonly acked = new Map<number, { readonly epoch: number; readonly by: string; readonly at: number }>();
  readonly promotions: { readonly at: number; readonly epoch: number; readonly uuid: string }[] = [];
  readonly results = new Map<string, { readonly ok: boolean; readonly why: string; readonly at: number }>();
  /** What has happened: a world in which nothing of a kind happens proves nothing about it. */
  readonly seen: Record<string, number> = {};
  #ackAt: number | null = null;
  /** Longest time without an acknowledged write, since it was last set to 0. */
  gapMs = 0;

  constructor(world: World) {
    this.world = world;
  }

  count(what: string): void {
    this.seen[what] = (this.seen[what] ?? 0) + 1;
  }

  /** An instance begins to let writes through, or goes on. */
  opened(instance: SimInstance): void {
    if (!instance.able) return;
    for (const other of this.instances) if (other !== instance && other.able) throw new Violation('I1', `${instance.uuid} (epoch ${instance.promoted}) and ${other.uuid} (epoch ${other.promoted}) can both write`);
  }

  promoted(instance: SimInstance): void {
    const epoch = instance.promoted ?? 0;
    this.world.note(`${instance.uuid}: leads in epoch ${epoch}`);
    this.count('promoted');
    const holder = this.#holders.get(epoch);
    if (holder !== undefined && holder !== instance.uuid) throw new Violation('I3', `epoch ${epoch} has two masters, ${holder} and ${instance.uuid}`);
    if (epoch < this.#highest) throw new Violation('I3', `${instance.uuid} is promoted in epoch ${epoch} after epoch ${this.#highest}`);
    const life = `${epoch} ${instance.life}`;
    if (holder !== undefined && !this.#promotedIn.has(life)) throw new Violation('I3', `${instance.uuid} is promoted in epoch ${epoch} in two lives`);
    this.#promotedIn.add(life);
    this.#holders.set(epoch, instance.uuid);
    this.#highest = Math.max(this.#highest, epoch);
    this.promotions.push({ at: this.world.now, epoch, uuid: instance.uuid });
    this.opened(instance);
  }

  accepted(instance: SimInstance, epoch: number): void {
    this.opened(instance);
    if (epoch < this.#highest && !instance.unleased) throw new Violation('I1', `${instance.uuid} takes a write in epoch ${epoch}, and epoch ${this.#highest} has begun`);
  }

  appended(instance: SimInstance, row: Row, last: Row | undefined): void {
    if (last && row.epoch < last.epoch) throw new Violation('I5', `${instance.uuid} applies a row of epoch ${row.epoch} (from ${row.origin}) behind one of epoch ${last.epoch}`);
    const expected = (instance.disk.vclock[row.origin] ?? 0) + 1;
    if (row.lsn !== expected) throw new Violation('I5', `${instance.uuid} applies row ${row.lsn} of ${row.origin} where ${expected} is next`);
  }

  /** I4: what changes leadership does so under the lock that its writer holds now. */
  coordinated(by: string, store: SimStore, change: Change): void {
    if (change.takesOver) this.count('decided');
    if (store.lock?.holder !== by) throw new Violation('I4', `${by} has changed a record, and ${store.lock?.holder ?? 'nobody'} holds the lock`);
  }

  result(id: string, ok: boolean, why: string): void {
    this.results.set(id, { ok, why, at: this.world.now });
    this.count(ok ? 'ordered' : 'refused');
  }

  told(_uuid: string, what: string): void {
    this.count(what);
  }

  /** A client was told that its row is safe. */
  ack(id: number, by: SimInstance, epoch: number): void {
    const { now } = this.world;
    this.acked.set(id, { epoch, by: by.uuid, at: now });
    if (this.#ackAt !== null) this.gapMs = Math.max(this.gapMs, now - this.#ackAt);
    this.#ackAt = now;
    this.count('acked');
  }

  /** Longest silence up to now. */
  gapSoFar(): number {
    return Math.max(this.gapMs, this.#ackAt === null ? 0 : this.world.now - this.#ackAt);
  }

  /** I2 and I6, once all is quiet. */
  atRest(master: SimInstance, followers: readonly SimInstance[], { durable, forgets }: { readonly durable: boolean; readonly forgets: boolean }): void {
    const ids = new Set(master.disk.rows.map(({ id }) => id));
    const found = new Set(this.instances.flatMap(({ lostAndFound, disk }) => [...lostAndFound, ...disk.rows].map(({ id }) => id)));
    let lost = 0;
    for (const [id, { epoch, by, at }] of this.acked) {
      if (ids.has(id)) continue;
      lost += 1;
      if (durable && !forgets) throw new Violation('I2', `row ${id}, acknowledged by ${by} in epoch ${epoch} at ${at.toFixed(1)}, is not on the master ${master.uuid}`);
      if (!found.has(id) && !forgets) throw new Violation('I2', `row ${id}, acknowledged by ${by} in epoch ${epoch} at ${at.toFixed(1)}, is neither on the master nor in lost and found`);
    }
    if (lost > 0) this.seen.rowsLost = (this.seen.rowsLost ?? 0) + lost;
    const { rows } = master.disk;
    for (const follower of followers) {
      const same = follower.disk.rows.length === rows.length && rows.every((row, index) => sameRow(row, follower.disk.rows[index]));
      if (!same) throw new Violation('I6', `${follower.uuid} follows ${master.uuid}, and they differ: ${difference(follower.disk.rows, master.disk.rows)}`);
    }
  }
}

const sameRow = (row: Row, other: Row | undefined): boolean => row === other || JSON.stringify(row) === JSON.stringify(other);

function difference(rows: readonly Row[], other: readonly Row[]): string {
  const at = rows.findIndex((row, index) => !sameRow(row, other[index]));
  const show = (row: Row | undefined) => (row ? `${row.origin}:${row.lsn} of epoch ${row.epoch}` : 'nothing');
  return at < 0 ? `${rows.length} rows and ${other.length}` : `at ${at}, ${show(rows[at])} and ${show(other[at])}`;
}
