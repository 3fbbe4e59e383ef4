import { continues, journalMax, type JournalEntry } from '~/core/failover/divergence.ts';
import type { InstanceOrder } from '~/core/failover/member-messages.ts';
import type { InstanceReport } from '~/core/failover/messages.ts';
import type { Policy } from '~/core/failover/quorum.ts';
import { graceMs } from '~/core/failover/timing.ts';
import { covers, type Vclock } from '~/core/failover/vclock.ts';
import { Awaited } from './awaited.ts';
import type { Checks } from './checks.ts';
import type { InstanceFlaws, SimGuard } from './options.ts';
import { Replication } from './replication.ts';
import { Wal } from './wal.ts';
import { Process, type Clock, type World } from './world.ts';

/** A row as it is in a log. `id` 0: the journal's. */
export type Row = { readonly origin: string; readonly lsn: number; readonly epoch: number; readonly id: number; readonly entry: JournalEntry | null };
export type WriteOutcome = 'ok' | 'refused' | 'unknown';

export type InstanceParts = { readonly world: World; readonly clock: Clock; readonly checks: Checks; readonly guard: SimGuard; readonly flaws: Partial<InstanceFlaws> };

/** A replica that has said nothing for so long is not heard. */
const gateMs = 300;

/**
 * A database process as failover sees it: what it was told, its guard, its WAL queue that goes on after read-only, its
 * rows. Everything below `disk` survives its end.
 */
export class SimInstance {
  readonly process = new Process();
  running = true;
  life = 1;
  /** `joined`: what it had when its data was made anew is in a snapshot, and older rows are in no log. */
  readonly disk: { epoch: number; hasData: boolean; rows: Row[]; vclock: Record<string, number>; journal: JournalEntry[]; joined: Vclock } = { epoch: 0, hasData: false, rows: [], vclock: {}, journal: [], joined: {} };
  readonly lostAndFound: Row[] = [];
  demoted: number | null = null;
  promoted: number | null = null;
  turn = 0;
  deadline = -Infinity;
  frozen = false;
  unleased = false;
  sick: string | null = null;
  /** What a change of master breaks off. */
  busy: string | null = null;
  /** The flag that the fence fiber sets: what rules where no trigger asks the clock. */
  readOnlyFlag = true;
  acks: readonly Policy[] = [];
  /** Those by which all the rows before are on enough copies, too. */
  keptAcks: readonly Policy[] = [];
  readonly replication: Replication;
  readonly wal: Wal;
  /** Under way: the one that was begun last. */
  #promotion: object | null = null;
  readonly awaited: Awaited;
  readonly #clients = new Set<() => void>();
  exited: () => void = () => {};
  readonly #parts: InstanceParts;

  constructor(
    readonly uuid: string,
    readonly origin: string,
    parts: InstanceParts,
  ) {
    this.#parts = parts;
    this.replication = new Replication(this, parts.world);
    this.wal = new Wal({ world: parts.world, later: (ms, run) => this.#later(ms, run) });
    this.awaited = new Awaited(this, parts.world);
  }

  get flaws(): Partial<InstanceFlaws> {
    return this.#parts.flaws;
  }

  get clockNow(): number {
    return this.#parts.clock.now;
  }

  /** A write would pass now, if the process were running on a processor. */
  get able(): boolean {
    if (!this.running || this.frozen) return false;
    if (this.unleased) return true;
    if (this.promoted === null) return false;
    switch (this.#parts.guard) {
      case 'trigger':
        return this.clockNow <= this.deadline;
      // One that is stopped could go on at any moment, until it is killed.
      case 'kill':
        return !this.readOnlyFlag;
      case 'none':
        return !this.readOnlyFlag && !this.process.paused;
    }
  }

  /** By its clock, its lease is not over. */
  get inTime(): boolean {
    return this.unleased || this.clockNow <= this.deadline;
  }

  report(): InstanceReport {
    const { epoch, hasData, vclock, journal } = this.disk;
    return {
      life: this.life, hasData, origin: hasData ? this.origin : '', epoch, demoted: this.demoted, promoted: this.promoted, turn: this.turn, frozen: this.frozen, writable: this.able && this.#gateOpen(), gated: this.able && !this.#gateOpen() ? 'the gate is closed' : null, unleased: this.unleased,
      upstream: this.replication.upstream?.uuid ?? null, gap: this.replication.gap, copy: { vclock: { ...vclock }, journal: journal.slice(-journalMax) }, acks: this.keptAcks, sick: this.sick, busy: this.busy,
    };
  }

  /** Does it and answers when it is done; never, if it ends before. False: it refuses. */
  order(given: InstanceOrder, done: (ok: boolean) => void, find: (uuid: string) => SimInstance | undefined): void {
    const { disk } = this;
    switch (given.kind) {
      case 'look':
        return done(true);
      case 'leaseSet':
        if (this.promoted !== given.epoch) return done(false);
        if (given.deadline === null) this.unleased = true;
        else {
          this.deadline = this.unleased ? given.deadline : Math.max(this.deadline, given.deadline);
          this.unleased = false;
          if (this.clockNow <= this.deadline) this.#openFor();
        }
        return done(true);
      case 'demote':
        if (given.epoch < disk.epoch) return done(false);
        disk.epoch = given.epoch;
        this.turn += 1;
        this.#stop();
        if (!this.flaws.noReplicationFence) this.replication.follow(null);
        return this.#drain(() => {
          this.demoted = given.epoch;
          done(true);
        });
      case 'bootstrap':
        if (disk.hasData || given.epoch < disk.epoch) return done(false);
        disk.hasData = true;
        return done(true);
      case 'promote':
        return this.#promote(given, done);
      case 'takeOver':
        return this.#takeOver(given, done, find);
      case 'freeze':
        if (this.promoted !== given.epoch) return done(false);
        this.frozen = true;
        return this.#drain(() => done(true));
      case 'unfreeze':
        if (this.promoted !== given.epoch) return done(false);
        this.frozen = false;
        if (this.clockNow <= this.deadline) this.#openFor();
        else if (!this.unleased) this.readOnlyFlag = true;
        this.#parts.checks.opened(this);
        return done(true);
      case 'follow': {
        const upstream = find(given.upstream);
        if (given.epoch < disk.epoch || !upstream || this.promoted !== null) return done(false);
        disk.epoch = given.epoch;
        this.#leaveOff();
        this.replication.follow(upstream);
        return done(true);
      }
      case 'acknowledge': {
        if (this.promoted !== given.epoch) return done(false);
        this.acks = given.acks;
        this.keptAcks = this.flaws.answersEarly ? given.acks : [];
        const lsn = disk.vclock[this.origin] ?? 0;
        return this.awaited.when(
          () => given.acks.slice(-1).every((policy) => this.replication.copiesOf(lsn, policy) >= policy.copies),
          () => {
            if (this.acks === given.acks) this.keptAcks = given.acks;
            done(true);
          },
        );
      }
      case 'catchUp': {
        const from = given.from === null ? null : find(given.from);
        if (given.epoch < disk.epoch || this.promoted !== null || from === undefined) return done(false);
        if (from) {
          if (!this.flaws.fetchesUnnoted) disk.epoch = given.epoch;
          this.#leaveOff();
          this.replication.follow(from);
        }
        return this.awaited.when(() => covers(disk.vclock, given.vclock), () => (given.cut ? this.#cutOff(given.epoch, done) : done(true)));
      }
      case 'join':
        return this.#join(given.epoch, find(given.from), done);
    }
  }

  #promote(given: Extract<InstanceOrder, { kind: 'promote' }>, done: (ok: boolean) => void): void {
    const { disk } = this;
    if (this.demoted !== given.epoch || (disk.journal.at(-1)?.epoch ?? 0) >= given.epoch || given.epoch < disk.epoch || this.clockNow > given.deadline || !disk.hasData) return done(false);
    if (this.#promotion || (given.turn !== this.turn && !this.flaws.promotesLate)) return done(false);
    const promotion = {};
    this.turn += 1;
    this.#promotion = promotion;
    if (this.flaws.neitherWhilePromoted) this.demoted = null;
    // The epoch is saved, the schema is looked at.
    this.#later(this.#parts.world.random.between(0.2, 8), () => {
      if (this.#promotion !== promotion) return done(false);
      this.#promotion = null;
      this.demoted = null;
      if (given.epoch !== disk.epoch || this.clockNow > given.deadline) return done(false);
      this.#lead(given, done);
    });
  }

  #takeOver(given: Extract<InstanceOrder, { kind: 'takeOver' }>, done: (ok: boolean) => void, find: (uuid: string) => SimInstance | undefined): void {
    const { disk, flaws } = this;
    if (given.epoch < disk.epoch || this.promoted !== null || this.#promotion || this.replication.upstream || !covers(given.start, disk.vclock)) return done(false);
    if (given.turn !== this.turn && !flaws.promotesLate) return done(false);
    const turn = this.turn + 1;
    this.order({ kind: 'demote', epoch: given.epoch }, (ok) => (ok && (turn === this.turn || flaws.promotesLate) ? this.#promote({ ...given, kind: 'promote', turn }, done) : done(false)), find);
  }

  #lead(given: Extract<InstanceOrder, { kind: 'promote' }>, done: (ok: boolean) => void): void {
    const last = this.disk.journal.at(-1);
    this.promoted = given.epoch;
    this.deadline = given.deadline;
    this.frozen = false;
    this.acks = given.acks;
    this.keptAcks = given.acks;
    const entry = { epoch: given.epoch, master: this.uuid, origin: this.origin, start: { ...this.disk.vclock }, after: last ? { epoch: last.epoch, master: last.master } : null };
    this.#queue({ id: 0, epoch: given.epoch, entry }, () => done(true));
    this.#openFor();
    this.#parts.checks.promoted(this);
  }

  /** The fence fiber: each 10 ms, later when the host is busy; and a timer of the kernel that also ends a process that is stopped. */
  #openFor(): void {
    this.readOnlyFlag = false;
    const { life, deadline } = this;
    const { world, clock, guard, checks } = this.#parts;
    checks.opened(this);
    world.after(clock.until(deadline) + (world.random.chance(0.05) ? world.random.between(20, 100) : world.random.between(0, 20)), () => {
      this.process.deliver(() => {
        if (life === this.life && this.clockNow >= this.deadline) this.readOnlyFlag = true;
      });
    });
    if (guard !== 'kill') return;
    world.after(clock.until(deadline + graceMs) + 0.01, () => {
      if (life !== this.life || !this.running || this.readOnlyFlag || this.frozen || this.unleased || this.clockNow < this.deadline + graceMs) return;
      checks.count('ended by the guard');
      world.note(`${this.uuid}: ended by its guard`);
      this.end();
    });
  }

  /** It is to take rows from another: neither stopped for its epoch any more, nor becoming its master. */
  #leaveOff(): void {
    this.turn += 1;
    this.demoted = null;
    this.#promotion = null;
  }

  #cutOff(epoch: number, done: (ok: boolean) => void): void {
    if (epoch < this.disk.epoch || this.promoted !== null || this.#promotion) return done(false);
    this.#leaveOff();
    this.replication.follow(null);
    this.#drain(() => done(true));
  }

  #stop(): void {
    this.promoted = null;
    this.demoted = null;
    this.#promotion = null;
    this.frozen = false;
    this.unleased = false;
    this.readOnlyFlag = true;
    this.awaited.stop();
  }

  /** A user's write, by a plain connection. */
  write(id: number, answer: (outcome: WriteOutcome) => void): void {
    if (!this.able || !this.#gateOpen()) return answer('refused');
    const epoch = this.promoted ?? 0;
    this.#parts.checks.accepted(this, epoch);
    this.#queue({ id, epoch, entry: null }, (row) => this.awaited.acknowledge(row, answer));
  }

  #gateOpen(): boolean {
    return this.acks.every(({ gate, voters }) => gate === 0 || this.replication.heardSince(this.#parts.world.now - gateMs, voters) >= gate);
  }

  /** A client's connection: `closed` when the process ends. Answers how to hang up. */
  connect(closed: () => void): () => void {
    this.#clients.add(closed);
    return () => this.#clients.delete(closed);
  }

  #disconnectAll(): void {
    const { world } = this.#parts;
    for (const closed of this.#clients) world.after(world.random.between(0, 5), closed);
    this.#clients.clear();
  }

  #queue(row: { readonly id: number; readonly epoch: number; readonly entry: JournalEntry | null }, written: (row: Row) => void): void {
    this.wal.write(() => {
      const full: Row = { ...row, origin: this.origin, lsn: (this.disk.vclock[this.origin] ?? 0) + 1 };
      this.append(full);
      written(full);
    });
  }

  /** Runs in this life of the process. */
  #later(ms: number, run: () => void): void {
    const { life } = this;
    this.#parts.world.after(ms, () => this.process.deliver(() => life === this.life && this.running && run()));
  }

  #drain(then: () => void): void {
    if (this.flaws.noBarrier) return then();
    this.wal.drain(then);
  }

  continues(entry: JournalEntry): boolean {
    return this.flaws.noJournalCheck === true || continues(this.disk, entry);
  }

  append(row: Row): void {
    const { disk } = this;
    this.#parts.checks.appended(this, row, disk.rows.at(-1));
    disk.rows.push(row);
    disk.vclock[row.origin] = row.lsn;
    if (row.entry) disk.journal.push(row.entry);
    this.replication.publish(row);
    this.awaited.progressed();
  }

  #join(epoch: number, from: SimInstance | undefined, done: (ok: boolean) => void): void {
    const { world } = this.#parts;
    const { life } = this;
    if (!from || epoch < this.disk.epoch || this.promoted !== null) return done(false);
    this.replication.follow(null);
    world.after(world.random.between(50, 400), () =>
      this.process.deliver(() => {
        if (!this.running) return;
        // An agent that was restarted meanwhile ordered it, too.
        if (life !== this.life) return done(false);
        const reachable = from.running && !from.process.paused && !world.isCut(this.uuid, from.uuid) && !world.isCut(from.uuid, this.uuid);
        if (!reachable || from.promoted !== epoch || this.disk.epoch > epoch || this.promoted !== null) return done(false);
        const theirs = new Set(from.disk.rows.map(({ id, origin, lsn }) => `${id}.${origin}.${lsn}`));
        this.lostAndFound.push(...this.disk.rows.filter(({ id, origin, lsn }) => id !== 0 && !theirs.has(`${id}.${origin}.${lsn}`)));
        this.#reset();
        Object.assign(this.disk, { epoch, hasData: true, rows: [...from.disk.rows], vclock: { ...from.disk.vclock }, journal: [...from.disk.journal], joined: { ...from.disk.vclock } });
        world.note(`${this.uuid}: joined from ${from.uuid}, ${this.lostAndFound.length} rows in lost and found`);
        this.replication.follow(from);
        done(true);
      }),
    );
  }

  #reset(): void {
    this.life += 1;
    this.#disconnectAll();
    this.#stop();
    this.wal.restart();
    this.awaited.restart();
    this.deadline = -Infinity;
    this.acks = [];
    this.keptAcks = [];
    this.sick = null;
    this.busy = null;
    this.replication.restart();
  }

  end(rowsForgotten = 0): void {
    if (!this.running) return;
    for (let count = 0; count < rowsForgotten; count++) this.#forget();
    this.running = false;
    this.#disconnectAll();
    this.process.forget();
    this.process.paused = false;
    this.awaited.hangUp();
    this.replication.follow(null);
    this.replication.hangUp();
    this.exited();
  }

  #forget(): void {
    const { disk } = this;
    const row = disk.rows.pop();
    if (!row) return;
    disk.vclock[row.origin] = row.lsn - 1;
    if (row.entry) disk.journal.pop();
  }

  start(): void {
    if (this.running) return;
    this.#reset();
    this.running = true;
  }
}
