import type { Records } from '~/core/failover/records.ts';
import type { Timing } from '~/core/failover/timing.ts';

/**
 * When the lease in the record changed before this agent's eyes. So each member can say whether anybody leads, also where
 * nothing else reaches the master. What it found when it first looked may be old: only a change counts.
 */
export class LeaseSeen {
  /** Undefined: it has not looked yet. Null: there is none. */
  #revision: number | null | undefined = undefined;
  #changedAt = -Infinity;

  /** `records`: in the order of the store. */
  saw({ lease }: Records, now: number): void {
    const revision = lease?.revision ?? null;
    if (revision === this.#revision) return;
    if (this.#revision !== undefined && revision !== null) this.#changedAt = now;
    this.#revision = revision;
  }

  /** The master of the record may still write, as far as can be seen from here. */
  lasts({ state, lease }: Records, { now, timing }: { readonly now: number; readonly timing: Timing }): boolean {
    if (!state || !lease || lease.value.released !== null || state.value.phase === 'promoting' || lease.value.epoch !== state.value.epoch || lease.value.holder !== state.value.master) return false;
    return now - this.#changedAt <= Math.max(lease.value.leaseMs, timing.leaseMs) * (1 + timing.rho);
  }
}
