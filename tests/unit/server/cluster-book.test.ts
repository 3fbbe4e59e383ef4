import { expect, test } from 'vitest';
import { ClusterMetrics, type ClusterSeriesName, type MetricName } from '~/contract/shapes/metrics.ts';
import { ClusterBook } from '~/server/runtime/metrics/cluster-book.ts';

/** The whole cluster over time: sums of what was heard, once a second, and as few numbers as were asked for. */

const start = 1_800_000_000_000;

class World {
  now = start;
  readonly figures = new Map<string, Partial<Record<MetricName, number>>>();
  issues = 0;
  readonly book = new ClusterBook({ now: () => this.now, latest: (uuid, series) => this.figures.get(uuid)?.[series] ?? NaN, instances: () => ['a', 'b', 'c'], openIssues: () => this.issues });

  says(uuid: string, figures: Partial<Record<MetricName, number>>): void {
    this.figures.set(uuid, { agentRssBytes: 1, ...figures });
  }

  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1000;
      this.book.look();
    }
  }

  read(range: 'hour' | 'day', steps: number, since?: number) {
    return ClusterMetrics.parse(this.book.read({ range, steps, since }));
  }
}

const of = ({ series }: ClusterMetrics, name: ClusterSeriesName) => series.find((one) => one.name === name)!;

test('requests and memory are sums, lag is the worst, and those not heard are not in them', () => {
  const world = new World();
  world.says('a', { requestsPerSecond: 100, lagSeconds: 0.25, memoryUsedBytes: 1024, memoryQuotaBytes: 4096 });
  world.says('b', { requestsPerSecond: 50, lagSeconds: 2, memoryUsedBytes: 1024, memoryQuotaBytes: 4096 });
  world.issues = 3;
  world.pass(1);
  world.figures.delete('b');
  world.says('c', { lagSeconds: 100 * 365 * 86_400 });
  world.pass(1);
  const { stepMs, startMs, count, ...metrics } = world.read('hour', 3600);
  expect({ stepMs, startMs, count }).toEqual({ stepMs: 1000, startMs: start + 1000, count: 2 });
  const values = Object.fromEntries(metrics.series.map((one) => [one.name, one.values]));
  expect(values).toEqual({ requestsPerSecond: [150, 100], lagSeconds: [2, 0.25], memoryUsedBytes: [2048, 1024], memoryQuotaBytes: [8192, 4096], openIssues: [3, 3], instancesHeard: [2, 2] });
});

test('a page gets as few numbers as it asked for, and each step keeps its least and its greatest', () => {
  const world = new World();
  for (let second = 0; second < 90; second += 1) {
    world.says('a', { requestsPerSecond: second === 40 ? 1024 : 16 });
    world.pass(1);
  }
  const metrics = world.read('hour', 120);
  expect({ stepMs: metrics.stepMs, aligned: metrics.startMs % 30_000, count: metrics.count }).toEqual({ stepMs: 30_000, aligned: 0, count: 4 });
  expect(of(metrics, 'requestsPerSecond')).toMatchObject({ label: 'Requests', unit: 'perSecond', min: [16, 16, 16, 16], max: [16, 1024, 16, 16] });
  expect(world.read('hour', 1)).toMatchObject({ stepMs: 3_600_000, count: 1 });
  expect(of(world.read('day', 1440), 'requestsPerSecond')).toMatchObject({ min: [16, 16], max: [1024, 16] });
  expect(world.read('hour', 120, world.now + 60_000)).toMatchObject({ count: 0 });
});

test('where nothing is known there is a gap, and no nought', () => {
  const world = new World();
  world.pass(2);
  const metrics = world.read('hour', 3600);
  expect(of(metrics, 'lagSeconds').values).toEqual([null, null]);
  expect(of(metrics, 'instancesHeard').values).toEqual([0, 0]);
  expect(new World().read('day', 10)).toMatchObject({ count: 0 });
});
