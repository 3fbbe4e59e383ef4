import type { GroupStatus, ShardingStatus } from '~/contract/shapes/sharding-status.ts';
import { groupStateWords } from '~/contract/shapes/sharding-view.ts';
import { table } from './table.ts';
import { bold, coloured, dim, localTime, type Style } from './text.ts';

/** Buckets on a terminal: for each group what it is up to, who has how many and should have, and what is in the way. */

const columns = ['alias', 'weight', 'buckets', 'target', 'pinned', 'out', 'in', 'trouble'];
const wideColumns = ['alias', 'uuid', 'weight', 'buckets', 'target', 'pinned', 'out', 'in', 'states', 'asked', 'trouble'];

export function shardingText({ groups, source, enabled }: ShardingStatus, { wide, style }: { wide: boolean; style: Style }): string {
  const lines: string[] = [];
  if (!enabled) lines.push(coloured(`Sharding does nothing: ${source.why ?? ''}`, 'warning', style));
  else if (source.kind === 'reports') lines.push(coloured(`By the reports of the agents alone: ${source.why ?? ''}`, 'warning', style));
  else if (wide && source.coordinator) lines.push(dim(`As ${source.coordinator.alias} says it.`, style));
  if (groups.length === 0) lines.push('No replicaset has role storage, so there is nowhere to put buckets. `coterie replicaset edit NAME --roles storage` gives it.');
  return `${[...lines, ...groups.map((group) => groupText(group, { wide, style }))].join('\n\n')}\n`;
}

function groupText(group: GroupStatus, { wide, style }: { wide: boolean; style: Style }): string {
  const { group: name, bootstrapped, state, sentence, health, settings, pause, waits, flights } = group;
  const storages = sorted(group);
  const buckets = bootstrapped?.buckets ?? settings.buckets;
  const lines = [`${bold(`Group ${name}`, style)}  ${coloured(groupStateWords[state], health, style)}  ${dim(`${buckets} buckets by ${settings.hash}, rebalancing ${settings.rebalance}`, style)}`, sentence];
  if (state === 'notBootstrapped') lines.push(`\`coterie sharding bootstrap ${name}\` makes its buckets, once and for good.`);
  if (pause) lines.push(coloured(`PAUSED by ${pause.by}${pause.until === null ? '' : ` until ${localTime(pause.until)}`}: ${pause.reason}`, 'warning', style));
  if (state === 'moving') lines.push(progressText(group));
  const limits = `At most ${settings.movesMax} under way from or to a storage, ${settings.batch} by one order${settings.bucketsPerSecond === null ? '' : `, ${settings.bucketsPerSecond} a second`}.`;
  if (wide) lines.push(dim(limits, style));
  const own = new Set(storages.flatMap((storage) => storage.waits.map((wait) => wait.sentence)));
  for (const wait of waits) if (!own.has(wait.sentence)) lines.push(coloured(wait.sentence, 'warning', style));
  const rows = storages.map(({ alias, uuid, weight, owned, target, pinned, leaving, arriving, states, ageMs, waits: reasons, blockers }) => ({
    alias, uuid, weight,
    buckets: owned ?? 'not heard', target: target ?? '-', pinned: pinned || '-', out: leaving || '-', in: arriving || '-',
    states: Object.entries(states).filter(([, many]) => many > 0).map(([of, many]) => `${of} ${many}`).join(', ') || '-',
    asked: ageMs === null ? 'never' : `${(ageMs / 1000).toFixed(1)} s ago`,
    trouble: [...new Set([...reasons.map((wait) => wait.sentence), ...blockers])].join(' ') || '-',
  }));
  const moves = wide && flights.length > 0 ? [table(flights.map(({ from, to, count, moved, byHand, blocker }) => ({ from: aliasOf(group, from), to: aliasOf(group, to), buckets: count, moved, by: byHand ? 'hand' : 'weight', blocker: blocker ?? '-' })), ['from', 'to', 'buckets', 'moved', 'by', 'blocker'], style).trimEnd()] : [];
  const todo = [...new Map([...storages.flatMap((storage) => storage.waits), ...waits].map((wait) => [wait.code, wait.wayOut])).values()].map((wayOut) => `-> ${wayOut}`);
  const drained = storages.flatMap(({ drain }) => (drain === null ? [] : [coloured(drain.sentence, drain.empty ? 'ok' : 'warning', style)]));
  return [...lines, table(rows, wide ? wideColumns : columns, style).trimEnd(), ...moves, ...todo, ...drained].join('\n');
}

/** `1200 moved, 800 to go, 350 a second, about 3 s more`. */
export function progressText({ progress, left }: GroupStatus): string {
  const rate = progress.ratePerSecond > 0 ? `, ${progress.ratePerSecond < 100 ? progress.ratePerSecond.toFixed(1).replace(/\.0$/, '') : Math.round(progress.ratePerSecond)} a second` : '';
  return `${progress.moved} moved, ${left} to go${rate}${progress.etaMs === null ? '' : `, about ${lengthText(progress.etaMs)} more`}`;
}

/** One message of the stream, a line for each group: what it is up to, and who has how many. */
export function shardingLines({ at, groups, source }: ShardingStatus, style: Style): string {
  if (groups.length === 0) return `${localTime(at)}  ${source.why ?? 'No replicaset has role storage.'}\n`;
  return groups.map((group) => {
    const { state, health, group: name } = group;
    const storages = sorted(group);
    const shown = storages.slice(0, shownMax).map(({ alias, owned, target }) => `${alias} ${owned ?? '?'}${target === null || target === owned ? '' : `/${target}`}`);
    const more = storages.length > shownMax ? [`${storages.length - shownMax} more`] : [];
    return `${localTime(at)}  ${name}  ${coloured(groupStateWords[state], health, style)}  ${state === 'moving' ? progressText(group) : group.sentence}  ${dim([...shown, ...more].join('  '), style)}\n`;
  }).join('');
}
const shownMax = 8;

const byName = new Intl.Collator('en', { numeric: true });
const sorted = ({ storages }: GroupStatus) => storages.toSorted((a, b) => byName.compare(a.alias, b.alias));

const aliasOf = ({ storages }: GroupStatus, uuid: string): string => storages.find((one) => one.uuid === uuid)?.alias ?? uuid;

export const lengthText = (ms: number): string => (ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`);
