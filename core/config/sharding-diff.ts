import type { Change } from '~/contract/shapes/config.ts';
import type { ShardingConfig, ShardingGroup } from '~/contract/shapes/sharding.ts';
import { canonicalJson } from './canonical.ts';
import { changeOf, keysOf, type Table } from './change.ts';

/** Differences between the groups of storages: one a field, or one for a group that comes or goes. */
export function shardingChanges(before: ShardingConfig | undefined, after: ShardingConfig | undefined): Change[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (!before || !after) return [changeOf({ path: '/sharding', old: before, now: after, sentence: after ? `sharding: ${groupsText(after)}` : 'sharding: no groups but default, as it is by default' })];
  return keysOf(before.groups, after.groups).flatMap((name) => groupChanges(name, before.groups[name], after.groups[name]));
}

function groupChanges(name: string, before: ShardingGroup | undefined, after: ShardingGroup | undefined): Change[] {
  const path = `/sharding/groups/${name}`;
  if (!before && after) return [changeOf({ path, old: undefined, now: after, sentence: `group ${name}: new, ${groupText(after)}` })];
  if (before && !after) return [changeOf({ path, old: before, now: undefined, sentence: `group ${name}: no longer named (before: ${groupText(before)})` })];
  const [old, now]: [Table, Table] = [before ?? {}, after ?? {}];
  return keysOf(old, now)
    .filter((field) => canonicalJson(old[field] ?? null) !== canonicalJson(now[field] ?? null))
    .map((field) => changeOf({ path: `${path}/${field}`, old: old[field], now: now[field], sentence: `group ${name}: ${fieldWords[field as keyof ShardingGroup]} ${shown(old[field])} -> ${shown(now[field])}` }));
}

const fieldWords = {
  buckets: 'buckets',
  hash: 'hash',
  rebalance: 'rebalancing',
  movesMax: 'most buckets under way from or to a replicaset',
  bucketsPerSecond: 'most buckets a second',
  batch: 'buckets moved as one',
  router: 'routers',
} as const satisfies Record<keyof ShardingGroup, string>;

const groupsText = ({ groups }: ShardingConfig): string => Object.keys(groups).toSorted().map((name) => `group ${name} with ${groupText(groups[name] ?? {})}`).join('; ') || 'no groups but default';

function groupText(group: ShardingGroup): string {
  const said = Object.entries(group).filter(([, value]) => value !== undefined).map(([field, value]) => `${fieldWords[field as keyof ShardingGroup]} ${shown(value)}`);
  return said.length === 0 ? 'all by default' : said.toSorted().join(', ');
}

function shown(value: unknown): string {
  if (value === undefined) return 'default';
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value).filter(([, one]) => one !== undefined).map(([name, one]) => `${name} ${shown(one)}`).toSorted().join(', ')}}`;
}
