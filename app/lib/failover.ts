import type { CandidateRow, CoordinatorStanding, FailoverStatus, MemberStanding, Order, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import type { Health } from '~/contract/shapes/view.ts';
import type { Action } from './actions.ts';
import { countText, durationText, lagText } from './format.ts';
import { standingMarks } from './failover-words.ts';
import type { Mark } from './health.ts';

/** What the Failover page shows, worked out of the status. No drawing. */

export const failoverTabs = [
  { value: 'now', label: 'Now' },
  { value: 'incidents', label: 'Incidents' },
  { value: 'what-if', label: 'What if' },
  { value: 'lost', label: 'Lost and found' },
] as const;
export type FailoverTab = (typeof failoverTabs)[number]['value'];
export const failoverTabFrom = (wanted: string | null): FailoverTab => failoverTabs.find(({ value }) => value === wanted)?.value ?? 'now';

/** Modes in which there are leases, a coordinator and a state provider. */
export const isLeased = ({ mode }: Pick<FailoverStatus, 'mode'>): boolean => mode === 'stateful' || mode === 'manual';

export const activeCoordinator = ({ coordinators }: FailoverStatus): CoordinatorStanding | null => coordinators.find(({ active, heard }) => active && heard) ?? null;

export const masterOf = (set: ReplicasetStanding): MemberStanding | null => set.members.find(({ uuid }) => uuid === set.master?.uuid) ?? null;

/** Replicasets that keep data, the worst first. */
export function setsInOrder({ replicasets }: FailoverStatus): readonly ReplicasetStanding[] {
  const badness: readonly Health[] = ['critical', 'warning', 'unknown', 'ok'];
  return replicasets.toSorted((a, b) => badness.indexOf(a.health) - badness.indexOf(b.health) || a.alias.localeCompare(b.alias, 'en', { numeric: true }));
}

export type Trouble = { readonly key: string; readonly health: Health; readonly sentence: string; readonly more: string | null; readonly action: Action | null };

/** What a person has to look at, worst first. */
export function troublesOf(status: FailoverStatus): Trouble[] {
  const found = [...(isLeased(status) ? [...providerTroubles(status), ...coordinatorTroubles(status)] : []), ...setsInOrder(status).flatMap(setTroubles)];
  return found.toSorted((a, b) => Number(b.health === 'critical') - Number(a.health === 'critical'));
}

function providerTroubles({ provider }: FailoverStatus): Trouble[] {
  if (provider === null || provider.health === 'ok') return [];
  const who = provider.lostBy.length === 0 ? null : `Out of reach for ${provider.lostBy.map(({ alias }) => alias).join(', ')}; ${countText(provider.reachedBy, 'agent')} ${provider.reachedBy === 1 ? 'reaches' : 'reach'} it.`;
  return [{ key: 'provider', health: provider.health, sentence: provider.sentence, more: who, action: null }];
}

function coordinatorTroubles(status: FailoverStatus): Trouble[] {
  if (activeCoordinator(status) !== null) return [];
  const sentence = status.coordinators.length === 0 ? 'No instance has role failover-coordinator: nobody would appoint another master.' : 'No coordinator is active: a master that is lost now is not replaced.';
  const more = status.coordinators.length === 0 ? null : `${status.source.why ?? ''} Masters that renew their leases go on writing.`.trim();
  return [{ key: 'coordinator', health: 'critical', sentence, more, action: null }];
}

function setTroubles(set: ReplicasetStanding): Trouble[] {
  const own = (part: string, health: Health, sentence: string, more: string | null, action: Action | null = null): Trouble => ({ key: `${set.uuid} ${part}`, health, sentence, more, action });
  return [
    ...(set.manual === null ? [] : [own('manual', 'warning', `${set.alias} does not fail over by itself: ${set.manual}`, 'It waits until somebody has looked why.', { operation: 'failover.acknowledge', label: 'Acknowledge', input: { replicaset: set.alias } })]),
    ...(set.blocked === null ? [] : [own('blocked', set.health === 'ok' ? 'warning' : set.health, `${set.alias}: ${set.blocked}`, set.working)]),
    ...(set.unfenced === null ? [] : [own('unfenced', 'warning', `${set.unfenced.alias} may still write without a lease, so nobody else is appointed in ${set.alias} yet.`, null)]),
    ...(set.health === 'ok' || set.blocked !== null ? [] : [own('health', set.health, `${set.alias}: ${set.sentence}`, set.working)]),
    ...set.members.flatMap((one) => (one.diverged === null ? [] : [own(`diverged ${one.uuid}`, 'warning', `${one.alias} has rows that the master of ${set.alias} never had: ${one.diverged}`, 'They are put aside before it is made anew.')])),
  ];
}

export type MayLead = { readonly mark: Mark; readonly can: boolean; readonly why: string };

/** By what it reported last. The coordinator itself asks anew before it decides. */
export function mayLead(one: MemberStanding, set: ReplicasetStanding): MayLead {
  const not = (why: string, mark: Mark = 'off'): MayLead => ({ mark, can: false, why });
  if (set.master?.uuid === one.uuid) return { mark: one.heard ? 'ok' : 'unknown', can: true, why: 'leads' };
  if (one.disabled) return not('disabled');
  if (!one.heard) return not('its agent does not answer', 'unknown');
  if (!one.electable) return not('not electable');
  if (one.diverged !== null) return not(`has rows of its own: ${one.diverged}`, 'critical');
  if (one.obstacle !== null) return not(one.obstacle, 'warning');
  if (one.standing === 'fenced') return not('fenced: it neither writes nor follows', 'critical');
  const lag = one.lagSeconds === null ? '' : `, ${lagText(one.lagSeconds)} behind`;
  const next = set.next?.uuid === one.uuid ? 'would be next' : 'can lead';
  return { mark: 'ok', can: true, why: `${next}${one.upstream === null ? '' : `: follows ${one.upstream.alias}${lag}`}` };
}

export function standingMark({ standing, heard, disabled }: Pick<MemberStanding, 'standing' | 'heard' | 'disabled'>): Mark {
  if (disabled) return 'off';
  if (!heard) return 'unknown';
  // Without leases it says no more than whether it writes.
  return standing === null ? 'ok' : standingMarks[standing];
}

/** How the lease stood when it was told. */
export type LeaseView = { readonly share: number; readonly leftMs: number; readonly leaseMs: number; readonly state: 'held' | 'failsafe' | 'over' | 'unknown' };

export function leaseView(set: ReplicasetStanding): LeaseView {
  const master = masterOf(set);
  const leaseMs = master?.leaseMs ?? 0;
  const leftMs = Math.max(0, set.leaseLeftMs ?? 0);
  const none = { share: 0, leftMs: 0, leaseMs };
  if (master === null || leaseMs === 0 || !master.heard) return { ...none, state: 'unknown' };
  if (leftMs === 0) return { ...none, state: set.leaseLeftMs === null && master.writable !== false ? 'unknown' : 'over' };
  return { share: Math.min(1, leftMs / leaseMs), leftMs, leaseMs, state: master.failsafe ? 'failsafe' : 'held' };
}

export const lostOf = (instance: string): string => `/failover?${new URLSearchParams({ tab: 'lost', member: instance }).toString()}`;

/** What can be done to one replicaset now. */
export function failoverActions(set: ReplicasetStanding, mode: FailoverStatus['mode']): Action[] {
  const lone = set.members.length < 2 ? 'It has no other instance' : set.allRw ? 'Every instance of it is writable' : null;
  const unfit = lone === null ? {} : { unfit: lone };
  const gone = masterOf(set)?.heard === false || set.master === null;
  return [
    { operation: 'failover.switch', label: 'Switch the master', input: { replicaset: set.alias }, ...(lone ? unfit : gone ? { unfit: 'There is no master to hand over: promote another one' } : {}) },
    ...(set.manual === null ? [] : [{ operation: 'failover.acknowledge' as const, label: 'Acknowledge', input: { replicaset: set.alias } }]),
    { operation: 'replicaset.edit', label: mode === 'disabled' ? 'Edit priority' : 'Edit durability and priority', input: { replicaset: set.alias } },
    ...set.members.filter(({ uuid, disabled }) => uuid !== set.master?.uuid && !disabled).map(({ alias }): Action => ({ operation: 'failover.promote', label: `Promote ${alias}…`, input: { instance: alias }, danger: true, ...unfit })),
  ];
}

/** A pause with its end: "for 12 min more". */
export const pauseLeft = (until: number | null, now: number): string => (until === null ? 'until somebody resumes' : until <= now ? 'about to end' : `for ${durationText(until - now)} more`);

export const underWay = (orders: readonly Order[]): readonly Order[] => orders.filter(({ finishedAt }) => finishedAt === null);

export const candidateMark = ({ can, master }: Pick<CandidateRow, 'can' | 'master'>): Mark => (can || master ? 'ok' : 'off');
