import { answer, commit, duty, heldEpoch, leading, order, read, type MemberState } from './member-state.ts';
import type { MemberRequest } from './messages.ts';

/**
 * The old master's part in a switchover. The one idea: it stops because the record says so, and goes on only because a
 * LATER record says so. Whoever gives up and whoever decides change the same record, so only one of them can.
 */

/** A coordinator says that the record of this revision has been written; it may not have come here yet. */
export function askedToFreeze(m: MemberState, request: number, asked: { readonly epoch: number; readonly revision: number; readonly now: number }): void {
  const { epoch, revision, now } = asked;
  m.waiting.set(request, { epoch, revision, until: now + m.timing.switchMs });
}

/** Freezes for the requests whose record is here. True when it needs to read first. */
export function freeze(m: MemberState, now: number): boolean {
  for (const [request, { epoch, revision, until }] of m.waiting) {
    const { state } = m.records;
    const there = state !== null && state.revision >= revision;
    if (!there && now < until) {
      if (m.store) continue;
      read(m, now);
      return true;
    }
    m.waiting.delete(request);
    if (!state || state.revision !== revision || state.value.phase !== 'switching' || heldEpoch(m) !== epoch || !leading(m)) {
      answer(m, request, { kind: 'frozen', vclock: null });
      continue;
    }
    m.frozenFor = revision;
    m.errands.set(order(m, { kind: 'freeze', epoch }, m.timing.switchMs), { request, kind: 'freeze', consentTo: null, until: now + m.timing.switchMs });
  }
  return false;
}

/** Since when this agent sees the switchover that the record says. */
export function watchSwitch(m: MemberState, now: number): void {
  const { state } = m.records;
  if (state?.value.phase !== 'switching' || state.value.master !== m.uuid) m.switching = null;
  else if (m.switching?.revision !== state.revision) m.switching = { revision: state.revision, since: now };
}

/** Gives the switchover up when its time is over, whoever ordered it; also one that the provider has forgotten. */
export function abort(m: MemberState, now: number): boolean {
  const { state } = m.records;
  if (!state || !((m.switching && now >= abortAt(m)) || forgotten(m))) return false;
  commit(m, now, { work: 'abort', when: ['state'], writes: { state: { ...state.value, phase: 'normal', target: null, deadlineMs: null } } });
  return true;
}

/** The provider was put back to before the switchover: only a record that is written anew shows that nobody decides it any more. */
const forgotten = (m: MemberState): boolean => leading(m) && m.report?.frozen === true && m.records.state?.value.phase === 'normal' && m.frozenFor !== null && m.records.state.revision <= m.frozenFor;

/** When it is to be given up. */
export const abortAt = (m: MemberState): number => (m.switching ? m.switching.since + (m.records.state?.value.deadlineMs ?? m.timing.switchMs) : Infinity);

/** Goes on after a switchover was given up: the record says so, and it is younger than the one it was frozen for. */
export function unfreeze(m: MemberState, now: number): void {
  const { state } = m.records;
  const epoch = heldEpoch(m);
  if (epoch === null || !state || !m.report?.frozen || m.report.promoted !== epoch) return;
  if (state.value.phase === 'normal' && (m.frozenFor === null || state.revision > m.frozenFor)) duty(m, { kind: 'unfreeze', epoch }, { now, timeoutMs: m.timing.switchMs });
}

/** A candidate's part: have what the old master has. */
export function askedToCatchUp(m: MemberState, request: number, { now, ...wanted }: Omit<Extract<MemberRequest, { kind: 'catchUp' }>, 'kind'> & { readonly now: number }): void {
  const { epoch, from, vclock, cut, timeoutMs } = wanted;
  const call = order(m, { kind: 'catchUp', epoch, from, vclock, cut: cut !== null }, timeoutMs);
  m.errands.set(call, { request, kind: 'catchUp', consentTo: null, until: now + timeoutMs, cut });
}
