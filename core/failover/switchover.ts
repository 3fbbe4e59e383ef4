import { ask, begin, commit, end, read, type Bench, type Case } from './coordinator-state.ts';
import type { Command } from './coordinator-messages.ts';
import { decide } from './deciding.ts';
import { choiceOf, hear, lacks } from './hearing.ts';
import { holds, type MemberAnswer } from './messages.ts';
import type { Vclock } from './vclock.ts';

/**
 * Changing a healthy master for another one. The one idea: until the decision the old master only waits, and whoever
 * gives up first (it, this coordinator, the next one) changes the same record that the decision would change.
 *
 * prepare (the target has what the master has by now) -> announce (record says `switching`) -> freeze the master, which says what it has -> the target has it, and fetches from nobody any more -> decide.
 * What it has then is what its epoch begins with, so the decision itself can say so, and the target need not.
 */
export function startSwitchover(b: Bench, c: Case, command: Extract<Command, { kind: 'switchover' }>, now: number): void {
  const state = c.records.state?.value;
  begin(c, { cause: command.cause, command, stage: 'hearing', until: now });
  const refused = (why: string) => end(b, c, { ok: false, why, againAt: now });
  if (!state || !c.records.lease) return refused('Nobody leads yet.');
  if (state.phase !== 'normal') return refused('Another change of leadership is under way.');
  if (c.records.lease.value.released) return refused('The master is gone; it is being replaced.');
  if (command.target === state.master) return end(b, c, { ok: true, why: 'It leads already.', againAt: now });
  hear(b, c, now);
}

/** Who takes over; it comes close before the master is stopped for it. */
export function prepare(b: Bench, c: Case, { now, over }: { readonly now: number; readonly over: boolean }): void {
  const { round } = c;
  const state = round?.base.state?.value;
  if (!round || round.stage !== 'hearing' || !state) return;
  const choice = choiceOf(c, round);
  const heard = round.heard.has(state.master) && (round.heard.size === round.asked.size || round.heard.has(round.command?.target ?? ''));
  if (!heard && !over) return;
  const refused = (why: string) => end(b, c, { ok: false, why, againAt: now });
  const master = round.heard.get(state.master)?.report;
  if (master?.promoted !== state.epoch || !holds(master)) return refused('The master does not write.');
  const target = choice.chosen ? round.heard.get(choice.chosen)?.report : null;
  if (!choice.chosen || !target) return refused(`Nobody can take over: ${choice.standings.map(({ uuid, why }) => `${uuid}: ${why}`).join(' ')}`);
  if (target.upstream !== state.master || target.epoch !== state.epoch) return refused(`${choice.chosen} does not follow the master.`);
  const missing = lacks(b, c, round, now);
  if (missing) return refused(missing);
  round.choice = { ...choice, behindRows: 0 };
  round.target = choice.chosen;
  round.stage = 'preparing';
  round.until = now + b.timing.switchMs;
  round.wanted = master.copy.vclock;
  round.asked.clear();
  ask(b, c, { to: choice.chosen, body: { kind: 'catchUp', epoch: state.epoch, from: null, vclock: round.wanted, timeoutMs: b.timing.switchMs, cut: null }, timeoutMs: b.timing.switchMs });
}

export function prepared(b: Bench, c: Case, reached: boolean, now: number): void {
  const { round } = c;
  const state = round?.base.state?.value;
  if (!round || !state) return;
  if (!reached) return end(b, c, { ok: false, why: `${round.target ?? ''} does not keep up with the master.`, againAt: now });
  b.out.push({ kind: 'tell', replicaset: c.replicaset, what: 'switching', detail: `${state.master} to ${round.target ?? ''}` });
  commit(b, c, { stage: 'announcing', now, writes: { state: { ...state, phase: 'switching', target: round.target, deadlineMs: b.timing.switchMs } }, when: ['state'] });
}

export function freezeMaster(b: Bench, c: Case, now: number): void {
  const { round } = c;
  const state = c.records.state;
  if (!round || !state) return;
  round.base = c.records;
  round.stage = 'freezing';
  round.until = now + b.timing.switchMs;
  round.asked.clear();
  ask(b, c, { to: state.value.master, body: { kind: 'freeze', epoch: state.value.epoch, revision: state.revision }, timeoutMs: b.timing.switchMs });
}

export function frozen(b: Bench, c: Case, vclock: Vclock | null, now: number): void {
  const { round } = c;
  if (!round || round.target === null) return;
  if (!vclock) return giveUp(b, c, now);
  round.stage = 'catchingUp';
  round.wanted = vclock;
  round.asked.clear();
  const timeoutMs = Math.max(1, round.until - now);
  ask(b, c, { to: round.target, body: { kind: 'catchUp', epoch: round.base.state?.value.epoch ?? 0, from: null, vclock, timeoutMs, cut: round.base.state?.revision ?? null }, timeoutMs });
}

/** Null: it has not caught up. */
export function caughtUp(b: Bench, c: Case, answer: Extract<MemberAnswer, { kind: 'caughtUp' }> | null, now: number): void {
  if (answer?.copy) decide(b, c, { now, lost: 0, begins: answer.offer && { origin: answer.offer.origin, copy: answer.copy } });
  else giveUp(b, c, now);
}

/** Takes the announcement back, if it still stands. */
export function giveUp(b: Bench, c: Case, now: number): void {
  const state = c.records.state;
  const { round } = c;
  if (!round || state?.value.phase !== 'switching' || state.revision !== round.base.state?.revision) return end(b, c, { ok: false, why: 'The switchover was given up; the master stays.', againAt: now });
  b.out.push({ kind: 'tell', replicaset: c.replicaset, what: 'aborted', detail: `${state.value.master} stays` });
  commit(b, c, { stage: 'aborting', now, writes: { state: { ...state.value, phase: 'normal', target: null, deadlineMs: null } }, when: ['state'] });
}

/** A switchover that a coordinator before this one left behind. */
export function clearOrphan(b: Bench, c: Case, now: number): void {
  begin(c, { cause: 'switchover', stage: 'aborting', until: now });
  giveUp(b, c, now);
}

export const settle = (b: Bench, c: Case, now: number): void => read(b, c, 'settling', now);
