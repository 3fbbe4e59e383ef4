import type { durabilities, failoverModes, failsafes } from '~/contract/shapes/failover.ts';
import type { causeNames, phaseNames, standings } from '~/contract/shapes/failover-view.ts';
import type { Mark } from './health.ts';

/** What failover's words mean, for who meets them the first time. */

export type Mode = (typeof failoverModes)[number];
export type Failsafe = (typeof failsafes)[number];
export type Durability = (typeof durabilities)[number];
export type Phase = (typeof phaseNames)[number];
export type Cause = (typeof causeNames)[number];
export type Standing = (typeof standings)[number];
type Words = { readonly label: string; readonly means: string };

export const modeWords = {
  stateful: { label: 'Stateful', means: 'A coordinator appoints masters by leases in a state provider. A master that is lost is replaced by itself; two that write are impossible.' },
  manual: { label: 'Manual', means: 'Leases and records as above, but nobody else than who led is appointed by itself: people switch over and promote.' },
  eventual: { label: 'Eventual', means: 'The first in priority that gossip calls alive. Unsafe: two that hear different things have two masters.' },
  disabled: { label: 'Disabled', means: 'The first in priority is the master, as configured. When it is lost nobody takes over.' },
} as const satisfies Record<Mode, Words>;

export const failsafeWords = {
  off: { label: 'Off', means: 'Without the state provider a master is read-only at the end of its lease, and writes again with the provider.' },
  majority: { label: 'Majority', means: 'The master goes on while most of the members promise to agree to nobody else.' },
  all: { label: 'All', means: 'The master goes on only while every member promises so; then a single consent is enough for the next master.' },
} as const satisfies Record<Failsafe, Words>;

export const durabilityWords = {
  availability: { label: 'Availability', means: 'The master alone acknowledges. Fastest; what a cut-off master acknowledged in its last lease may be lost, is counted and kept.' },
  quorum: { label: 'Quorum', means: 'A majority of the copies has the row before it is acknowledged. Nothing acknowledged is lost by a failover.' },
  strict: { label: 'Strict', means: 'Every copy has the row. Nothing is acknowledged while one copy is away.' },
} as const satisfies Record<Durability, Words>;

export const causeWords = {
  first: { label: 'First appointment', means: 'there was no record of a master' },
  adopted: { label: 'Taken over as it was', means: 'it led when failover was switched on' },
  crash: { label: 'Failover: process ended', means: 'its agent saw the process end and gave the lease back' },
  expiry: { label: 'Failover: lease ran out', means: 'nobody renewed the lease for its whole length' },
  switchover: { label: 'Switchover', means: 'somebody asked for it' },
  autoreturn: { label: 'Autoreturn', means: 'the first in priority is complete again' },
  forced: { label: 'Forced promotion', means: 'somebody appointed it without waiting for all' },
  restored: { label: 'Restored record', means: 'members knew more than the state provider' },
} as const satisfies Record<Cause, Words>;

export const standingWords = {
  master: { label: 'master', means: 'writes, as long as its lease lasts' },
  candidate: { label: 'candidate', means: 'is appointed, and on the way to being the master' },
  follower: { label: 'follower', means: 'has the rows of the master and takes each new one' },
  fenced: { label: 'fenced', means: 'led once, or has rows of its own: neither writes nor follows' },
  waiting: { label: 'waiting', means: 'nobody leads, or it does not know who does' },
} as const satisfies Record<Standing, Words>;

export const standingMarks = { master: 'ok', candidate: 'warning', follower: 'ok', fenced: 'critical', waiting: 'warning' } as const satisfies Record<Standing, Mark>;

export const phaseWords = {
  normal: { label: 'normal', means: 'one leads and writes' },
  switching: { label: 'switching', means: 'the old master holds its writes until the new one has every row' },
  promoting: { label: 'promoting', means: 'decided; the new master is on its way' },
} as const satisfies Record<Phase, Words>;

/** A cause is a change that nobody asked for. */
export const isFailover = (cause: Cause): boolean => cause === 'crash' || cause === 'expiry';
