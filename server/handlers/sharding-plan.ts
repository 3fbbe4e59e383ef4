import { CoterieError } from '~/contract/errors.ts';
import type { Edit } from '~/contract/shapes/edit.ts';
import type { MetricRange } from '~/contract/shapes/metrics.ts';
import type { ShardingHistory, ShardingPlan } from '~/contract/shapes/sharding-plan.ts';
import type { GroupStatus, ShardingStatus } from '~/contract/shapes/sharding-status.ts';
import { coarserWindow, latest, together } from '~/core/metrics/coarser.ts';
import { minutesKept, secondsKept } from '~/core/metrics/track.ts';
import { bytesOf, previewOf, timeOf } from '~/core/rebalance/preview.ts';
import { count } from '~/core/view/words.ts';
import { step } from './action.ts';
import { changeByEdits, type Intent } from './change.ts';
import type { Context } from './context.ts';
import { findReplicaset } from './names.ts';

/** Weights: what they would lead to, and their change. And where buckets were before. */

type Asked = { readonly group: string; readonly weights: readonly string[] };

const byName = new Intl.Collator('en', { numeric: true });

/** Its storages by their names. */
async function groupNamed(context: Context, name: string): Promise<GroupStatus> {
  const found = groupIn(await context.services.runtime.sharding.status(), name);
  return { ...found, storages: found.storages.toSorted((a, b) => byName.compare(a.alias, b.alias)) };
}

/** Throws NOT_FOUND. */
export function groupIn({ groups }: ShardingStatus, name: string): GroupStatus {
  const found = groups.find(({ group }) => group === name);
  if (found) return found;
  throw new CoterieError('NOT_FOUND', `There is no group ${name} with storages. There are: ${groups.map(({ group }) => group).join(', ') || 'none'}.`);
}

/** By uuid. */
function weightsIn(context: Context, { storages, group }: GroupStatus, texts: readonly string[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const text of texts) {
    const [name = '', weight = ''] = text.split('=');
    const { uuid, alias } = findReplicaset(context, name);
    if (!storages.some((storage) => storage.uuid === uuid)) throw new CoterieError('BAD_INPUT', `${alias} is no storage of group ${group}. There are: ${storages.map((storage) => storage.alias).join(', ')}.`, { replicaset: uuid });
    if (weights.has(uuid)) throw new CoterieError('BAD_INPUT', `Two weights are given for ${alias}.`, { replicaset: uuid });
    weights.set(uuid, Number(weight));
  }
  return weights;
}

export async function plannedWeights(context: Context, { group: name, weights: texts }: Asked): Promise<ShardingPlan> {
  const group = await groupNamed(context, name);
  const made = group.bootstrapped !== null || group.storages.some(({ owned }) => (owned ?? 0) > 0);
  const weights = weightsIn(context, group, texts);
  const storages = group.storages.map(({ uuid, alias, weight, owned, pinned }) => ({ uuid, alias, weight, newWeight: weights.get(uuid) ?? weight, owned: made ? owned : 0, pinned }));
  const buckets = group.bootstrapped?.buckets ?? group.settings.buckets;
  const preview = previewOf(storages.map(({ newWeight, ...storage }) => ({ ...storage, weight: newWeight })), buckets);
  const { moves, total, targets } = preview ?? { moves: [], total: 0, targets: new Map<string, number>() };
  const named = (uuid: string) => ({ uuid, alias: storages.find((one) => one.uuid === uuid)?.alias ?? uuid });
  return {
    group: name,
    buckets,
    sentence: preview === null ? 'Every weight is 0: the buckets would have nowhere to be. Give one storage a weight.' : made ? (total === 0 ? 'No bucket moves: they are as these weights want them.' : `${total} of ${count(buckets, 'bucket')} move.`) : `The bootstrap gives each storage its share; nothing moves.`,
    storages: storages.map((storage) => ({ ...storage, target: preview === null ? null : (targets.get(storage.uuid) ?? 0) })),
    moves: moves.map(({ from, to, count: many }) => ({ from: named(from), to: named(to), count: many })),
    total,
    bytes: bytesOf(moves, sizesOf(context, group)),
    timeMs: timeOf(total, { seen: context.services.runtime.sharding.paceOf(name), most: group.settings.bucketsPerSecond }),
    notes: made ? notesOf(group, total, storages) : [],
  };
}

/** Rows and indexes of each storage, by the report of whoever writes there. */
function sizesOf({ services: { runtime } }: Context, { storages }: GroupStatus): ReadonlyMap<string, { usedBytes: number; owned: number }> {
  const { replicasets, instances } = runtime.state.overview;
  return new Map(storages.flatMap(({ uuid, owned }) => {
    const masters = replicasets.find((one) => one.uuid === uuid)?.masters ?? [];
    const usedBytes = instances.find((one) => masters.includes(one.uuid))?.memoryUsedBytes ?? null;
    return usedBytes === null || owned === null ? [] : [[uuid, { usedBytes, owned }] as const];
  }));
}

function notesOf({ settings, pause, run, group }: GroupStatus, total: number, storages: readonly { alias: string; newWeight: number; pinned: number }[]): string[] {
  const kept = storages.filter(({ newWeight, pinned }) => newWeight === 0 && pinned > 0).map(({ alias, pinned }) => `${count(pinned, 'pinned bucket')} of ${alias} ${pinned === 1 ? 'stays' : 'stay'} there until unpinned.`);
  if (total === 0) return kept;
  if (settings.rebalance === 'off') return [...kept, `Rebalancing is off: nothing moves until it is on (\`coterie sharding configure ${group} --rebalance auto\`).`];
  if (pause !== null) return [...kept, `Rebalancing is paused by ${pause.by}: nothing moves until it is resumed.`];
  return settings.rebalance === 'manual' && run === null ? [...kept, `Rebalancing is by hand: nothing moves until somebody starts it (\`coterie sharding start ${group}\`).`] : kept;
}

export async function weighed(context: Context, { group, weights: texts, ...intent }: Asked & Intent) {
  const plan = await plannedWeights(context, { group, weights: texts });
  const edits = plan.storages.filter(({ weight, newWeight }) => weight !== newWeight).map(({ uuid, newWeight }): Edit => ({ kind: 'editReplicaset', replicaset: uuid, weight: newWeight }));
  const changed = await changeByEdits(context, intent, edits);
  const moves = plan.moves.map(({ from, to, count: many }) => step('setSharding', from.uuid, [`${count(many, 'bucket')} of ${from.alias} to ${to.alias}.`, 'The weights ask for it.']));
  // What the change itself warns of a group that does not rebalance need not be said twice.
  const notes = changed.plan.warnings.some((warning) => warning.startsWith('Rebalancing of')) ? plan.notes.filter((note) => !note.startsWith('Rebalancing')) : plan.notes;
  const shown = changed.plan.steps.length === 0 ? changed.plan : { ...changed.plan, steps: [...changed.plan.steps, ...moves], warnings: [...changed.plan.warnings, ...notes] };
  return { dryRun: intent.dryRun, plan: shown, run: changed.run, data: intent.dryRun ? null : { version: changed.version, total: plan.total, sentence: edits.length === 0 ? 'The weights are so already.' : `${count(edits.length, 'weight')} changed. ${plan.sentence}` } };
}

/** Of each storage what the copy of its master said; where nobody leads, any. */
export async function bucketHistory(context: Context, { group: name, range, steps }: { group: string; range: MetricRange; steps: number }): Promise<ShardingHistory> {
  const { runtime } = context.services;
  const { storages } = await groupNamed(context, name);
  const { replicasets } = runtime.state.overview;
  const stepMs = range === 'hour' ? 1000 : 60_000;
  const factor = Math.max(1, Math.ceil((range === 'hour' ? secondsKept : minutesKept) / steps));
  const rows = storages.map(({ uuid, alias }) => {
    const { masters = [], instances = [] } = replicasets.find((one) => one.uuid === uuid) ?? {};
    const instance = masters[0] ?? instances[0];
    const { series, ...window } = runtime.metrics.read({ uuid: instance ?? uuid, alias, series: ['bucketsOwned'] }, { range });
    const values = series[0]?.values ?? [];
    return { window: coarserWindow(window, factor), values: latest(values, window, factor).map((value) => (value === null ? null : Math.round(value))) };
  });
  const { window, rows: values } = together(rows, stepMs * factor);
  return { group: name, ...window, storages: storages.map(({ uuid, alias }, index) => ({ uuid, alias, values: values[index] ?? [] })) };
}
