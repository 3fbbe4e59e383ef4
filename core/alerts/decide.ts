import type { Issue } from '~/contract/shapes/view.ts';
import type { Seen } from '~/core/issues/detect.ts';
import { fits, hides, inForce, isWorse, type Alertable, type Rule, type Silence } from './rule.ts';

/**
 * Who is told what now. Nothing is remembered but what each channel has been told; the rest is compared with the present
 * at each look, so a server that was away, or takes over, goes on where the last message ended.
 *
 * 1. The end of an issue is told to exactly those that were told of its beginning.
 * 2. While an issue lasts, its beginning is told once to a channel; once more for each step that it gets worse.
 * 3. What is told changes together with the message that tells it: whoever keeps both in one transaction loses nothing.
 * 4. A channel without room for another message is told later, of what is true then.
 */

/** A channel has been told of this issue. */
export type Told = {
  readonly channel: string;
  /** As it was told last: at its worst. */
  readonly issue: Pick<Issue, 'id' | 'code' | 'severity' | 'object' | 'sentence' | 'wayOut' | 'since'>;
  /** When it was first seen: one that is seen later is another one. */
  readonly first: number;
  /** Of the last message about it. */
  readonly at: number;
  /** Since when its end, or that it is worse, waits to be told. Need not be kept. */
  readonly changedAt: number | null;
};

export const changes = ['raised', 'worsened', 'reminded', 'cleared'] as const;
export type Change = (typeof changes)[number];
export type Item = { readonly change: Change; readonly issue: Told['issue'] };
export type Message = { readonly channel: string; readonly items: readonly Item[] };

export type Present = {
  readonly now: number;
  readonly open: readonly Alertable[];
  /** Also what is within its grace or cannot be judged: it is not over. */
  readonly seen: Seen;
  readonly silences: readonly Silence[];
  readonly rules: readonly Rule[];
  /** Channels for which no more messages may wait. */
  readonly full: ReadonlySet<string>;
  /** Channels through which nothing goes now: they are not told of that over themselves. */
  readonly failing: ReadonlySet<string>;
};

/** `told` is the whole memory from now on; `put` and `drop` are what a message has changed in it. */
export type Decided = { readonly told: readonly Told[]; readonly messages: readonly Message[]; readonly put: readonly Told[]; readonly drop: readonly Told[] };

export const alertLimits = {
  /** What begins within this time of something else is told with it. */
  groupMs: 5000,
  itemsMax: 100,
  /** Two servers may have seen one beginning so far apart. */
  toleranceMs: 10_000,
} as const;

/** That alerts do not arrive cannot be told over the way on which they do not. */
export const failingCode = 'alerts-failing';

export function decide(told: readonly Told[], present: Present): Decided {
  const named = new Set(present.rules.map(({ channel }) => channel));
  const all = { told: told.filter(({ channel }) => named.has(channel)), messages: [] as Message[], put: [] as Told[], drop: [] as Told[] };
  const silences = inForce(present.silences, present.now);
  const hushed = new Set(present.open.filter((one) => one.issue.muted !== undefined || silences.some((silence) => hides(silence, one))).map(({ issue }) => issue.id));
  const open = new Map(present.open.map((one) => [one.issue.id, one]));
  for (const rule of present.rules) {
    if (!rule.enabled) continue;
    const mine = all.told.filter(({ channel }) => channel === rule.channel);
    const decided = decideFor(rule, mine, { ...present, hushed, byId: open });
    all.told = [...all.told.filter(({ channel }) => channel !== rule.channel), ...decided.told];
    if (decided.message !== null) all.messages.push(decided.message);
    all.put.push(...decided.put);
    all.drop.push(...decided.drop);
  }
  return all;
}

type Due = Item & { readonly dueAt: number; readonly first: number; readonly before: Told | null };
type More = Present & { readonly hushed: ReadonlySet<string>; readonly byId: ReadonlyMap<string, Alertable> };

function decideFor(rule: Rule, mine: readonly Told[], more: More) {
  const { now, seen } = more;
  const looked = mine.map((one): Told => {
    const issue = more.byId.get(one.issue.id)?.issue;
    const changed = issue ? isWorse(issue.severity, one.issue.severity) && !more.hushed.has(issue.id) : isOver(one, seen);
    return { ...one, first: issue ? (seen.get(issue.id) ?? one.first) : one.first, changedAt: changed ? (one.changedAt ?? now) : null };
  });
  const due = dueFor(rule, looked, more);
  const ripe = due.some(({ dueAt }) => now >= dueAt + alertLimits.groupMs);
  if (!ripe || more.full.has(rule.channel)) return { told: looked, message: null, put: [], drop: [] };
  const sent = due.toSorted(worstFirst).slice(0, alertLimits.itemsMax);
  const put = sent.filter(({ change }) => change !== 'cleared').map(({ issue, first }): Told => ({ channel: rule.channel, issue, first, at: now, changedAt: null }));
  const drop = sent.flatMap(({ change, before }) => (change === 'cleared' && before ? [before] : []));
  const touched = new Set(sent.map(({ issue }) => issue.id));
  return { told: [...looked.filter(({ issue }) => !touched.has(issue.id)), ...put], message: { channel: rule.channel, items: sent.map(({ change, issue }): Item => ({ change, issue })) }, put, drop };
}

function isOver({ issue, first }: Told, seen: Seen): boolean {
  const again = seen.get(issue.id);
  return again === undefined || again > first + alertLimits.toleranceMs;
}

function dueFor(rule: Rule, mine: readonly Told[], { now, open, seen, hushed, failing, byId }: More): Due[] {
  const known = new Set(mine.map(({ issue }) => issue.id));
  const raised = open.flatMap((one): Due[] => {
    const first = seen.get(one.issue.id) ?? one.issue.since;
    if (known.has(one.issue.id) || hushed.has(one.issue.id) || !fits(rule, one) || now - first < rule.forMs) return [];
    // Where none fails any more, the picture is from a moment ago.
    if (one.issue.code === failingCode && (failing.size === 0 || failing.has(rule.channel))) return [];
    return [{ change: 'raised', issue: plain(one.issue), dueAt: first + rule.forMs, first, before: null }];
  });
  const later = mine.flatMap((before): Due[] => {
    const issue = byId.get(before.issue.id)?.issue;
    const { first, changedAt } = before;
    if (changedAt !== null) return [{ change: issue ? 'worsened' : 'cleared', issue: issue ? plain(issue) : before.issue, dueAt: changedAt, first, before }];
    const remind = rule.repeatMs > 0 && issue?.severity === 'critical' && issue.acknowledged === undefined && !hushed.has(issue.id) && now - before.at >= rule.repeatMs;
    return remind ? [{ change: 'reminded', issue: plain(issue), dueAt: before.at + rule.repeatMs, first, before }] : [];
  });
  return [...raised, ...later];
}

const plain = ({ id, code, severity, object, sentence, wayOut, since }: Issue): Told['issue'] => ({ id, code, severity, object, sentence, wayOut, since });

const worstFirst = (a: Due, b: Due) =>
  Number(a.change === 'cleared') - Number(b.change === 'cleared') || Number(isWorse(b.issue.severity, a.issue.severity)) - Number(isWorse(a.issue.severity, b.issue.severity)) || a.issue.since - b.issue.since || (a.issue.id < b.issue.id ? -1 : 1);
