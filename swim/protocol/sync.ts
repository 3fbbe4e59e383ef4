/**
 * Anti-entropy: tables are compared by digest on each probe, records travel only when they differ and no news is still
 * on its way; a difference that stays is settled by a full exchange over TCP.
 */

import type { Changes } from './changes.ts';
import type { Config } from './config.ts';
import type { Counters } from './counters.ts';
import type { Deadlines } from './deadlines.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import type { Outbox } from './outbox.ts';
import type { Timer } from './timer.ts';

type Components = {
  readonly members: Members;
  readonly changes: Changes;
  readonly outbox: Outbox;
  readonly counters: Counters;
  readonly deadlines: Deadlines<Timer>;
};

export class Sync {
  readonly #parts: Components;
  readonly #config: Config;
  #lastSyncAt = -Infinity;
  #differsSince: number | undefined = undefined;
  /** Whether a table equal to ours was seen since the last turn of the timer. */
  #agreed = false;

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
  }

  /** True when records should be sent to this member now. */
  compare(now: number, member: Member, digest: bigint): boolean {
    const { members, changes } = this.#parts;
    if (digest === members.digest) {
      this.#differsSince = undefined;
      this.#agreed = true;
      return false;
    }
    if (now - changes.lastAt < this.#config.quietMs) return false;
    this.#differsSince ??= now;
    const longMs = this.#config.repairSyncEveryMs;
    if (now - this.#differsSince >= longMs && now - this.#lastSyncAt >= longMs) this.#sync(now, member);
    return true;
  }

  /** The first member after being alone knows the others. */
  joined(now: number, member: Member): void {
    if (this.#parts.members.order.size === 1 && member.trailer !== false) this.#sync(now, member);
  }

  /** An exchange of equal tables would carry nothing, so none is made while somebody's table was just seen to be equal. */
  onTimer(now: number): void {
    const { members, deadlines } = this.#parts;
    const scale = Math.max(1, Math.log2(members.groupSize / 32));
    deadlines.add(now + this.#config.fullSyncEveryMs * scale, { kind: 'fullSync' });
    const [member] = members.order.pick(1, (candidate) => candidate.status === 'alive' && candidate.trailer === true);
    if (member !== undefined && !this.#agreed) this.#sync(now, member);
    this.#agreed = false;
  }

  #sync(now: number, member: Member): void {
    this.#lastSyncAt = now;
    this.#differsSince = undefined;
    this.#parts.counters.fullSyncs += 1;
    this.#parts.outbox.add({ kind: 'fullSync', address: member.address });
  }
}
