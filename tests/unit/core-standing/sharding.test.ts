import { describe, expect, it } from 'vitest';
import { render } from '~/cli/output/index.ts';
import { entryOf } from '~/contract/index.ts';
import type { GroupView, StorageSharding } from '~/contract/shapes/sharding-view.ts';
import { shardingFactsOf, shardingStatusOf, type ShardingInput } from '~/core/standing/sharding.ts';
import { appointed } from '../core-issues/appointing.ts';
import { Cluster } from '../core-issues/cluster.ts';

const storage = (more: Partial<StorageSharding> = {}): StorageSharding => ({ group: 'default', buckets: 100, leads: true, states: { active: 40, pinned: 10, gone: 7 }, owned: 50, leaving: 0, movedTotal: 0, ratePerSecond: 0, blockers: [], ...more });

function inputOf(change: (cluster: Cluster) => void = () => {}): ShardingInput {
  const cluster = new Cluster({ s1: ['a', 'b'], s2: ['c', 'd'] });
  appointed(cluster);
  change(cluster);
  const { config, reports, now } = cluster.observed();
  for (const [uuid, { alias }] of Object.entries(config!.config.instances)) {
    const report = reports.get(uuid);
    if (report && (alias === 'a' || alias === 'b')) Object.assign(report.status, { sharding: storage({ leads: alias === 'a', ...(alias === 'b' ? { states: { active: 3 }, owned: 3 } : {}) }) });
  }
  return { config: config!.config, reports, now, told: null, why: null };
}
const uuidOf = ({ config }: ShardingInput, alias: string) => Object.keys(config.replicasets).find((uuid) => config.replicasets[uuid]!.alias === alias)!;

const view = (input: ShardingInput, more: Partial<GroupView> = {}): GroupView => ({
  group: 'default', bootstrapped: { buckets: 100, hash: 'strcrc32', by: 'ann', at: 1 }, state: 'moving', sentence: '30 buckets to move.', moves: [], left: 30, inFlight: 20,
  storages: ['s1', 's2'].map((alias, index) => ({ uuid: uuidOf(input, alias), alias, weight: 1, owned: 80 - index * 60, pinned: 0, target: 50, arriving: index * 20, leaving: 20 - index * 20, states: { active: 80 - index * 60 }, ageMs: 10, waits: [], blockers: [] })),
  progress: { moved: 20, ratePerSecond: 12.5, etaMs: 2400, forMs: 1600 }, movedTotal: 20, pause: null, run: null, flights: [], waits: [], stateForMs: 1600, ...more,
});

describe('sharding as people see it', () => {
  it('is the word of the coordinator', () => {
    const input = inputOf();
    const by = Object.keys(input.config.instances)[0]!;
    expect(shardingStatusOf({ ...input, told: { by, groups: [view(input)] } })).toMatchObject({ enabled: true, source: { kind: 'coordinator' }, groups: [{ group: 'default', health: 'ok', state: 'moving', settings: { rebalance: 'auto', movesMax: 600 } }] });
  });

  it('is what masters reported where there is none, and says why', () => {
    const status = shardingStatusOf({ ...inputOf(), why: 'Nobody answers.' });
    expect(status).toMatchObject({ source: { kind: 'reports', why: 'Nobody answers.' }, groups: [{ state: 'waiting', health: 'unknown', sentence: 'Nobody answers.' }] });
    expect(status.groups[0]!.storages.map(({ alias, owned }) => [alias, owned])).toEqual([['s1', 50], ['s2', null]]);
  });

  it('says what is missing where failover has no state provider', () => {
    const input = inputOf();
    const status = shardingStatusOf({ ...input, config: { ...input.config, failover: { mode: 'disabled' } } });
    expect(status.enabled).toBe(false);
    expect(status.groups[0]!.sentence).toMatch(/^Sharding keeps what it decides in the state provider of failover, and there is none\. Give the cluster one/);
  });
});

describe('the facts by which a change is judged', () => {
  it('are what the master has, but for what has gone from it', () => {
    const input = inputOf();
    expect(shardingFactsOf(input)).toEqual({ bootstrapped: { default: 100 }, buckets: { [uuidOf(input, 's1')]: 50 } });
  });

  it('what the coordinator heard adds to it', () => {
    const input = inputOf();
    expect(shardingFactsOf({ ...input, told: { by: 'k', groups: [view(input)] } })).toEqual({ bootstrapped: { default: 100 }, buckets: { [uuidOf(input, 's1')]: 80, [uuidOf(input, 's2')]: 20 } });
  });
});

describe('sharding on a terminal', () => {
  const shown = async (more: Partial<GroupView> = {}) => {
    const input = inputOf();
    const status = shardingStatusOf({ ...input, told: { by: Object.keys(input.config.instances)[0]!, groups: [view(input, more)] } });
    return render(entryOf('sharding.status'), status, { format: 'table', style: { colour: false, nowMs: input.now } });
  };

  it('says what moves, how fast, and who should have how many', async () => {
    const text = await shown();
    expect(text).toContain('Group default  moving  100 buckets by strcrc32, rebalancing auto');
    expect(text).toContain('20 moved, 30 to go, 12.5 a second, about 3 s more');
    expect(text).toMatch(/^s1 +1 +80 +50 +- +20 +- +-$/m);
    expect(text).toMatch(/^s2 +1 +20 +50 +- +- +20 +-$/m);
  });

  it('has a pause and what is in the way', async () => {
    const wait = { code: 'voterAway', target: 'x', sentence: 'b of s1 is away.', blocks: 'both' as const };
    const text = await shown({ state: 'paused', pause: { by: 'ann', reason: 'a sale', until: null }, waits: [wait] });
    expect(text).toContain('PAUSED by ann: a sale');
    expect(text).toContain('b of s1 is away.');
  });
});
