import type { GroupStatus, ShardingStatus } from '~/contract/shapes/sharding-status.ts';
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
  if (groups.length === 0) lines.push('No replicaset has role storage, so there is nowhere to put buckets. `coterie replicaset edit --roles storage` gives it.');
  return `${[...lines, ...groups.map((group) => groupText(group, { wide, style }))].join('\n\n')}\n`;
}

function groupText(group: GroupStatus, { wide, style }: { wide: boolean; style: Style }): string {
  const { group: name, bootstrapped, state, sentence, health, settings, pause, progress, left, storages, waits, flights } = group;
  const buckets = bootstrapped?.buckets ?? settings.buckets;
  const lines = [`${bold(`Group ${name}`, style)}  ${coloured(words[state], health, style)}  ${dim(`${buckets} buckets by ${settings.hash}, rebalancing ${settings.rebalance}`, style)}`, sentence];
  if (pause) lines.push(coloured(`PAUSED by ${pause.by}${pause.until === null ? '' : ` until ${localTime(pause.until)}`}: ${pause.reason}`, 'warning', style));
  if (state === 'moving') lines.push(`${progress.moved} moved, ${left} to go, ${progress.ratePerSecond} a second${progress.etaMs === null ? '' : `, about ${lengthText(progress.etaMs)} more`}`);
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
  const moves = wide && flights.length > 0 ? `\n${table(flights.map(({ from, to, count, moved, byHand, blocker }) => ({ from: aliasOf(group, from), to: aliasOf(group, to), buckets: count, moved, by: byHand ? 'hand' : 'weight', blocker: blocker ?? '-' })), ['from', 'to', 'buckets', 'moved', 'by', 'blocker'], style).trimEnd()}` : '';
  return `${lines.join('\n')}\n${table(rows, wide ? wideColumns : columns, style).trimEnd()}${moves}`;
}

const words = {
  notBootstrapped: 'not bootstrapped', bootstrapping: 'being bootstrapped', balanced: 'even', off: 'off', paused: 'paused', ready: 'waits to be started', moving: 'moving', waiting: 'waiting', impossible: 'cannot be even',
} as const satisfies Record<GroupStatus['state'], string>;

const aliasOf = ({ storages }: GroupStatus, uuid: string): string => storages.find((one) => one.uuid === uuid)?.alias ?? uuid;

const lengthText = (ms: number): string => (ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`);
