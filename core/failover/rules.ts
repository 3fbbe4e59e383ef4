import { compare, type Comparison, type Copy } from './divergence.ts';
import type { InstanceOrder } from './member-messages.ts';
import { consentsMin, heardMin, type Policy } from './quorum.ts';
import type { Timing } from './timing.ts';

/**
 * What safety rests on, each in one line and in one place. The machines are given these rules, so that the simulation
 * can take one away and show that two masters, or a lost row, follow.
 */
export type Rules = {
  /** Until when the holder may write, by its own clock. `answeredAt` does not count: the change may be older. */
  deadline(renewal: { readonly sentAt: number; readonly answeredAt: number }, timing: Timing): number;
  /** When an observer may call a lease over, by its own clock. `askedAt` does not count: the change may be younger. */
  leaseOverAt(seen: { readonly receivedAt: number; readonly askedAt: number }, timing: Timing): number;
  /** How long whoever promised consents to nobody else. */
  promisedMs(timing: Timing): number;
  heardMin(policy: Policy): number;
  consentsMin(policy: Policy): number;
  nextEpoch(known: number): number;
  compare(copy: Copy, base: Copy): Comparison;
  /** A change holds only where the record, and the coordinator's lock, are as they were seen. Undefined: it does not matter. */
  expected(revision: number | null, of: 'record' | 'lock'): number | null | undefined;
  /** Whether a member has promised still. */
  bound(promise: { readonly until: number } | null, now: number): boolean;
  /** Whether what an instance says of itself while it does this is what it comes to. Null: it does nothing. */
  settled(order: InstanceOrder['kind'] | null): boolean;
  /** Whether an instance that is neither stopped for this epoch nor its master may become its master still: an order to take over may be on its way to it that its agent does not know of. `history`: the epoch of its last rows. */
  takesOver(history: number, epoch: number): boolean;
  /** Whether an instance that stopped for this epoch stays so: a promotion may be on its way to it that its report does not know of. `fenced`: the epoch for which this agent has stopped it, and has ordered nothing since. */
  stopped(instance: { readonly demoted: number | null; readonly fenced: number | null }, epoch: number): boolean;
};

export const rules: Rules = {
  deadline: ({ sentAt }, { leaseMs, marginMs }) => sentAt + leaseMs - marginMs,
  leaseOverAt: ({ receivedAt }, { leaseMs, rho }) => receivedAt + leaseMs * (1 + rho),
  promisedMs: ({ leaseMs, rho }) => leaseMs * (1 + rho),
  heardMin,
  consentsMin,
  nextEpoch: (known) => known + 1,
  compare,
  expected: (revision) => revision,
  bound: (promise, now) => promise !== null && now < promise.until,
  settled: (order) => order !== 'demote' && order !== 'promote' && order !== 'takeOver',
  takesOver: (history, epoch) => history < epoch,
  stopped: ({ demoted, fenced }, epoch) => demoted === epoch && fenced === epoch,
};
