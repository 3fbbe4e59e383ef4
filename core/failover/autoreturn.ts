import { ask, begin, type Bench, type Case } from './coordinator-state.ts';
import type { Command } from './coordinator-messages.ts';
import { compare } from './divergence.ts';

/**
 * Going back to the one that people prefer. The one idea: it is a switchover and never a failover, and it waits until
 * the preferred one has followed without a break for as long as was configured, and the master does nothing that it would break off.
 */
export function preferredOf(c: Case): string | null {
  const { preferredZone, members } = c.settings;
  const able = members.filter(({ electable, disabled, anonymous }) => electable && !disabled && !anonymous).toSorted((a, b) => a.priority - b.priority);
  return (able.find(({ zone }) => preferredZone === null || zone === preferredZone) ?? able[0])?.uuid ?? null;
}

/** When the preferred one is to be looked at; Infinity: there is nothing to go back to. */
export function lookAt(c: Case): number {
  const state = c.records.state?.value;
  if (c.settings.autoreturnMs === null || c.settings.mode !== 'stateful' || state?.phase !== 'normal' || c.records.lease?.value.released) return Infinity;
  return preferredOf(c) === state.master ? Infinity : c.autoreturn.lookAt;
}

export function look(b: Bench, c: Case, now: number): void {
  const to = preferredOf(c);
  if (to === null) return;
  begin(c, { cause: 'autoreturn', stage: 'looking', until: now + b.timing.hearMs });
  c.autoreturn.lookAt = now + Math.max(250, (c.settings.autoreturnMs ?? 0) / 4);
  for (const uuid of new Set([to, c.records.state?.value.master ?? to])) ask(b, c, { to: uuid, body: { kind: 'hear', consentTo: null }, timeoutMs: b.timing.hearMs });
}

/** The switchover to order now, if it has lasted long enough. */
export function looked(c: Case, now: number): Extract<Command, { kind: 'switchover' }> | null {
  const { round } = c;
  const state = c.records.state?.value;
  const target = preferredOf(c);
  c.round = null;
  const report = target === null ? null : round?.heard.get(target)?.report;
  const master = state ? round?.heard.get(state.master)?.report : null;
  const well = report && master && state && report.sick === null && report.upstream === state.master && report.epoch === state.epoch && compare(report.copy, master.copy).kind !== 'foreign';
  if (!well || target === null) {
    c.autoreturn.since = null;
    return null;
  }
  c.autoreturn.since ??= now;
  if (now < c.autoreturn.since + (c.settings.autoreturnMs ?? 0)) return null;
  // Nothing presses, and what is broken off has to be mended by a person.
  if (master.busy) return null;
  c.autoreturn.since = null;
  return { kind: 'switchover', id: `autoreturn-${state.epoch}`, replicaset: c.replicaset, target, cause: 'autoreturn' };
}
