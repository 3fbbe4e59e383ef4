import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError } from '~/contract/errors.ts';
import type { FailoverStatus, Move, Named, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { evacuationOf, type Evacuation } from '~/core/failover/evacuate.ts';
import { needsProvider, replicasetSettingsOf } from '~/core/topology/failover-settings.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { act, step } from './action.ts';
import { changeByEdits, type Intent } from './change.ts';
import type { Context } from './context.ts';
import { candidatesOf } from './failover-preview.ts';
import { standingIn } from './failover-names.ts';
import { changed, whyOf } from './failover-orders.ts';
import { migrationWayOut, stepInTheWay } from './migration-in-the-way.ts';
import { findInstance } from './names.ts';

/** Takes all masters away from some instances: switchovers, a few at a time, planned again after each with what is known then. */

export type Leaving = { readonly zone?: string | undefined; readonly host?: string | undefined; readonly instance?: string | undefined; readonly concurrency: number };

const deadlineMs = 600_000;
const triesMax = 3;
const againMs = 1000;

export async function evacuated(context: Context, intent: Intent, wanted: Leaving) {
  const { words, leaving } = leavingOf(context, wanted);
  const { failover } = context.services.runtime;
  const status = await failover.status();
  const plan = planOf(context, status, leaving);
  const masters = plan.moves.length + plan.refusals.length;
  if (!needsProvider(status.mode)) return byPriority(context, intent, { status, leaving, words });
  const refusals: Refusal[] = masters > 0 && plan.moves.length === 0 ? plan.refusals.map(({ replicaset, why }) => ({ code: 'noElectable', target: replicaset, sentence: `${aliasOf(status, replicaset)} cannot move: ${plain(status, why)}`, wayOut: 'Bring another member up, or make one electable.' })) : [];
  const migrating = (await Promise.all(plan.moves.map(({ replicaset }) => stepInTheWay(context, { uuid: replicaset, alias: aliasOf(status, replicaset) })))).filter((one) => one !== null);
  const action = {
    summary: masters === 0 ? `No master is ${words}.` : `Take ${plan.moves.length === 1 ? 'one master' : `${plan.moves.length} masters`} away from ${words.replace(/^(in|at|on) /, '')}.`,
    steps: plan.moves.map(({ replicaset, from, targets }) => step('moveMaster', replicaset, [`${aliasOf(status, replicaset)} is handed over by ${nameIn(status, from)}.`, `Can lead: ${targets.map((uuid) => nameIn(status, uuid)).join(', ')}.`])),
    refusals,
    warnings: [...(plan.moves.length === 0 ? [] : plan.refusals.map(({ replicaset, why }) => `${aliasOf(status, replicaset)} stays where it is: ${plain(status, why)}`)), ...migrating.map((one) => `${one} Its replicaset stays where it is, unless that has ended when its turn comes.`)],
  };
  return act(context, intent, { action, run: () => moveAll(context, { intent, leaving, concurrency: wanted.concurrency, words }) });
}

function leavingOf(context: Context, { zone, host, instance }: Leaving): { words: string; leaving: ReadonlySet<string> } {
  const named = [zone, host, instance].filter((value) => value !== undefined);
  if (named.length !== 1) throw new CoterieError('BAD_INPUT', 'Name exactly one of zone, host and instance.');
  const { instances } = context.services.runtime.state.overview;
  const configured = instances.filter(({ configured: is, expelled }) => is && !expelled);
  if (instance !== undefined) {
    const found = findInstance(context, instance);
    return { words: `on ${found.alias}`, leaving: new Set([found.uuid]) };
  }
  const found = configured.filter((view) => (zone !== undefined ? view.zone === zone : hostOf(view.uri) === host));
  if (found.length > 0) return { words: zone !== undefined ? `in zone ${zone}` : `at ${host}`, leaving: new Set(found.map(({ uuid }) => uuid)) };
  const there = [...new Set(configured.flatMap((view) => (zone !== undefined ? (view.zone ?? []) : hostOf(view.uri))))].toSorted();
  throw new CoterieError('NOT_FOUND', `No configured instance is ${zone !== undefined ? `in zone ${zone}` : `at ${host}`}. There ${there.length === 1 ? 'is' : 'are'}: ${there.join(', ') || 'none'}.`);
}

const hostOf = (uri: string) => uri.slice(0, uri.lastIndexOf(':')).replace(/^\[|\]$/g, '');

function planOf(context: Context, status: FailoverStatus, leaving: ReadonlySet<string>): Evacuation {
  const { config } = context.services.runtime.versions.current!;
  return evacuationOf(status.replicasets.filter(({ allRw }) => !allRw).map(({ uuid, master, phase }) => ({ settings: replicasetSettingsOf(config, uuid), state: master && { master: master.uuid, phase: phase ?? 'normal' } })), leaving);
}

const aliasOf = (status: FailoverStatus, replicaset: string) => status.replicasets.find(({ uuid }) => uuid === replicaset)?.alias ?? replicaset;
const nameIn = (status: FailoverStatus, instance: string) => status.replicasets.flatMap(({ members }) => members).find(({ uuid }) => uuid === instance)?.alias ?? instance;
const plain = (status: FailoverStatus, text: string) => status.replicasets.flatMap(({ members }) => members).reduce((words, { uuid, alias }) => words.replaceAll(uuid, alias), text);

type Moving = { readonly intent: Intent; readonly leaving: ReadonlySet<string>; readonly concurrency: number; readonly words: string };

async function moveAll(context: Context, { intent, leaving, concurrency, words }: Moving): Promise<{ moves: Move[]; sentence: string }> {
  const { failover } = context.services.runtime;
  const first = await failover.status();
  const planned = planOf(context, first, leaving);
  const moves = [...planned.moves.map(({ replicaset, from }) => moveIn(first, replicaset, { from, state: 'waiting', sentence: 'It waits for its turn.' })), ...planned.refusals.map(({ replicaset, why }) => moveIn(first, replicaset, { from: null, state: 'refused', sentence: plain(first, why) }))];
  const running = failover.orders.begin({ kind: 'evacuate', sentence: `Masters ${words} are handed over.`, by: signedIn(context).user, reason: intent.reason ?? null, moves });
  const until = performance.now() + deadlineMs;
  const open = new Map<string, Promise<void>>();
  const tried = new Set<string>();
  try {
    for (;;) {
      const status = await failover.status();
      const next = performance.now() > until ? undefined : planOf(context, status, leaving).moves.find(({ replicaset }) => !tried.has(replicaset));
      if (next && open.size < concurrency) {
        tried.add(next.replicaset);
        open.set(next.replicaset, moved(context, { status, replicaset: next.replicaset, leaving }, (move) => running.move(move)).finally(() => open.delete(next.replicaset)));
        continue;
      }
      if (open.size === 0) break;
      await Promise.race(open.values());
    }
  } finally {
    for (const move of running.order.moves) if (move.state === 'waiting') running.move({ ...move, state: 'skipped', sentence: performance.now() > until ? 'The time was up before its turn.' : 'It had moved already.' });
    running.end(sentenceOf(running.order.moves, words));
  }
  return { moves: running.order.moves, sentence: running.order.sentence };
}

type Mover = { status: FailoverStatus; replicaset: string; leaving: ReadonlySet<string> };

/** What is in the way may pass (a member that was not heard for a moment, a hand-over that was broken off): it is tried a few times. */
async function moved(context: Context, { status, replicaset, leaving }: Mover, tell: (move: Move) => void): Promise<void> {
  const standing = standingIn(status, replicaset, replicaset);
  const startedAt = performance.now();
  const move = (state: Move['state'], to: Named | null, sentence: string): void => tell({ replicaset: { uuid: replicaset, alias: standing.alias }, from: standing.master, to, state, sentence, tookMs: state === 'moving' ? null : Math.round(performance.now() - startedAt) });
  for (let tries = 1; ; tries += 1) {
    move('moving', null, 'It is asked who can lead.');
    const why = await handedOver(context, standing, leaving, move).catch(whyOf);
    if (why === null) return;
    if (tries === triesMax) return move('refused', null, why);
    move('moving', null, `It is tried again: ${why}`);
    await wait(againMs);
  }
}

/** Why not; null: it is. */
async function handedOver(context: Context, standing: ReplicasetStanding, leaving: ReadonlySet<string>, move: (state: Move['state'], to: Named | null, sentence: string) => void): Promise<string | null> {
  const step = await stepInTheWay(context, standing);
  if (step !== null) return `${step} ${migrationWayOut(standing.alias)}`;
  const rows = await candidatesOf(context, standing);
  const target = rows.find(({ uuid, can }) => can && !leaving.has(uuid));
  if (!target) return `Nobody else can lead: ${rows.filter(({ uuid }) => !leaving.has(uuid)).map(({ alias, why }) => `${alias}: ${why}`).join(' ') || 'there is no other member.'}`;
  const to = { uuid: target.uuid, alias: target.alias };
  move('moving', to, `${to.alias} takes over.`);
  const { epoch, tookMs } = await changed(context, { replicaset: { uuid: standing.uuid, alias: standing.alias }, target: to });
  move('done', to, `${to.alias} leads in epoch ${epoch}, after ${tookMs} ms.`);
  return null;
}

function moveIn(status: FailoverStatus, replicaset: string, { from, state, sentence }: { from: string | null; state: Move['state']; sentence: string }): Move {
  const standing = status.replicasets.find(({ uuid }) => uuid === replicaset);
  return { replicaset: { uuid: replicaset, alias: standing?.alias ?? replicaset }, from: from === null ? (standing?.master ?? null) : { uuid: from, alias: nameIn(status, from) }, to: null, state, sentence, tookMs: null };
}

function sentenceOf(moves: readonly Move[], words: string): string {
  const done = moves.filter(({ state }) => state === 'done' || state === 'skipped').length;
  const stayed = moves.filter(({ state }) => state === 'refused').map(({ replicaset, sentence }) => `${replicaset.alias} (${sentence})`);
  if (moves.length === 0) return `No master was ${words}.`;
  return stayed.length === 0 ? `${done} of ${moves.length} masters were handed over; none is ${words} any more.` : `${done} of ${moves.length} masters were handed over. Still ${words}: ${stayed.join(', ')}`;
}

/** Without leases: one change of the configuration, in which others come first. */
async function byPriority(context: Context, intent: Intent, { status, leaving, words }: { status: FailoverStatus; leaving: ReadonlySet<string>; words: string }) {
  const affected = status.replicasets.flatMap((standing) => (standing.master && !standing.allRw && leaving.has(standing.master.uuid) ? [{ standing, target: successor(standing, leaving) }] : []));
  const moves = affected.flatMap(({ standing, target }) => (target ? [{ standing, target }] : []));
  const stuck = affected.filter(({ target }) => target === null);
  if (moves.length === 0) {
    const refusals = stuck.map(({ standing }): Refusal => ({ code: 'noElectable', target: standing.uuid, sentence: `${standing.alias} cannot move: nobody outside can lead.`, wayOut: 'Bring another member up, or make one electable.' }));
    return act(context, intent, { action: { summary: `No master ${words} can be moved.`, steps: [], refusals }, run: async () => ({ moves: [], sentence: `No master was ${words}.` }) });
  }
  const { plan, run } = await changeByEdits(context, intent, moves.map(({ standing, target }) => ({ kind: 'editReplicaset', replicaset: standing.uuid, priority: [target.uuid] })));
  const answer = [
    ...moves.map(({ standing, target }): Move => ({ replicaset: { uuid: standing.uuid, alias: standing.alias }, from: standing.master, to: target, state: 'done', sentence: `${target.alias} is the first of its priority.`, tookMs: null })),
    ...stuck.map(({ standing }): Move => ({ replicaset: { uuid: standing.uuid, alias: standing.alias }, from: standing.master, to: null, state: 'refused', sentence: 'Nobody outside can lead.', tookMs: null })),
  ];
  return { dryRun: intent.dryRun, plan, run, data: intent.dryRun ? null : { moves: answer, sentence: sentenceOf(answer, words) } };
}

function successor({ members }: ReplicasetStanding, leaving: ReadonlySet<string>): Named | null {
  const found = members.find(({ uuid, electable, disabled, heard }) => electable && !disabled && heard && !leaving.has(uuid));
  return found ? { uuid: found.uuid, alias: found.alias } : null;
}
