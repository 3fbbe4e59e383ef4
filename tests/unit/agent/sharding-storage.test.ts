import { beforeEach, describe, expect, it } from 'vitest';
import { problemOf } from '~/contract/errors.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';
import { DatabaseError } from '~/agent/process/control.ts';
import type { StoragePeer } from '~/agent/sharding/masters.ts';
import type { LuaStat } from '~/agent/sharding/stat.ts';
import { Storage } from '~/agent/sharding/storage.ts';
import { uuidOf } from '~/tests/support/fixtures.ts';

/** What an agent lets through to its instance, which answers as lua/buckets does. */

const [own, s1, s2] = [uuidOf(1), uuidOf(11), uuidOf(12)];
const config: ClusterConfig = {
  ...emptyConfig('test'),
  replicasets: { [s1]: { alias: 's1', roles: ['storage'], priority: [own], weight: 1, allRw: false } },
  instances: { [own]: { alias: 'a', uri: 'h:1', replicaset: s1, zone: null, electable: true, disabled: false } },
};
const move = { attempt: 'known', to: s2, running: true, asked: 9, moved: 2, left: 7, blocker: null, rows: 1 };

const told = { sharded: true as const, group: 'default', count: 100, leads: true, states: { active: 50 }, owned: 50, moves: [move], blockers: [] };

let calls: { method: string; params: object }[] = [];
let pid = 7;
let peers: StoragePeer[] = [{ replicaset: s2, uri: 'h:2' }];
let failing: Error | null = null;
let sampled: LuaStat | null = told;

const storage = (running = true) =>
  new Storage(
    {
      control: {
        get id() {
          return { pid, started: '0' };
        },
        call: async (method, params) => {
          calls.push({ method, params });
          if (failing && method !== 'buckets_stat') throw failing;
          return method === 'buckets_stat' ? told : method === 'buckets_move' ? move : {};
        },
      },
      config: () => config, running: () => running, peers: () => peers, writable: () => true, sampled: () => sampled, memoryUsedRatio: () => 0.5, diskFull: () => false, name: () => 'a',
    },
    { uuid: own },
  );
const order = (more: object = {}) => ({ term: 3, attempt: 'new', replicaset: s1, to: { replicaset: s2, uri: 'h:2' }, what: { count: 9 }, notAfterMs: monotonicMs() + 1000, waitMs: 0, limitMs: 60_000, ...more });
const methods = () => calls.map(({ method }) => method);
const refusal = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => `${problemOf(error).code} ${problemOf(error).detail}`);

beforeEach(() => {
  calls = [];
  pid = 7;
  peers = [{ replicaset: s2, uri: 'h:2' }];
  failing = null;
  sampled = told;
});

describe('orders', () => {
  it('of an older coordinator than one that was heard are refused', async () => {
    const one = storage();
    await one.stat(s1, 4);
    expect(await refusal(one.move(order()))).toBe('CONFLICT a has heard a coordinator of term 4: this one has term 3.');
    expect(await refusal(one.found({ replicaset: s1, term: 3, group: 'default', count: 100, ranges: [] }))).toMatch(/^CONFLICT/);
    expect(methods()).toEqual(['buckets_stat']);
    expect(await one.move(order({ term: 4 }))).toMatchObject({ running: true, moved: 2 });
  });

  it('that come too late are not begun, and told of where they are known', async () => {
    const late = { notAfterMs: monotonicMs() - 1 };
    expect(await refusal(storage().move(order(late)))).toBe('CONFLICT The order came too late, so a did not begin it.');
    expect(methods()).not.toContain('buckets_move');
    expect(await storage().move(order({ ...late, attempt: 'known' }))).toMatchObject({ attempt: 'known', moved: 2 });
  });

  it('for another replicaset are refused', async () => expect(await refusal(storage().stat(s2, 4))).toBe('CONFLICT a keeps no buckets of this replicaset.'));

  it('that the instance refuses say so in its words', async () => {
    failing = new DatabaseError('REFUSED {"bucket":7,"state":"gone"}: bucket 7 cannot be pinned here: it is gone', null);
    expect(await refusal(storage().pin(s1, [7], true))).toBe('REFUSED a: bucket 7 cannot be pinned here: it is gone');
  });
});

describe('the masters of the others', () => {
  it('are told once, and again when one changes or the instance was restarted', async () => {
    const one = storage();
    const told = async () => {
      calls = [];
      await one.tick();
      return calls.filter(({ method }) => method === 'buckets_peers').map(({ params }) => params);
    };
    expect(await told()).toEqual([{ peers }]);
    expect(await told()).toEqual([]);
    peers = [{ replicaset: s2, uri: 'h:3' }];
    expect(await told()).toEqual([{ peers: [{ replicaset: s2, uri: 'h:3' }] }]);
    pid = 8;
    expect(await told()).toHaveLength(1);
    expect(one.status).toMatchObject({ owned: 50, leaving: 7, movedTotal: 2 });
  });

  it('what it says of its buckets comes with its status, and is nothing where that says nothing', async () => {
    const one = storage();
    await one.tick();
    expect([methods(), one.status?.owned]).toEqual([['buckets_peers'], 50]);
    sampled = null;
    await one.tick();
    expect(one.status).toBeNull();
  });

  it('an instance that does not run is asked nothing', async () => {
    const one = storage(false);
    await one.tick();
    expect([calls, one.status]).toEqual([[], null]);
  });
});
