import { lacking, type Choice } from './candidate.ts';
import { ask, commit, end, type Bench, type Case, type Round } from './coordinator-state.ts';
import { ahead, compare, lastEntry, reference, type Copy, type JournalEntry } from './divergence.ts';
import { choiceOf, hear, knownEpoch, lacks, policyFor, releaseIn, withCopy } from './hearing.ts';
import { decisionKey, type Cause, type DecisionRecord, type LeaseRecord, type StateRecord } from './records.ts';
import type { Policy } from './quorum.ts';
import { componentOf } from './vclock.ts';

/**
 * From what was heard to the decision. The one idea: one transaction appoints, and it holds only if nothing it rests on
 * has changed: the coordinator's term, the state, the lease. Everything before it can be dropped at any moment.
 */

/** `over`: nobody else will be heard. */
export function weigh(b: Bench, c: Case, { now, over }: { readonly now: number; readonly over: boolean }): void {
  const { round } = c;
  if (round?.stage !== 'hearing') return;
  const all = round.heard.size === round.asked.size;
  const missing = lacks(b, c, round, now);
  if (!over && !all && (missing !== null || !early(c, round))) return;
  const again = now + b.timing.renewMs / 2;
  if (missing === null && b.rules.nextEpoch(knownEpoch(c, round)) > round.epoch && b.rules.consentsMin(policyFor(c)) > 0) return hear(b, c, now);
  if (missing !== null) return end(b, c, { ok: false, why: missing, againAt: again });
  round.choice = choiceOf(c, round);
  if (round.choice.chosen !== null) return fetch(b, c, now);
  end(b, c, { ok: false, why: `Nobody can lead: ${round.choice.standings.map(({ uuid, why }) => `${uuid}: ${why}`).join(' ')}`, againAt: again });
}

/** Waiting for the others cannot bring more: whoever would lead has everything that the old master wrote, or all but it have answered. */
function early(c: Case, round: Round): boolean {
  const master = c.records.state?.value.master;
  const { highest, records } = c;
  if (round.cause === 'first' || highest > (records.state?.value.epoch ?? 0)) return false;
  const others = [...round.asked.values()].every((uuid) => uuid === master || round.heard.has(uuid));
  const { chosen } = choiceOf(c, round);
  if (chosen === null) return false;
  const written = releaseIn(c)?.vclock;
  const report = round.heard.get(chosen)?.report;
  const lost = written != null && report != null ? lacking(report.copy, { vclock: written }) : null;
  // Where more would be lost than may be, the old master may be up again and have it all.
  if (others) return lost === null || lost <= (c.settings.lossRowsMax ?? Infinity);
  return lost === 0;
}

/** Lets the chosen one fetch what another copy has, or goes on. */
export function fetch(b: Bench, c: Case, now: number): void {
  const { round } = c;
  const choice = round?.choice;
  const chosen = round && choice?.chosen ? round.heard.get(choice.chosen)?.report : null;
  const most = round && choice?.most ? round.heard.get(choice.most)?.report : null;
  if (!round || !choice?.chosen || !chosen) return;
  if (!most || choice.behindRows === 0 || choice.most === choice.chosen) return atRisk(b, c, now);
  if (compare(chosen.copy, most.copy).kind !== 'part') return without(b, c, now);
  round.stage = 'catchingUp';
  round.until = now + b.timing.catchUpMs;
  round.target = choice.chosen;
  round.wanted = most.copy.vclock;
  round.asked.clear();
  ask(b, c, { to: choice.chosen, body: { kind: 'catchUp', epoch: round.base.state?.value.epoch ?? 0, from: choice.most, vclock: most.copy.vclock, timeoutMs: b.timing.catchUpMs, cut: null }, timeoutMs: b.timing.catchUpMs });
}

export function fetched(b: Bench, c: Case, copy: Copy | null, now: number): void {
  const { round } = c;
  const target = round?.target;
  if (!round || target === null || target === undefined) return;
  const heard = round.heard.get(target);
  if (copy && heard?.report) round.heard.set(target, { ...heard, report: { ...heard.report, copy } });
  const most = round.choice?.most ? round.heard.get(round.choice.most)?.report?.copy : null;
  if (copy && most && ahead(copy, most) >= 0) return atRisk(b, c, now);
  without(b, c, now);
}

/** The one that was preferred cannot have it all: whoever has the most, if it can lead. */
function without(b: Bench, c: Case, now: number): void {
  const { round } = c;
  if (!round) return;
  const others = choiceOf(c, round, false);
  if (others.behindRows === 0 && others.chosen !== null) {
    round.choice = others;
    return atRisk(b, c, now);
  }
  if (policyFor(c).copies === 0 && others.chosen !== null) {
    round.choice = { ...others, behindRows: 0 };
    return atRisk(b, c, now, others.behindRows);
  }
  end(b, c, { ok: false, why: `${round.choice?.most ?? 'Somebody'} has rows that nobody who can lead could fetch.`, againAt: now + b.timing.renewMs / 2 });
}

/** Rows that only the old master has: it may be back soon, and how many may be left behind is configured. With quorum none of them was acknowledged. */
function atRisk(b: Bench, c: Case, now: number, behind = 0): void {
  const { round } = c;
  const chosen = round?.choice?.chosen;
  if (!round || !chosen) return;
  const release = releaseIn(c);
  const copy = round.heard.get(chosen)?.report?.copy ?? null;
  const lost = Math.max(behind, copy && release?.vclock ? lacking(copy, { vclock: release.vclock }) : 0);
  const force = round.command?.kind === 'promote' && round.command.force;
  if (lost > 0 && policyFor(c).copies === 0 && !force) {
    const { lossRowsMax } = c.settings;
    const backAt = backBy(b, c);
    if (now < backAt) return end(b, c, { ok: false, why: `${c.records.lease?.value.holder ?? 'It'} has ${lost} rows that nobody else has, and is expected back.`, againAt: Math.min(backAt, now + b.timing.retryMs) });
    if (lossRowsMax !== null && lost > lossRowsMax) return end(b, c, { ok: false, why: `${lost} rows would be lost, ${lossRowsMax} are allowed.`, againAt: now + b.timing.renewMs / 2 });
  }
  decide(b, c, { now, lost: release?.vclock ? lost : null });
}

/** Until when the old process is waited for. One that takes longer than is waited for is not waited for at all. */
function backBy(b: Bench, c: Case): number {
  const restartMs = releaseIn(c)?.restartMs ?? Infinity;
  return restartMs > b.timing.restartWaitMs ? -Infinity : (c.view?.receivedAt ?? -Infinity) + Math.min(restartMs * 1.5, b.timing.restartWaitMs);
}

/** The decision. `begins`: it stands cut off with this copy, so that is what its epoch begins with; otherwise it says so itself, and leads then. */
export function decide(b: Bench, c: Case, { now, lost, begins = null }: { readonly now: number; readonly lost: number | null; readonly begins?: { readonly origin: string; readonly copy: Copy } | null }): void {
  const { round } = c;
  const to = round?.choice?.chosen;
  if (!round || !to || b.term === null) return;
  const before = round.base.state?.value ?? null;
  const report = round.heard.get(to)?.report ?? null;
  round.epoch = Math.max(round.epoch, b.rules.nextEpoch(knownEpoch(c, round)));
  const cause = causeOf(c, round, report?.unleased ?? false);
  const confirmed: JournalEntry | null = begins && { epoch: round.epoch, master: to, origin: begins.origin, start: begins.copy.vclock, after: reference(lastEntry(begins.copy)) };
  const state: StateRecord = {
    epoch: round.epoch, master: to, phase: confirmed ? 'normal' : 'promoting', target: null, deadlineMs: null, confirmed: confirmed ?? newest(before, round), policy: round.cause === 'first' && withCopy(round).length === 0 ? aloneOf(policyFor(c), to) : policyFor(c), cause, unfenced: report?.unleased ? to : null,
    previous: before && { master: before.master, epoch: before.epoch, ownLsnKnown: before.confirmed && report ? componentOf((begins?.copy ?? report.copy).vclock, before.confirmed.origin) : null },
  };
  const lease: LeaseRecord = { epoch: round.epoch, holder: to, seq: 0, leaseMs: b.timing.leaseMs, released: null };
  const decision: DecisionRecord = { epoch: round.epoch, term: b.term, cause, from: before?.master ?? null, to, evidence: sentences(c, round.choice), rowsLost: lost };
  round.target = to;
  commit(b, c, { stage: 'deciding', now, writes: { state, lease }, when: round.command?.kind === 'switchover' ? ['state'] : ['state', 'lease'], more: [{ key: decisionKey(c.replicaset, round.epoch), value: decision }] });
}

/** A beginning: nobody else has a copy that could vote. The master asks for the others' as it is configured at once, and puts them into the record when they have one. */
const aloneOf = ({ copies, promises }: Policy, master: string): Policy => ({ voters: [master], copies: Math.min(copies, 1), promises: Math.min(promises, 1), gate: 0 });

function causeOf(c: Case, round: Round, unleased: boolean): Cause {
  if (round.command?.kind === 'promote') return 'forced';
  if (unleased) return 'adopted';
  return c.records.state !== null && knownEpoch(c, round) > c.records.state.value.epoch ? 'restored' : round.cause;
}

/** The record may be older than what the copies know: it came out of a backup, or its master never wrote. */
function newest(before: StateRecord | null, round: Round): JournalEntry | null {
  const entries = withCopy(round).flatMap(([, { report }]) => (report ? [lastEntry(report.copy)] : []));
  return [before?.confirmed ?? null, ...entries].reduce((best, entry) => (entry && entry.epoch > (best?.epoch ?? 0) ? entry : best), null);
}

function sentences(c: Case, choice: Choice | null): string[] {
  const lease = c.records.lease?.value;
  return [lease?.released ? `${lease.holder}: ${lease.released.why}.` : `The lease of ${lease?.holder ?? 'nobody'} is over.`, ...(choice?.standings.map(({ uuid, why }) => `${uuid}: ${why}`) ?? [])];
}

