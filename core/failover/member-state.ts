import { emptyDisk, type Exit, type InstanceOrder, type MemberDisk, type MemberEffect } from './member-messages.ts';
import { written, type Change, type Condition, type InstanceReport, type MemberAnswer } from './messages.ts';
import type { Policy } from './quorum.ts';
import { leaseKey, noRecords, stateKey, type LeaseRecord, type Records, type StateRecord } from './records.ts';
import type { Rules } from './rules.ts';
import type { ReplicasetSettings } from './settings.ts';
import type { Timing } from './timing.ts';
import type { Vclock } from './vclock.ts';

/** What a member knows, and the few moves that all its duties share. Each duty is a file of its own. */

export type StoreWork = 'renew' | 'confirm' | 'release' | 'abort' | 'policy' | 'unfence' | 'read';
type Writes = { readonly state?: StateRecord; readonly lease?: LeaseRecord };

/** `cut`: of catchUp, the revision of the switchover that the instance is cut off for. */
export type Errand = { readonly request: number; readonly kind: 'look' | 'freeze' | 'catchUp'; readonly consentTo: number | null; readonly until: number; readonly cut?: number | null };

export type MemberState = {
  readonly uuid: string;
  readonly rules: Rules;
  settings: ReplicasetSettings;
  timing: Timing;
  disk: MemberDisk;
  readonly startedAt: number;
  records: Records;
  /** The records were read once; before that nothing may be concluded from there being none. */
  known: boolean;
  report: InstanceReport | null;
  reportedAt: number;
  /** Set when the process has ended. */
  exit: Exit | null;
  /** One request to the provider at a time; the next not before `storeAt`. */
  store: { readonly call: number; readonly work: StoreWork; readonly sentAt: number; readonly until: number; readonly writes: Writes } | null;
  storeAt: number;
  /** The lease of this epoch, by this agent's own renewals: sent at, and until when it may write. */
  lease: { readonly epoch: number; readonly renewedAt: number; readonly deadline: number; readonly leaseMs: number } | null;
  /** It has said, or may have said, that this epoch is over here: nothing is begun in it any more. */
  given: number | null;
  /** One order of a duty at a time. */
  order: { readonly call: number; readonly kind: InstanceOrder['kind']; readonly until: number } | null;
  orderAt: number;
  /** The epoch for which this agent has stopped its instance, and has not ordered a promotion since. */
  fenced: number | null;
  /** Orders that answer somebody's request. */
  readonly errands: Map<number, Errand>;
  /** Freeze requests that wait for the record they speak of. */
  readonly waiting: Map<number, { readonly epoch: number; readonly revision: number; readonly until: number }>;
  /** The switchover this agent sees: its record's revision, and since when. */
  switching: { readonly revision: number; readonly since: number } | null;
  /** This instance was frozen for the record of that revision. */
  frozenFor: number | null;
  /** How its instance stood when it offered to take over in the switchover of that revision. */
  offer: { readonly revision: number; readonly epoch: number; readonly life: number; readonly turn: number; readonly start: Vclock; readonly at: number } | null;
  promise: { readonly epoch: number; readonly until: number } | null;
  round: { readonly epoch: number; readonly leaseMs: number; readonly sentAt: number; readonly until: number; readonly calls: Set<number>; readonly voters: Map<number, string>; readonly granted: Set<string> } | null;
  roundAt: number;
  /** It goes on by promises since its last renewal. */
  failsafe: boolean;
  /** Others that are asked whether they know of a later epoch. */
  objections: { readonly epoch: number; readonly calls: Set<number>; readonly until: number } | null;
  /** A question to the master about its journal. */
  question: { readonly call: number; readonly epoch: number; readonly until: number } | null;
  questionAt: number;
  /** What the comparison with the master of this epoch gave. */
  verdict: { readonly epoch: number; readonly life: number; readonly kind: 'part' | 'diverged'; readonly detail: string } | null;
  /** The policy that is on its way into the record; both count meanwhile. */
  proposed: Policy | null;
  stopping: boolean;
  calls: number;
  out: MemberEffect[];
};

export function initialMember(given: { uuid: string; rules: Rules; settings: ReplicasetSettings; timing: Timing; disk: MemberDisk | null }, now: number): MemberState {
  return {
    ...given, disk: given.disk ?? emptyDisk, startedAt: now, records: noRecords, known: false, report: null, reportedAt: now, exit: null, store: null, storeAt: now, lease: null, given: null, order: null, orderAt: now, fenced: null,
    errands: new Map(), waiting: new Map(), switching: null, frozenFor: null, offer: null, promise: null, round: null, roundAt: now, failsafe: false, objections: null, question: null, questionAt: now, verdict: null, proposed: null, stopping: false, calls: 0, out: [],
  };
}

/** The epoch that this member holds the lease of, or null. */
export function heldEpoch(m: MemberState): number | null {
  const { state, lease } = m.records;
  if (state?.value.master !== m.uuid || lease?.value.holder !== m.uuid) return null;
  return lease.value.epoch === state.value.epoch && lease.value.released === null ? state.value.epoch : null;
}

/** The instance writes, or may write again, in the epoch it holds. */
export const leading = (m: MemberState): boolean => {
  const epoch = heldEpoch(m);
  return epoch !== null && m.report?.promoted === epoch && m.records.state?.value.phase !== 'promoting';
};

/** By its own configuration, which may be newer or older than others'. */
export const disabled = ({ settings, uuid }: MemberState): boolean => settings.members.find((member) => member.uuid === uuid)?.disabled !== false;

/** The highest epoch this agent knows of: also that of a master that it knows by its promise alone. */
export const knownEpoch = (m: MemberState): number => Math.max(m.records.state?.value.epoch ?? 0, m.report?.epoch ?? 0, m.disk.known, m.disk.promised);

export const nextCall = (m: MemberState): number => ++m.calls;

export function order(m: MemberState, given: InstanceOrder, timeoutMs: number): number {
  const call = nextCall(m);
  m.out.push({ kind: 'order', call, order: given, timeoutMs });
  return call;
}

/** Has the instance do a duty, one at a time; to stop it may always be said. */
export function duty(m: MemberState, given: InstanceOrder, { now, timeoutMs }: { now: number; timeoutMs: number }): void {
  // Copies may take as long as they like to confirm: that holds nothing else up.
  const free = m.order === null || (m.order.kind === 'acknowledge' && given.kind !== 'acknowledge') || (given.kind === 'demote' && m.order.kind !== 'demote' && m.order.kind !== 'join');
  if (!free || now < m.orderAt) return;
  m.order = { call: order(m, given, timeoutMs), kind: given.kind, until: now + timeoutMs };
  m.fenced = null;
}

export const answer = (m: MemberState, request: number, given: MemberAnswer): void => void m.out.push({ kind: 'answer', request, answer: given });

/** Changes records of this replicaset where they are as this member has seen them. */
export function commit(m: MemberState, now: number, { work, writes, when }: { work: StoreWork; writes: Writes; when: readonly ('state' | 'lease')[] }): void {
  const keys = { state: stateKey(m.settings.uuid), lease: leaseKey(m.settings.uuid) };
  const conditions: Condition[] = when.map((name) => ({ key: keys[name], revision: m.records[name]?.revision ?? null }));
  const put = (['state', 'lease'] as const).flatMap((name) => (writes[name] ? [{ key: keys[name], value: writes[name] }] : []));
  const change: Change = { when: conditions, put, remove: [], takesOver: false };
  const call = nextCall(m);
  m.store = { call, work, sentAt: now, until: now + m.timing.callMs, writes };
  m.out.push({ kind: 'commit', call, change, timeoutMs: m.timing.callMs });
}

export function read(m: MemberState, now: number): void {
  const call = nextCall(m);
  m.store = { call, work: 'read', sentAt: now, until: now + m.timing.callMs, writes: {} };
  m.out.push({ kind: 'read', call, timeoutMs: m.timing.callMs });
}

export function done(m: MemberState, writes: Writes, revision: number): void {
  m.records = written(m.records, writes, revision);
}
