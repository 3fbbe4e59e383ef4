import { expect, it } from 'vitest';
import { Cluster } from './cluster.ts';

const stranger = '99999999-0000-4000-8000-000000000009';
const shape = { s1: ['a', 'b'], s2: ['c'] };
const found = (cluster: Cluster) => cluster.look().issues.filter(({ code }) => code.startsWith('alien') || code === 'expelled-left');
const after = (cluster: Cluster, ms: number, silent: string[] = []) => {
  found(cluster);
  cluster.pass(ms, silent);
  return found(cluster);
};

it('a stranger that is connected is critical, and is not taken off the list in one click', () => {
  const cluster = new Cluster(shape);
  cluster.says('b', (status) => void status.database!.replication.push({ id: 3, uuid: stranger, upstream: null, downstream: { status: 'follow', vclock: {}, message: null } }));
  expect(after(cluster, 5000)).toMatchObject([{ code: 'alien-replica', severity: 'critical', repair: null, sentence: expect.stringContaining('is connected, and copies its data') }]);
});

it('an instance of another replicaset on the list is known, and no stranger', () => {
  const cluster = new Cluster(shape);
  cluster.says('a', (status) => void status.database!.replication.push({ id: 3, uuid: cluster.id('c'), upstream: null, downstream: null }));
  expect(after(cluster, 60_000)).toEqual([]);
});

it('without a master nobody can take it off: nothing is offered', () => {
  const cluster = new Cluster(shape);
  for (const alias of ['a', 'b']) cluster.says(alias, (status) => Object.assign(status.database!, { readOnly: true, replication: [...status.database!.replication, { id: 3, uuid: stranger, upstream: null, downstream: null }] }));
  expect(after(cluster, 5000)).toMatchObject([{ code: 'alien-replica', severity: 'warning', repair: null, wayOut: expect.stringContaining('has none now') }]);
});

it('another agent at the address of the only copy is not offered its place', () => {
  const cluster = new Cluster(shape);
  const { status } = cluster.reports.get(cluster.id('c'))!;
  cluster.reports.set(stranger, { status: { ...status, uuid: stranger, state: 'unconfigured', database: null, config: null }, receivedAt: cluster.now, clockOffsetMs: 0 });
  expect(after(cluster, 9000)).toEqual([]);
  cluster.report('c', { receivedAt: cluster.now - 60_000 });
  expect(after(cluster, 3000, ['c'])).toMatchObject([{ code: 'alien-uuid', object: { name: 'c' }, repair: null, wayOut: expect.stringContaining('No other instance of s2 has a copy') }]);
});
