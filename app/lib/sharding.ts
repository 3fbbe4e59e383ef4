import type { ShardingHistory } from '~/contract/shapes/sharding-plan.ts';
import type { GroupStatus, StorageStatus, WaitStatus } from '~/contract/shapes/sharding-status.ts';
import type { Action } from './actions.ts';
import { bytesText, countText, durationText } from './format.ts';
import type { Mark } from './health.ts';
import { compare } from './rows.ts';

/** What the Sharding page shows, worked out of the status. No drawing. */

export const stateMarks = {
  notBootstrapped: 'warning', bootstrapping: 'unknown', balanced: 'ok', off: 'off', paused: 'warning', ready: 'warning', moving: 'ok', waiting: 'warning', impossible: 'critical',
} as const satisfies Record<GroupStatus['state'], Mark>;

/** Nobody tells how it is: whatever is said is of before. */
export const markOfGroup = ({ health, state }: Pick<GroupStatus, 'health' | 'state'>): Mark => (health === 'unknown' ? 'unknown' : health === 'warning' ? 'warning' : stateMarks[state]);

/** Two or three are seen at a glance; many are dense, and those that are not as they should be can be shown alone. */
export const denseFrom = 13;

export const isUneven = ({ owned, target, arriving, leaving, waits, blockers, drain }: StorageStatus): boolean => owned !== target || arriving + leaving > 0 || waits.length > 0 || blockers.length > 0 || drain !== null;

export const storagesIn = ({ storages }: Pick<GroupStatus, 'storages'>, { uneven = false } = {}): readonly StorageStatus[] => storages.filter((storage) => !uneven || isUneven(storage)).toSorted((a, b) => compare(a.alias, b.alias));

/** The full length of a bar: the same for all of a group, so that they can be compared. */
export const fullOf = (storages: readonly { readonly owned: number | null; readonly target: number | null; readonly arriving?: number }[]): number => Math.max(1, ...storages.map(({ owned, target, arriving = 0 }) => Math.max((owned ?? 0) + arriving, target ?? 0)));

/** Parts of a bar from the left, in percent of its full length. `stay`: neither pinned nor about to leave. */
export type Bar = { readonly pinned: number; readonly stay: number; readonly leaving: number; readonly arriving: number; readonly target: number | null };

export function barOf({ owned, pinned, leaving, arriving, target }: Pick<StorageStatus, 'owned' | 'pinned' | 'leaving' | 'arriving' | 'target'>, full: number): Bar {
  const share = (buckets: number) => Math.round((buckets / full) * 1000) / 10;
  const has = owned ?? 0;
  const goes = Math.min(leaving, Math.max(0, has - pinned));
  return { pinned: share(Math.min(pinned, has)), stay: share(Math.max(0, has - pinned - goes)), leaving: share(goes), arriving: share(arriving), target: target === null ? null : share(target) };
}

/** In words, for whoever does not see the bar. */
export function barText({ alias, owned, target, pinned, leaving, arriving }: StorageStatus): string {
  const parts = [owned === null ? 'nobody has told its buckets' : countText(owned, 'bucket'), ...(target === null ? [] : [`${target} wanted`]), ...(pinned > 0 ? [`${pinned} pinned`] : []), ...(leaving > 0 ? [`${leaving} leaving`] : []), ...(arriving > 0 ? [`${arriving} arriving`] : [])];
  return `${alias}: ${parts.join(', ')}`;
}

/** What is in its way, each sentence once. Its own master's words have no way out of ours. */
export function waitsOf({ waits, blockers }: Pick<StorageStatus, 'waits' | 'blockers'>): readonly { readonly sentence: string; readonly wayOut: string | null; readonly blocks: boolean }[] {
  const told = waits.map(({ sentence, wayOut, blocks }) => ({ sentence, wayOut, blocks: blocks !== 'nothing' }));
  return [...told, ...[...new Set(blockers)].filter((sentence) => !told.some((wait) => wait.sentence === sentence)).map((sentence) => ({ sentence, wayOut: null, blocks: true }))];
}

/** Those that no storage of the group has. */
export const waitsOfGroup = ({ waits, storages }: GroupStatus): readonly WaitStatus[] => waits.filter(({ sentence }) => !storages.some((storage) => storage.waits.some((wait) => wait.sentence === sentence)));

/** 0 to 1 of the run; null where nothing is on its way. */
export function doneOf({ progress: { moved }, left, state }: Pick<GroupStatus, 'progress' | 'left' | 'state'>): number | null {
  if (left === 0 || state === 'balanced' || state === 'notBootstrapped') return null;
  return moved / (moved + left);
}

export const rateText = (perSecond: number): string => (perSecond === 0 ? '—' : `${perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond)}/s`);

export const limitsText = ({ settings: { movesMax, batch, bucketsPerSecond } }: Pick<GroupStatus, 'settings'>): string => `${batch} by one order, at most ${movesMax} under way at a storage${bucketsPerSecond === null ? '' : `, ${bucketsPerSecond} a second`}`;

export function storageActions({ alias, weight, drain }: StorageStatus, { group, storages, bootstrapped }: GroupStatus): Action[] {
  const alone = storages.every((other) => other.alias === alias || other.weight === 0) ? { unfit: 'No other storage has a weight: its buckets would have nowhere to go' } : {};
  const none = bootstrapped === null ? { unfit: 'The group has no buckets yet' } : {};
  const full = drain?.empty === true ? {} : { unfit: 'Drain it first: it has buckets' };
  return [
    { operation: 'sharding.weigh', label: 'Change the weight', input: { group } },
    weight === 0 ? { operation: 'sharding.weigh', label: 'Keep buckets again', input: { group, weights: [`${alias}=1`] } } : { operation: 'sharding.weigh', label: 'Drain', input: { group, weights: [`${alias}=0`] }, ...alone },
    { operation: 'sharding.move', label: 'Move buckets here', input: { group, to: alias }, ...none },
    { operation: 'replicaset.edit', label: 'Edit', input: { replicaset: alias } },
    { operation: 'replicaset.delete', label: 'Delete', input: { replicaset: alias }, danger: true, ...full },
  ];
}

/** Of each storage: the same scale for all, so that lines can be compared as the bars can. */
export function historyLines(history: ShardingHistory): ReadonlyMap<string, readonly (number | null)[]> {
  return new Map(history.storages.map(({ uuid, values }) => [uuid, values]));
}

export function trendText(alias: string, values: readonly (number | null)[], span: string): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return `${alias}, ${span}: nothing was heard`;
  return known[0] === known.at(-1) ? `${alias}, ${span}: ${known[0]} buckets at both ends` : `${alias}, ${span}: from ${known[0]} to ${known.at(-1)} buckets`;
}

/** How much a plan moves, and how long that takes. */
export function planText({ total, buckets, bytes, timeMs }: { readonly total: number; readonly buckets: number; readonly bytes: number | null; readonly timeMs: number | null }): string {
  if (total === 0) return 'No bucket moves.';
  const parts = [`${total} of ${countText(buckets, 'bucket')} ${total === 1 ? 'moves' : 'move'}`, ...(bytes === null ? [] : [`about ${bytesText(bytes)}`]), timeMs === null ? 'how long it takes is not known yet' : `about ${durationText(Math.max(1000, timeMs))}`];
  return `${parts.join(', ')}.`;
}

/** `s1=2`, for those whose weight is another one; in the order of the storages. */
export const weightTexts = (storages: readonly { readonly name: string; readonly weight: number }[], wanted: ReadonlyMap<string, number>): string[] => storages.flatMap(({ name, weight }) => (wanted.has(name) && wanted.get(name) !== weight ? [`${name}=${wanted.get(name)}`] : []));

export const weightsFrom = (texts: readonly string[]): ReadonlyMap<string, number> => new Map(texts.map((text) => [text.split('=')[0] ?? '', Number(text.split('=')[1])]));

/** A slider from 0 to twice the greatest weight, in about forty steps of a round length. */
export function sliderOf(weights: readonly number[]): { readonly max: number; readonly step: number } {
  const most = Math.max(1, ...weights) * 2;
  const power = 10 ** Math.floor(Math.log10(most / 20));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => most / one <= 40) ?? power;
  return { max: Math.ceil(most / step) * step, step };
}
