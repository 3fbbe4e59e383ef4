import type { LeaseRecord, Records } from './records.ts';
import type { Rules } from './rules.ts';
import type { Timing } from './timing.ts';

/**
 * The lease as somebody else sees it. The one idea: what counts is when this observer received the last CHANGE of the
 * record; what the record says of time is nothing. A taker-over names the revision it saw, so an old view does no harm.
 */
export type LeaseView = {
  readonly revision: number | null;
  readonly epoch: number;
  /** When the last change came in, and when it had been asked for. */
  readonly receivedAt: number;
  readonly askedAt: number;
  /** Since when the records have been seen without a step back: a release that is older may be out of a backup. */
  readonly since: number;
  /** As the holder wrote it. */
  readonly leaseMs: number;
};

export function seeLease(before: LeaseView | null, records: Records, at: { readonly now: number; readonly askedAt: number }): LeaseView {
  const revision = records.lease?.revision ?? null;
  const epoch = records.state?.value.epoch ?? 0;
  if (before && before.revision === revision && before.epoch === epoch) return before;
  const back = before !== null && epoch < before.epoch;
  return { revision, epoch, receivedAt: at.now, askedAt: at.askedAt, since: before && !back ? before.since : at.now, leaseMs: records.lease?.value.leaseMs ?? 0 };
}

/** The holder's silence has lasted long enough. */
export const overAt = (view: LeaseView, rules: Rules, timing: Timing): number => rules.leaseOverAt(view, longer(timing, view.leaseMs));

/** The holder may go by another configuration. */
export const longer = (timing: Timing, leaseMs: number): Timing => (leaseMs > timing.leaseMs ? { ...timing, leaseMs } : timing);

/** The holder itself says that it is over. Believed only by who has watched for longer than any lease lasts. */
export function releasedBy(view: LeaseView, lease: LeaseRecord | undefined, { rules, timing, now }: { readonly rules: Rules; readonly timing: Timing; readonly now: number }): boolean {
  if (!lease?.released || lease.released.why === 'outdated') return false;
  return now >= rules.leaseOverAt({ receivedAt: view.since, askedAt: view.since }, longer(timing, view.leaseMs));
}
