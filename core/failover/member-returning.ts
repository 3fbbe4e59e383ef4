import type { Comparison, Copy } from './divergence.ts';
import { offering } from './member-offering.ts';
import { duty, heldEpoch, nextCall, type MemberState } from './member-state.ts';
import type { StateRecord } from './records.ts';

/**
 * Everybody who is not the master. The one idea: a copy fetches rows from the master of the newest epoch it knows or
 * from nobody, and only after it has been found to be a part of that master's history. Its own instance is stopped and
 * cut off first, so that what is compared does not move. One that the master's logs do not reach back to is made anew,
 * like one with rows of its own.
 */
export function follow(m: MemberState, now: number): void {
  const state = m.records.state?.value;
  const { report } = m;
  if (!state || !report || m.exit || state.master === m.uuid) return;
  const { epoch, master } = state;
  // The configuration had it lead without a lease after the record was written: it is heard, and appointed.
  if (state.unfenced !== null && report.unleased && report.writable) return;
  if (report.epoch > epoch) return;
  if ((report.hasData && report.epoch === epoch && report.upstream === master) || offering(m, now)) return;
  const options = { now, timeoutMs: m.timing.leaseMs };
  if (report.hasData && report.demoted !== epoch) return duty(m, { kind: 'demote', epoch }, options);
  if (state.phase === 'promoting' || !state.confirmed) return;
  if (!report.hasData) return duty(m, { kind: 'join', epoch, from: master }, { now, timeoutMs: joinMs });
  const verdict = m.verdict?.epoch === epoch && m.verdict.life === report.life ? m.verdict : judged(m, m.rules.compare(report.copy, asRecorded(state, report.copy)), epoch);
  if (!verdict) return question(m, now, state);
  if (verdict.kind === 'part' && report.gap !== master) return duty(m, { kind: 'follow', epoch, upstream: master }, options);
  if (m.settings.diverged === 'rebuild') duty(m, { kind: 'join', epoch, from: master }, { now, timeoutMs: joinMs });
}

const joinMs = 60_000;

/** What the record knows of the master's history: its newest entry. */
const asRecorded = ({ confirmed }: StateRecord, copy: Copy): Copy => ({ vclock: copy.vclock, journal: confirmed ? [confirmed] : [] });

function judged(m: MemberState, comparison: Comparison, epoch: number): MemberState['verdict'] {
  if (comparison.kind === 'foreign' || !m.report) return null;
  return judge(m, comparison, epoch);
}

function judge(m: MemberState, comparison: Comparison, epoch: number): MemberState['verdict'] {
  const life = m.report?.life ?? 0;
  switch (comparison.kind) {
    case 'part':
      m.verdict = { epoch, life, kind: 'part', detail: '' };
      break;
    case 'extra':
      m.verdict = { epoch, life, kind: 'diverged', detail: `It has rows that the master of epoch ${epoch} never had: ${Object.entries(comparison.rows).map(([origin, rows]) => `${rows} of origin ${origin}`).join(', ')}.` };
      break;
    case 'foreign':
      m.verdict = { epoch, life, kind: 'diverged', detail: `It is of a history that the master of epoch ${epoch} does not know.` };
  }
  if (m.verdict?.kind === 'diverged') m.out.push({ kind: 'tell', what: 'diverged', epoch, detail: m.verdict.detail });
  return m.verdict;
}

/** The record does not go back far enough: the master's own journal does. */
function question(m: MemberState, now: number, { epoch, master }: StateRecord): void {
  if (m.question || now < m.questionAt) return;
  const call = nextCall(m);
  m.question = { call, epoch, until: now + m.timing.callMs };
  m.questionAt = now + m.timing.renewMs / 2;
  m.out.push({ kind: 'ask', call, to: master, body: { kind: 'hear', consentTo: null }, timeoutMs: m.timing.callMs });
}

/** The master's copy, if it is the master's: one that has written its journal's entry of this epoch. */
export function questionAnswered(m: MemberState, copy: Copy | null): void {
  const { question, report } = m;
  m.question = null;
  if (!question || !copy || !report || report.demoted !== question.epoch || m.records.state?.value.epoch !== question.epoch) return;
  if (copy.journal.at(-1)?.epoch === question.epoch) judge(m, m.rules.compare(report.copy, copy), question.epoch);
}

/** Stops an instance that writes although somebody else leads. */
export function fence(m: MemberState, now: number): void {
  const { report } = m;
  const state = m.records.state?.value;
  if (!report || !state || m.exit) return;
  const deposed = report.promoted !== null && report.promoted < state.epoch && report.demoted !== state.epoch;
  const leaving = m.stopping && heldEpoch(m) === state.epoch && !m.rules.stopped({ demoted: report.demoted, fenced: m.fenced }, state.epoch);
  if (deposed || leaving) duty(m, { kind: 'demote', epoch: state.epoch }, { now, timeoutMs: m.timing.leaseMs });
}
