import { ShardingHistory, ShardingPlan } from '~/contract/shapes/sharding-plan.ts';
import { GroupStatus, ShardingStatus, type FindingRow } from '~/contract/shapes/sharding-status.ts';
import { drainOf } from '~/core/standing/drain.ts';
import { wayOutOf } from '~/core/standing/way-out.ts';
import { previewOf, timeOf } from '~/core/rebalance/preview.ts';
import { uuidOf } from './fixtures.ts';

/** Buckets of made-up clusters, to look at: what a cluster on one machine shows for a moment only, or never. The contract checks them. */

export const shardingScenes = ['none', 'off', 'fresh', 'even', 'moving', 'paused', 'blocked', 'drained', 'many', 'groups', 'stale'] as const;
export type ShardingScene = (typeof shardingScenes)[number];

type Storage = Partial<GroupStatus['storages'][number]> & { readonly alias: string };
type Given = Partial<Omit<GroupStatus, 'storages' | 'settings'>> & { readonly storages: readonly Storage[]; readonly settings?: Partial<GroupStatus['settings']> };

function groupOf({ storages, settings, ...more }: Given, now: number): GroupStatus {
  const total = storages.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const group: GroupStatus = {
    group: 'default', bootstrapped: { buckets: 3000, hash: 'strcrc32', by: 'ann', at: now - 9 * 86_400_000 }, state: 'balanced', sentence: 'Every replicaset has the buckets that its weight asks for.', health: 'ok',
    moves: [], left: 0, inFlight: 0, progress: { moved: 0, ratePerSecond: 0, etaMs: 0, forMs: null }, movedTotal: 0, pause: null, run: null, flights: [], waits: [], stateForMs: 60_000, storages: [],
    settings: { buckets: 3000, hash: 'strcrc32', rebalance: 'auto', movesMax: 200, bucketsPerSecond: null, batch: 50, ...settings }, ...more,
  };
  const rows = storages.map((storage, index): GroupStatus['storages'][number] => {
    const { weight = 1 } = storage;
    const target = storage.target === undefined ? Math.round((3000 * weight) / total) : storage.target;
    const owned = storage.owned === undefined ? target : storage.owned;
    const row = { uuid: uuidOf(700 + index), weight, owned, pinned: 0, target, arriving: 0, leaving: 0, states: { active: owned ?? 0 }, ageMs: 300, waits: [], blockers: [], drain: null, ...storage };
    return { ...row, waits: row.waits.map((wait) => ({ ...wait, wayOut: wayOutOf(wait) })), drain: drainOf(row, group) };
  });
  return GroupStatus.parse({ ...group, storages: rows });
}

const wait = (code: string, sentence: string, blocks: 'source' | 'both' | 'nothing' = 'both') => ({ code, target: uuidOf(700), sentence, blocks, wayOut: '' });
const flight = (id: string, from: number, to: number, moved: number, more = {}) => ({ id, from: uuidOf(700 + from), to: uuidOf(700 + to), count: 50, moved, byHand: false, blocker: null, ...more });
const named = (count: number, of: (index: number) => Partial<Storage> = () => ({})): Storage[] => Array.from({ length: count }, (_, index) => ({ alias: `s${index + 1}`, ...of(index) }));

const moving = (now: number) =>
  groupOf({
    state: 'moving', sentence: '640 buckets to move.', left: 640, inFlight: 100, progress: { moved: 360, ratePerSecond: 148.2, etaMs: 4300, forMs: 2400 }, movedTotal: 360,
    moves: [{ from: uuidOf(700), to: uuidOf(702), count: 270 }, { from: uuidOf(701), to: uuidOf(702), count: 270 }],
    storages: [{ alias: 's1', owned: 1320, target: 1000, leaving: 50, pinned: 40 }, { alias: 's2', owned: 1320, target: 1000, leaving: 50, waits: [wait('requestsHold', 'Requests hold bucket 1711 of s2: it is tried again, and others move meanwhile.', 'nothing')] }, { alias: 's3', owned: 360, target: 1000, arriving: 100 }],
    flights: [flight('a', 0, 2, 31), flight('b', 1, 2, 8, { blocker: 'requests hold bucket 1711' })],
  }, now);

export function groupsOf(scene: ShardingScene, now: number): GroupStatus[] {
  switch (scene) {
    case 'none':
      return [];
    case 'off':
    case 'fresh':
      return [groupOf({ bootstrapped: null, state: 'notBootstrapped', health: scene === 'off' ? 'unknown' : 'warning', sentence: 'The group has no buckets yet: bootstrap it.', storages: [{ alias: 's1', owned: 0, target: null }, { alias: 's2', owned: 0, target: null, weight: 2 }] }, now)];
    case 'even':
      return [groupOf({ storages: [{ alias: 's1' }, { alias: 's2', weight: 2 }] }, now)];
    case 'moving':
      return [moving(now)];
    case 'paused':
      return [groupOf({ state: 'paused', health: 'warning', sentence: 'ann paused rebalancing: sale until Friday. 950 buckets wait.', left: 1000, inFlight: 50, pause: { by: 'ann', reason: 'sale until Friday', until: now + 5_400_000 }, moves: [{ from: uuidOf(700), to: uuidOf(702), count: 450 }, { from: uuidOf(701), to: uuidOf(702), count: 500 }], flights: [flight('a', 0, 2, 12)], storages: [{ alias: 's1', owned: 1488, target: 1000, leaving: 50 }, { alias: 's2', owned: 1500, target: 1000 }, { alias: 's3', owned: 12, target: 1000, arriving: 50 }] }, now)];
    case 'blocked':
      return [groupOf({ state: 'waiting', health: 'warning', sentence: '1000 buckets to move. s1-2 of s1 is away, and a bucket changes hands only when enough copies know.', left: 1000, moves: [{ from: uuidOf(700), to: uuidOf(702), count: 1000 }], storages: [{ alias: 's1', owned: 2000, target: 1000, waits: [wait('voterAway', 's1-2 of s1 is away, and a bucket changes hands only when enough copies know.')] }, { alias: 's2', owned: 1000, target: 1000 }, { alias: 's3', owned: null, target: 1000, ageMs: null, waits: [wait('notHeard', 'The master of s3 has not told its buckets for 41 s.')] }] }, now)];
    case 'drained':
      return [groupOf({ storages: [{ alias: 's1', weight: 0, owned: 0, target: 0, states: { gone: 1500 } }, { alias: 's2', weight: 0, owned: 12, pinned: 12, target: 12, states: { pinned: 12 } }, { alias: 's3', owned: 2988, target: 2988 }] }, now)];
    case 'many':
      return [groupOf({ state: 'moving', sentence: '400 buckets to move.', left: 400, inFlight: 200, progress: { moved: 200, ratePerSecond: 61, etaMs: 6600, forMs: 3300 }, storages: named(100, (index) => ({ alias: `orders-${index + 1}`, weight: index % 7 === 0 ? 2 : 1, ...(index % 31 === 4 ? { owned: 40, leaving: 13 } : index % 31 === 9 ? { owned: 5, arriving: 20 } : {}) })), flights: Array.from({ length: 9 }, (_, index) => flight(`f${index}`, index, index + 40, index * 5)), moves: Array.from({ length: 14 }, (_, index) => ({ from: uuidOf(704 + index), to: uuidOf(740 + index), count: 20 - index })) }, now)];
    case 'groups':
      return [moving(now), { ...groupOf({ group: 'hot', storages: [{ alias: 'ssd-1' }, { alias: 'ssd-2' }], settings: { rebalance: 'manual' } }, now), group: 'hot' }];
    case 'stale':
      return [groupOf({ bootstrapped: null, state: 'waiting', health: 'unknown', sentence: 'No active coordinator answers.', storages: [{ alias: 's1', owned: 1500, target: null, ageMs: 900 }, { alias: 's2', owned: null, target: null, ageMs: null }] }, now)];
  }
}

export const shardingFixture = (scene: ShardingScene, now: number): ShardingStatus =>
  ShardingStatus.parse({ at: now, enabled: scene !== 'off', source: scene === 'stale' || scene === 'off' ? { kind: 'reports', coordinator: null, why: scene === 'off' ? 'Sharding keeps what it decides in the state provider of failover, and there is none.' : 'No active coordinator answers.' } : { kind: 'coordinator', coordinator: { uuid: uuidOf(1), alias: 'front-1' }, why: null }, groups: groupsOf(scene, now) });

export function shardingPlanFixture({ groups }: ShardingStatus, name: string, weights: readonly string[]): ShardingPlan {
  const group = groups.find((one) => one.group === name)!;
  const wanted = new Map(weights.map((text) => text.split('=') as [string, string]));
  const storages = group.storages.map(({ uuid, alias, weight, owned, pinned }) => ({ uuid, alias, weight, newWeight: Number(wanted.get(alias) ?? weight), owned, pinned }));
  const preview = previewOf(storages.map((one) => ({ ...one, weight: one.newWeight })), 3000);
  const end = (uuid: string) => ({ uuid, alias: storages.find((one) => one.uuid === uuid)!.alias });
  const total = preview?.total ?? 0;
  return ShardingPlan.parse({ group: name, buckets: 3000, sentence: preview === null ? 'Every weight is 0: the buckets would have nowhere to be. Give one storage a weight.' : `${total} of 3000 buckets move.`, storages: storages.map((one) => ({ ...one, target: preview?.targets.get(one.uuid) ?? (preview === null ? null : 0) })), moves: (preview?.moves ?? []).map(({ from, to, count }) => ({ from: end(from), to: end(to), count })), total, bytes: total * 40_000, timeMs: timeOf(total, { seen: 150, most: null }), notes: group.pause === null ? [] : ['Rebalancing is paused by ann: nothing moves until it is resumed.'] });
}

export function shardingHistoryFixture({ groups }: ShardingStatus, name: string, now: number): ShardingHistory {
  const count = 90;
  const group = groups.find((one) => one.group === name)!;
  const line = (owned: number | null, target: number | null) => Array.from({ length: count }, (_, index) => (owned === null || target === null ? null : index < 70 ? Math.round(owned + (owned - target) * 0.5) : Math.round(owned + (owned - target) * 0.5 * ((count - index) / 20))));
  return ShardingHistory.parse({ group: name, stepMs: 30_000, startMs: now - (now % 30_000) - count * 30_000, count, storages: group.storages.map(({ uuid, alias, owned, target }) => ({ uuid, alias, values: line(owned, target) })) });
}

export const findingsFixture = (group: string): FindingRow[] => [
  { group, code: 'doubled', severity: 'critical', buckets: '17, 90-93', bucketCount: 5, sentence: 'Buckets 17, 90-93: owned by s1 and s2; s2 got them later, so the one of s1 is from before the hand-over, such as out of an old backup.', wayOut: 'Repair: s2 keeps the bucket, and its rows on s1 are deleted.', repairs: ['The rows of 17, 90-93 on s1 are deleted.'], replicasets: [uuidOf(700)] },
  { group, code: 'lost', severity: 'critical', buckets: '8', bucketCount: 1, sentence: 'Bucket 8: no replicaset knows of it, so requests for it fail.', wayOut: 'Bring back the replicaset or the backup that had it. If its rows are given up, repair: s2 gets it empty.', repairs: ['s2 owns 8 from now on.'], replicasets: [uuidOf(701)] },
];
