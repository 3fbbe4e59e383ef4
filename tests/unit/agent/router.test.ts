import { describe, expect, test } from 'vitest';
import { lagBehind, storageNews } from '~/agent/router/answers.ts';
import { FiguresWindow, figuresOf } from '~/agent/router/figures.ts';
import { processSettings } from '~/agent/router/settings.ts';
import { Storages } from '~/agent/router/storages.ts';
import { newestLeader, topologyFor } from '~/agent/router/topology.ts';
import { agreedUsers } from '~/agent/router/users.ts';
import type { RouterSettings } from '~/contract/shapes/router-settings.ts';
import { Histogram } from '~/router/histogram.ts';
import type { Stats } from '~/link/router-protocol.ts';
import { openUsers, sealUsers } from '~/link/sealed-users.ts';
import { clusterOf, instanceId, replicasetId } from '~/tests/unit/core-topology/support.ts';
import { waitFor } from '~/tests/support/wait.ts';

const [s1, s2, front] = [replicasetId(1), replicasetId(2), replicasetId(3)] as const;
const [a, b, c, r] = [1, 2, 3, 4].map(instanceId) as [string, string, string, string];
const cluster = (router?: RouterSettings) => ({
  ...clusterOf({ s1: { members: { a: { zone: 'east' }, b: {} } }, s2: { members: { c: { disabled: true } } }, front: { roles: ['router'], members: { r: { zone: 'east', router: '0.0.0.0:4400' } } } }),
  ...(router && { sharding: { groups: { default: { router } } } }),
});
const key = new Uint8Array(32).fill(7);

describe('what a router is told', () => {
  test('are the storages of its group with whoever leads by the newest word, and no disabled instance', () => {
    const words = { [s1]: { master: b, epoch: 4 } };
    const topology = topologyFor(cluster(), 'default', { leaderOf: (uuid) => words[uuid] ?? null, lagOf: (uuid) => (uuid === a ? 1130 : null) });
    expect(topology.replicasets).toEqual([
      { uuid: s1, alias: 's1', master: b, epoch: 4, instances: [{ uuid: a, uri: 'a:3301', zone: 'east', enabled: true, lagMs: 1250 }, { uuid: b, uri: 'b:3301', zone: null, enabled: true, lagMs: null }] },
      { uuid: s2, alias: 's2', master: null, epoch: 0, instances: [] },
    ]);
    expect(topologyFor(cluster(), 'hot', { leaderOf: () => null, lagOf: () => null }).replicasets).toEqual([]);
  });

  test('the later epoch counts, and of one epoch whoever names a master', () => {
    expect(newestLeader([{ master: a, epoch: 3 }, { master: b, epoch: 4 }, { master: a, epoch: 2 }])).toEqual({ master: b, epoch: 4 });
    expect(newestLeader([null, { master: null, epoch: 4 }, { master: b, epoch: 4 }, { master: a, epoch: 4 }])).toEqual({ master: b, epoch: 4 });
    expect(newestLeader([null])).toBeNull();
  });

  test('are settings of its group, with the distances from its own zone', () => {
    expect(processSettings(cluster(), a, 'p')).toBeNull();
    expect(processSettings(cluster(), r, 'p')).toMatchObject({ listen: '0.0.0.0:4400', group: 'default', zone: 'east', zoneDistances: {}, workers: 1, callTimeoutMs: 5000, credentials: { user: 'coterie_router', password: 'p' }, limits: { connectionsMax: 4096, inFlightMax: 20_000 } });
    expect(processSettings(cluster({ workers: 3, connectionsMax: 9, zoneDistances: { east: { west: 5 }, west: { east: 6 } } }), r, 'p')).toMatchObject({ workers: 3, zoneDistances: { west: 5 }, limits: { connectionsMax: 9 } });
  });
});

describe('users', () => {
  test('are those of all storages; where they do not agree most of them count, and the names are told', () => {
    const told = new Map([[s2, { app: 'new', only: 'x' }], [s1, { app: 'old' }], [front, { app: 'new', only: 'x' }]]);
    expect(agreedUsers(told)).toEqual({ users: { app: 'new', only: 'x' }, differ: ['app', 'only'] });
    expect(agreedUsers(new Map([[s2, { app: 'new' }], [s1, { app: 'old' }]]))).toEqual({ users: { app: 'old' }, differ: ['app'] });
    expect(agreedUsers(new Map([[s2, { app: 'x' }], [s1, { app: 'x' }]]))).toEqual({ users: { app: 'x' }, differ: [] });
    expect(agreedUsers(new Map())).toEqual({ users: {}, differ: [] });
  });

  test('travel sealed, for one replicaset', () => {
    const sealed = sealUsers({ app: 'hash' }, { key, replicaset: s1 });
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('hash');
    expect(openUsers(sealed, { key, replicaset: s1 })).toEqual({ app: 'hash' });
    for (const bounds of [{ key, replicaset: s2 }, { key: new Uint8Array(32), replicaset: s1 }]) expect(() => openUsers(sealed, bounds)).toThrow('The users were not sealed for this replicaset with the secret of this cluster.');
    expect(() => openUsers('', { key, replicaset: s1 })).toThrow(/not sealed/);
  });
});

describe('what an agent answers routers', () => {
  const link = (status: string, lagSeconds: number | null, idleSeconds: number | null) => [{ id: 1, uuid: b, upstream: { status, peer: null, lagSeconds, idleSeconds, message: null }, downstream: null }];
  test.each([
    ['follows', link('follow', 0.2, 0.5), 200],
    ['hears nothing', link('follow', 0.2, 9), 9000],
    ['has said nothing of lag yet', link('sync', null, null), 0],
    ['is broken', link('stopped', 0.2, 0.5), 86_400_000],
    ['has no link to that master', [], 86_400_000],
  ])('%s', (_, replication, lagMs) => expect(lagBehind({ replication }, b)).toBe(lagMs));

  const parts = (change: object = {}) => ({
    uuid: a, name: () => 'a', replicaset: () => s1, key, leader: () => ({ master: b, epoch: 6 }), database: () => ({ readOnly: true, replication: link('follow', 0.2, 0.1) }),
    control: { call: async (_method: string, params: object) => ({ digest: 'd2', users: (params as { known: string }).known === 'd2' ? null : { app: 'hash' } }) }, ...change,
  });

  test('who leads, how far it is behind, and users only where they are news', async () => {
    const news = await storageNews(parts(), { replicaset: s1, users: 'd1' });
    expect({ ...news, users: openUsers(news.users!, { key, replicaset: s1 }) }).toEqual({ instance: a, master: b, epoch: 6, lagMs: 200, digest: 'd2', users: { app: 'hash' } });
    expect(await storageNews(parts(), { replicaset: s1, users: 'd2' })).toMatchObject({ digest: 'd2', users: null });
    expect(await storageNews(parts({ leader: () => null, database: () => ({ readOnly: false, replication: [] }) }), { replicaset: s1, users: 'd2' })).toMatchObject({ master: a, epoch: 0, lagMs: null });
    expect(await storageNews(parts({ database: () => null }), { replicaset: s1, users: null })).toMatchObject({ master: b, lagMs: null, digest: null, users: null });
    await expect(storageNews(parts(), { replicaset: s2, users: null })).rejects.toThrow('a is not of that replicaset.');
  });
});

describe('what a router hears of storages', () => {
  const told = (instance: string, hash: string, master = b) => ({ instance, master, epoch: 2, lagMs: 10, digest: hash, users: sealUsers({ app: hash }, { key, replicaset: s1 }) });

  test('the word of a master counts over that of a replica that is behind, and old words are none', async () => {
    let now = 0;
    const answers: Record<string, string> = { [a]: 'old', [b]: 'new' };
    let heard = 0;
    const storages = new Storages({ ask: async (uuid) => {
      // The replica's word comes last.
      if (uuid === a) await new Promise(setImmediate);
      heard += 1;
      return told(uuid, answers[uuid]!);
    }, now: () => now, onNews: () => {}, key });
    expect(storages.complete).toBe(true);
    for (let round = 1; round <= 2; round += 1) {
      storages.look(cluster(), 'default');
      // Whoever has answered rests once.
      if (round > 1) storages.look(cluster(), 'default');
      await waitFor(() => heard === 2 * round, { timeoutMs: 2000, what: 'both to be asked' });
      // What they said is taken before anything else is done.
      await new Promise(setImmediate);
    }
    expect(storages.complete).toBe(true);
    expect(storages.agreed.users).toEqual({ app: 'new' });
    expect([storages.leaderOf(s1), storages.lagOf(a), storages.lagOf(c)]).toEqual([expect.objectContaining({ master: b, epoch: 2 }), 10, null]);
    now = 10_001;
    expect([storages.leaderOf(s1), storages.lagOf(a)]).toEqual([null, null]);
    expect(storages.agreed.users).toEqual({ app: 'new' });
    storages.look(cluster(), 'hot');
    expect(storages.agreed.users).toEqual({});
  });

  test('of those that answer every other time, and anew of those that do not', async () => {
    const asked: string[] = [];
    const storages = new Storages({ ask: async (uuid) => {
      asked.push(uuid);
      if (uuid === a) throw new Error('away');
      return told(uuid, 'new');
    }, now: () => 0, onNews: () => {}, key });
    for (let round = 1; round <= 4; round += 1) {
      storages.look(cluster(), 'default');
      await new Promise(setImmediate);
    }
    expect(asked.toSorted()).toEqual([a, a, a, a, b, b]);
  });
});

describe('figures', () => {
  const stats = (worker: number, upMs: number, times: readonly number[], more: Partial<Stats> = {}): Stats => {
    const histogram = new Histogram();
    for (const ms of times) histogram.record(ms);
    const call = { requests: times.length, errors: { timeout: times.filter((ms) => ms > 100).length }, p50Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0, classes: histogram.counts() };
    return { worker, upMs, connections: 2, inFlight: 1, held: 1, calls: times.length === 0 ? {} : { callrw: call }, retries: { WRONG_EPOCH: 1 }, map: { count: 30, known: 30 - worker, ageMs: 100 * worker, conflicts: 0, totals: {} }, pools: [{ instance: a, uri: 'a:3301', up: 1, connections: 2, inFlight: 0, slow: worker === 2 }, { instance: b, uri: 'b:3301', up: 0, connections: 2, inFlight: 0, slow: false }], masters: { [s1]: { instance: worker === 2 ? a : b, epoch: worker } }, memoryBytes: 10, cpuMs: upMs / 2, ...more };
  };

  test('are those of all workers, rates and percentiles of what came since', () => {
    const slow = Array.from({ length: 50 }, () => 200);
    const before = { at: 0, workers: [stats(1, 1000, slow), stats(2, 1000, [])] };
    const now = { at: 2000, workers: [stats(1, 3000, [...slow, ...Array.from({ length: 99 }, () => 1), 50]), stats(2, 3000, [])] };
    const figures = figuresOf(before, now);
    expect(figures).toMatchObject({ workers: 2, connections: 4, inFlight: 2, held: 2, requests: 150, errors: { timeout: 50 }, requestsPerSecond: 50, errorsPerSecond: 0, retries: { WRONG_EPOCH: 2 }, memoryBytes: 20, cpuRatio: 1 });
    expect([figures.p50Ms! > 0.9 && figures.p50Ms! < 1.1, figures.p99Ms! < 1.1]).toEqual([true, true]);
    expect(figures.calls).toMatchObject([{ name: 'callrw', requests: 150, errors: 50, requestsPerSecond: 50, errorsPerSecond: 0 }]);
    expect(figures.map).toEqual({ count: 30, known: 28, ageMs: 200, conflicts: 0 });
    expect(figures.pools).toEqual([{ instance: a, uri: 'a:3301', up: 2, connections: 4, inFlight: 0, slow: true }, { instance: b, uri: 'b:3301', up: 0, connections: 4, inFlight: 0, slow: false }]);
    expect(figures.masters).toEqual([{ replicaset: s1, instance: a, epoch: 2, up: true }]);
  });

  test('a worker that was started again counts from zero', () => {
    const before = { at: 0, workers: [stats(1, 60_000, Array.from({ length: 50 }, () => 200))] };
    expect(figuresOf(before, { at: 1000, workers: [stats(1, 500, [1, 1])] })).toMatchObject({ requests: 2, requestsPerSecond: 2, errorsPerSecond: 0 });
  });

  test('of one counting there are no rates', () => {
    expect(figuresOf(null, { at: 5, workers: [stats(1, 5, [1])] })).toMatchObject({ requests: 1, requestsPerSecond: 0, p50Ms: null, cpuRatio: 0 });
    expect(figuresOf(null, { at: 5, workers: [stats(1, 5, [], { map: { count: 0, known: 0, ageMs: null, conflicts: 0, totals: {} } })] }).map).toEqual({ count: 0, known: 0, ageMs: null, conflicts: 0 });
  });

  test('look back for ten seconds, and no further', () => {
    const window = new FiguresWindow();
    expect(window.figures).toBeNull();
    for (let second = 0; second <= 30; second += 1) window.add({ at: second * 1000, workers: [stats(1, second * 1000 + 1, Array.from({ length: Math.min(second, 10) * 10 }, () => 1))] });
    expect(window.figures).toMatchObject({ requests: 100, requestsPerSecond: 0, p50Ms: null });
    window.add({ at: 31_000, workers: [stats(1, 31_001, Array.from({ length: 200 }, () => 1))] });
    expect(window.figures!.requestsPerSecond).toBe(10);
    window.clear();
    expect(window.figures).toBeNull();
  });
});
