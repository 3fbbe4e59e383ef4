import type { JournalEntry } from '~/core/failover/divergence.ts';
import type { InstanceOrder } from '~/core/failover/member-messages.ts';
import type { InstanceReport } from '~/core/failover/messages.ts';
import type { Policy } from '~/core/failover/quorum.ts';
import { covers, type Vclock } from '~/core/failover/vclock.ts';

/** A database in a rehearsal: it does what it is told, at once, and has rows by number alone. What it refuses is what the real one refuses. */
export type Seat = { readonly uuid: string; readonly origin: string; readonly hasData: boolean; readonly vclock: Vclock; readonly journal: readonly JournalEntry[] };

export class RehearsalInstance {
  readonly uuid: string;
  promoted: number | null = null;
  upstream: string | null = null;
  deadline = -Infinity;
  acks: readonly Policy[] = [];
  #hasData: boolean;
  #vclock: Record<string, number>;
  #journal: JournalEntry[];
  #epoch = 1;
  #demoted: number | null = null;
  #frozen = false;
  #unleased = false;
  readonly #origin: string;

  constructor({ uuid, origin, hasData, vclock, journal }: Seat) {
    this.uuid = uuid;
    this.#origin = origin;
    this.#hasData = hasData;
    this.#vclock = { ...vclock };
    this.#journal = [...journal];
  }

  get hasData(): boolean {
    return this.#hasData;
  }

  writable(now: number): boolean {
    return !this.#frozen && this.promoted !== null && (this.#unleased || now <= this.deadline);
  }

  report(now: number): InstanceReport {
    return {
      life: 1, hasData: this.#hasData, origin: this.#hasData ? this.#origin : '', epoch: this.#epoch, demoted: this.#demoted, promoted: this.promoted, turn: 0, frozen: this.#frozen, writable: this.writable(now), gated: null, unleased: this.#unleased,
      upstream: this.upstream, gap: null, copy: { vclock: { ...this.#vclock }, journal: [...this.#journal] }, acks: this.acks, sick: null,
    };
  }

  /** Null: it does not come to an end. `find`: others that it reaches. */
  order(given: InstanceOrder, now: number, find: (uuid: string) => RehearsalInstance | null): boolean | null {
    switch (given.kind) {
      case 'look':
        return true;
      case 'leaseSet':
        if (this.promoted !== given.epoch) return false;
        this.#unleased = given.deadline === null;
        this.deadline = Math.max(this.deadline, given.deadline ?? -Infinity);
        return true;
      case 'demote':
        if (given.epoch < this.#epoch) return false;
        this.#epoch = given.epoch;
        this.promoted = null;
        this.#frozen = false;
        this.#unleased = false;
        this.upstream = null;
        this.#demoted = given.epoch;
        return true;
      case 'bootstrap':
        this.#hasData = true;
        return true;
      case 'promote':
        return this.#promote(given, now);
      case 'takeOver':
        return this.order({ kind: 'demote', epoch: given.epoch }, now, find) && this.#promote({ ...given, kind: 'promote' }, now);
      case 'freeze':
      case 'unfreeze':
        if (this.promoted !== given.epoch) return false;
        this.#frozen = given.kind === 'freeze';
        return true;
      case 'follow':
        return this.#follow(given.epoch, find(given.upstream), given.upstream);
      case 'acknowledge':
        if (this.promoted !== given.epoch) return false;
        this.acks = given.acks;
        return true;
      case 'catchUp': {
        const from = find(given.from ?? this.upstream ?? '');
        if (!from || !covers(from.#vclock, given.vclock)) return null;
        const followed = this.#follow(given.epoch, from, from.uuid);
        if (given.cut) this.upstream = null;
        return followed;
      }
      case 'join': {
        const from = find(given.from);
        if (!from || from.promoted !== given.epoch) return null;
        this.#hasData = true;
        return this.#follow(given.epoch, from, from.uuid);
      }
    }
  }

  #promote(given: Extract<InstanceOrder, { kind: 'promote' }>, now: number): boolean {
    if (this.#demoted !== given.epoch || !this.#hasData || now > given.deadline) return false;
    const last = this.#journal.at(-1);
    this.#journal.push({ epoch: given.epoch, master: this.uuid, origin: this.#origin, start: { ...this.#vclock }, after: last ? { epoch: last.epoch, master: last.master } : null });
    this.#vclock[this.#origin] = (this.#vclock[this.#origin] ?? 0) + 1;
    this.#demoted = null;
    this.promoted = given.epoch;
    this.deadline = given.deadline;
    this.acks = given.acks;
    return true;
  }

  #follow(epoch: number, from: RehearsalInstance | null, upstream: string): boolean {
    if (epoch < this.#epoch || this.promoted !== null) return false;
    this.#epoch = epoch;
    this.#demoted = null;
    this.upstream = upstream;
    if (!from) return true;
    this.#vclock = { ...from.#vclock };
    this.#journal = [...from.#journal];
    return true;
  }
}
