import type { Policy } from '~/core/failover/quorum.ts';
import { covers } from '~/core/failover/vclock.ts';
import type { SimInstance, Row } from './instance.ts';
import type { World } from './world.ts';

/** Asynchronous replication: a copy fetches from one other, rows come in the other's order, confirmations go back. */
export class Replication {
  upstream: SimInstance | null = null;
  readonly #downstream = new Map<SimInstance, { readonly link: number; readonly vclock: Record<string, number>; heardAt: number }>();
  /** Another one with each connection, so that what comes over an old one is nobody's. */
  #link = 0;
  #connected = false;
  /** Whose logs do not go back to the owner's last row. */
  gap: string | null = null;
  #arrivesAt = 0;
  #confirmsAt = 0;

  constructor(
    readonly owner: SimInstance,
    readonly world: World,
  ) {}

  follow(upstream: SimInstance | null): void {
    if (upstream === this.upstream) return;
    this.#disconnect();
    this.upstream = upstream;
    if (upstream && upstream.uuid !== this.gap) this.gap = null;
    if (upstream) this.#connect(this.#link);
  }

  restart(): void {
    this.#disconnect();
    this.upstream = null;
    this.gap = null;
    this.hangUp();
  }

  /** The owner's process has ended: what it sent still arrives, then those that fetch from it see the connection close. */
  hangUp(): void {
    for (const [replica, { link }] of this.#downstream) this.world.after(this.world.random.between(3, 8), () => replica.replication.#closed(link));
    this.#downstream.clear();
  }

  #closed(link: number): void {
    if (link === this.#link && this.#connected) this.#broken();
  }

  #disconnect(): void {
    if (this.upstream) this.upstream.replication.#downstream.delete(this.owner);
    this.#link += 1;
    this.#connected = false;
  }

  /** How many of the voters have this row of the owner. */
  copiesOf(lsn: number, { voters }: Policy): number {
    const { owner } = this;
    let copies = voters.includes(owner.uuid) && (owner.disk.vclock[owner.origin] ?? 0) >= lsn ? 1 : 0;
    for (const [replica, { vclock }] of this.#downstream) if (voters.includes(replica.uuid) && (vclock[owner.origin] ?? 0) >= lsn) copies += 1;
    return copies;
  }

  /** Other voters that have said something since. */
  heardSince(at: number, voters: readonly string[]): number {
    return [...this.#downstream].filter(([replica, { heardAt }]) => heardAt >= at && voters.includes(replica.uuid)).length;
  }

  /** An idle copy says now and then that it is there. */
  #beat(link: number): void {
    this.world.after(100, () => {
      if (link !== this.#link || !this.#connected) return;
      this.owner.process.deliver(() => this.#confirm(link));
      this.#beat(link);
    });
  }

  #cut(): boolean {
    const { upstream, owner, world } = this;
    return !upstream || !upstream.running || !owner.running || world.isCut(owner.uuid, upstream.uuid) || world.isCut(upstream.uuid, owner.uuid);
  }

  /** It was made from a snapshot that has what this copy lacks: its logs do not go back so far. */
  #lacksLogs({ disk, flaws }: SimInstance): boolean {
    return !flaws.sendsAllRows && !covers(this.owner.disk.vclock, disk.joined);
  }

  #connect(link: number): void {
    const { world } = this;
    world.after(world.delay(this.owner.uuid, this.upstream?.uuid ?? '') * 2, () => {
      if (link !== this.#link || !this.upstream) return;
      if (this.#cut() || this.upstream.process.paused || this.owner.process.paused) return world.after(world.random.between(20, 120), () => this.#connect(link));
      if (this.#lacksLogs(this.upstream)) {
        world.note(`${this.owner.uuid}: the logs of ${this.upstream.uuid} do not go back to its last row`);
        this.gap = this.upstream.uuid;
        return this.follow(null);
      }
      const { vclock } = this.owner.disk;
      this.#connected = true;
      this.#arrivesAt = 0;
      this.#confirmsAt = 0;
      this.upstream.replication.#downstream.set(this.owner, { link, vclock: { ...vclock }, heardAt: world.now });
      this.#beat(link);
      for (const row of this.upstream.disk.rows) if (row.lsn > (vclock[row.origin] ?? 0)) this.receive(row, link);
      this.#confirm(link);
    });
  }

  /** A new row of the owner goes to all that fetch from it. */
  publish(row: Row): void {
    for (const [replica, { link }] of this.#downstream) replica.replication.receive(row, link);
  }

  receive(row: Row, link: number): void {
    const { world, owner } = this;
    this.#arrivesAt = Math.max(this.#arrivesAt, world.now + world.delay(this.upstream?.uuid ?? '', owner.uuid));
    world.after(this.#arrivesAt - world.now, () => {
      if (link !== this.#link || !this.#connected) return;
      if (world.isCut(this.upstream?.uuid ?? '', owner.uuid)) return this.#broken();
      owner.process.deliver(() => {
        if (link !== this.#link || !owner.running || row.lsn <= (owner.disk.vclock[row.origin] ?? 0)) return;
        // Its own history ends elsewhere: the trigger on the journal stops replication.
        if (row.entry && !owner.continues(row.entry)) return this.follow(null);
        owner.append(row);
        this.#confirm(link);
      });
    });
  }

  #broken(): void {
    this.#disconnect();
    const link = this.#link;
    this.world.after(this.world.random.between(20, 120), () => this.#connect(link));
  }

  #confirm(link: number): void {
    const { world, owner, upstream } = this;
    if (!upstream) return;
    const vclock = { ...owner.disk.vclock };
    this.#confirmsAt = Math.max(this.#confirmsAt, world.now + world.delay(owner.uuid, upstream.uuid));
    world.after(this.#confirmsAt - world.now, () => {
      if (link !== this.#link || world.isCut(owner.uuid, upstream.uuid)) return;
      upstream.process.deliver(() => {
        const row = upstream.replication.#downstream.get(owner);
        if (row?.link !== link || !upstream.running) return;
        Object.assign(row.vclock, vclock);
        row.heardAt = world.now;
        upstream.awaited.progressed();
      });
    });
  }
}
