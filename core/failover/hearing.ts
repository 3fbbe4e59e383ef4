import { choose, type Choice } from './candidate.ts';
import { ask, type Bench, type Case, type HeardMember, type Round } from './coordinator-state.ts';
import { historyOf } from './divergence.ts';
import { overAt } from './lease.ts';
import { policyOf, type Policy } from './quorum.ts';
import type { Release } from './records.ts';

/**
 * Asking the members before a decision. The one idea: what they say counts only if they say it after the old lease is
 * over, because until then a row may still be acknowledged that they do not have.
 */
export function hear(b: Bench, c: Case, now: number): void {
  const { round } = c;
  if (!round) return;
  const policy = policyFor(c);
  round.stage = 'hearing';
  round.until = now + b.timing.hearMs;
  round.epoch = b.rules.nextEpoch(knownEpoch(c, round));
  round.asked.clear();
  round.heard.clear();
  const consentTo = b.rules.consentsMin(policy) > 0 && !switches(round) ? round.epoch : null;
  for (const to of everybody(c)) ask(b, c, { to, body: { kind: 'hear', consentTo }, timeoutMs: b.timing.hearMs });
}

const switches = ({ cause }: Round): boolean => cause === 'switchover' || cause === 'autoreturn';

export function everybody(c: Case): string[] {
  const { voters } = policyFor(c);
  return [...new Set([...voters, ...c.settings.members.filter(({ anonymous }) => !anonymous).map(({ uuid }) => uuid)])];
}

export const policyFor = (c: Case): Policy => c.records.state?.value.policy ?? policyOf(c.settings);

export const knownEpoch = (c: Case, round: Round): number => Math.max(c.highest, c.records.state?.value.epoch ?? 0, releaseIn(c)?.known ?? 0, ...[...round.heard.values()].map(({ epoch, report }) => Math.max(epoch, report?.epoch ?? 0)));

export const releaseIn = (c: Case): Release | null => c.records.lease?.value.released ?? null;

/** Who has answered with a copy. */
export const withCopy = (round: Round): [string, HeardMember][] => [...round.heard].filter(([, { report }]) => report?.hasData);

/** A sentence that says who is missing, or null: enough have been heard, and enough agree. */
export function lacks(b: Bench, c: Case, round: Round, now: number): string | null {
  const policy = policyFor(c);
  const force = round.command?.kind === 'promote' && round.command.force;
  const answered = (uuid: string) => round.heard.has(uuid);
  const unfenced = c.records.state?.value.unfenced ?? null;
  if (unfenced !== null && round.cause !== 'first' && !switches(round) && !force) {
    // Who leads without a lease is named by the configuration, and may be another one by now.
    const silent = everybody(c).filter((uuid) => !answered(uuid));
    if (silent.length > 0) return `${unfenced} led without a lease, and ${silent.join(', ')} did not answer: it may be writing.`;
  }
  if (round.cause === 'first' && !force) {
    const silent = everybody(c).filter((uuid) => !answered(uuid));
    if (silent.length > 0) return `Nobody leads yet, and ${silent.join(', ')} did not answer: it may have data, or may be writing.`;
    // The records are gone, and with them how long the last lease lasts.
    const led = Math.max(...[...round.heard.values()].map(({ epoch }) => epoch));
    if (led > 0 && c.view && now < overAt(c.view, b.rules, b.timing)) return `Somebody has led in epoch ${led}, and the lease may last for ${Math.ceil(overAt(c.view, b.rules, b.timing) - now)} ms more.`;
  }
  const voices = withCopy(round).filter(([uuid]) => policy.voters.includes(uuid)).length;
  const needed = b.rules.heardMin(policy);
  if (round.cause !== 'first' && !force && voices < needed) return `${voices} of ${policy.voters.length} voters were heard with their data, ${needed} are needed so that no acknowledged row is missed.`;
  return disagrees(b, c, round, force);
}

function disagrees(b: Bench, c: Case, round: Round, force: boolean): string | null {
  // Its holder has said itself that it is over, or will stop when it is asked, promises or not.
  if (round.cause === 'crash' || switches(round)) return null;
  const policy = policyFor(c);
  const needed = b.rules.consentsMin(policy);
  const asked = [...round.heard].filter(([uuid, { consent }]) => policy.voters.includes(uuid) && consent !== null);
  const given = asked.filter(([, { consent }]) => consent?.given).length;
  const refusal = asked.find(([, { consent }]) => consent?.given === false);
  if (given >= needed || (force && !refusal)) return null;
  const why = refusal?.[1].consent?.given === false ? ` ${refusal[0]}: ${refusal[1].consent.why}` : '';
  return `${given} of ${policy.voters.length} voters agree, ${needed} are needed.${why}`;
}

/** `wanted`: the preferred zone, and somebody else than who failed to lead, come before whoever has the most. */
export function choiceOf(c: Case, round: Round, wanted = true): Choice {
  const { command } = round;
  const state = c.records.state?.value;
  const excluded = new Map<string, string>();
  const switching = command?.kind === 'switchover';
  if (switching && state) excluded.set(state.master, 'It leads now.');
  for (const [uuid, why] of writing(c, round)) if (!excluded.has(uuid)) excluded.set(uuid, why);
  const stays = !command && round.cause !== 'first' && (c.settings.mode === 'manual' || (c.manual !== null && c.manual.master === state?.master));
  const only = command?.target ?? (stays && state ? state.master : undefined);
  const given = { members: c.settings.members, heard: round.heard, preferredZone: wanted ? c.settings.preferredZone : null, current: state?.master ?? null, excluded };
  if (only !== undefined) return choose({ ...given, only });
  const failed = wanted ? failedToLead(c, round) : null;
  const others = failed === null ? null : choose({ ...given, current: null, excluded: new Map([...excluded, [failed, 'It was appointed, and did not take the lead while its lease lasted.']]) });
  return others?.chosen ? others : choose(given);
}

/** One that answers here and does not see the record would be appointed again and again: whoever else can lead goes first, and fetches what it has. */
function failedToLead({ records: { state } }: Case, { cause, heard }: Round): string | null {
  if (cause !== 'expiry' || !state) return null;
  const { phase, master, epoch } = state.value;
  const copy = heard.get(master)?.report?.copy;
  return phase === 'promoting' || (copy && historyOf(copy) < epoch) ? master : null;
}

/** One that may write without a lease is the only one who can lead, until it is heard that it does not. */
function writing(c: Case, round: Round): [string, string][] {
  const unfenced = c.records.state?.value.unfenced;
  const heard = [...round.heard].find(([, { report }]) => report?.unleased)?.[0];
  const writer = heard ?? (unfenced !== null && unfenced !== undefined && !round.heard.has(unfenced) ? unfenced : null);
  return writer === null ? [] : everybody(c).filter((uuid) => uuid !== writer).map((uuid) => [uuid, `${writer} may be writing without a lease.`]);
}
