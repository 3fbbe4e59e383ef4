import type { ShardingHistory, ShardingPlan } from '~/contract/shapes/sharding-plan.ts';
import { sparkline } from './metrics.ts';
import { lengthText } from './sharding.ts';
import { table } from './table.ts';
import { bold, bytesText, coloured, dim, localTime, type Style } from './text.ts';

/** What weights would lead to, and how many buckets each storage had over time. */

export function shardingPlanText({ sentence, storages, moves, total, bytes, timeMs, notes }: ShardingPlan, style: Style): string {
  const lines = [bold(sentence, style)];
  const about = [bytes === null ? null : `about ${bytesText(bytes)}`, timeMs === null ? 'how long it takes is not known: nothing has moved yet that this server saw' : `about ${lengthText(timeMs)}`].filter((text) => text !== null);
  if (total > 0) lines.push(about.join(', '));
  lines.push(...notes.map((note) => coloured(note, 'warning', style)));
  const rows = storages.map(({ alias, weight, newWeight, owned, target, pinned }) => ({
    alias, weight: weight === newWeight ? String(weight) : `${weight} -> ${newWeight}`, buckets: owned ?? 'not heard', planned: target ?? '-',
    change: owned === null || target === null || target === owned ? '-' : target > owned ? `+${target - owned}` : String(target - owned), pinned: pinned || '-',
  }));
  const pairs = moves.map(({ from, to, count }) => ({ from: from.alias, to: to.alias, buckets: count }));
  return `${lines.join('\n')}\n\n${table(rows, ['alias', 'weight', 'buckets', 'planned', 'change', 'pinned'], style)}${pairs.length > 0 ? `\n${table(pairs, ['from', 'to', 'buckets'], style)}` : ''}`;
}

export function shardingHistoryText({ startMs, stepMs, count, storages, group }: ShardingHistory, style: Style): string {
  if (count === 0) return `Nothing was heard of the buckets of group ${group} in that time.\n`;
  const top = Math.max(1, ...storages.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const rows = storages.map(({ alias, values }) => {
    const known = values.filter((value) => value !== null);
    // All lines to the same height: one of half the buckets is half as high.
    return { alias, first: known[0] ?? '-', last: known.at(-1) ?? '-', least: known.length === 0 ? '-' : Math.min(...known), most: known.length === 0 ? '-' : Math.max(...known), buckets: sparkline(values, undefined, top) };
  });
  return `${bold(`Group ${group}`, style)}  ${dim(`${localTime(startMs)} to ${localTime(startMs + count * stepMs)}`, style)}\n${table(rows, ['alias', 'first', 'last', 'least', 'most', 'buckets'], style)}`;
}
