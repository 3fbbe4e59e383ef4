import { expect, test } from 'vitest';
import { linePath, loadLines } from '~/app/lib/load.ts';
import { clusterSeries, clusterSeriesNames, type ClusterMetrics, type ClusterSeriesName } from '~/contract/shapes/metrics.ts';

/** The small charts of the whole cluster. */

const metrics = (known: Partial<Record<ClusterSeriesName, { values: (number | null)[]; max?: (number | null)[] }>>): ClusterMetrics => ({
  startMs: 0, stepMs: 30_000, count: 3,
  series: clusterSeriesNames.map((name) => {
    const { values, max = values } = known[name] ?? { values: [null, null, null] };
    return { name, label: clusterSeries[name].label, unit: clusterSeries[name].unit, values, min: values, max };
  }),
});

test('each says how it stands now and what was the most', () => {
  const lines = loadLines(metrics({
    requestsPerSecond: { values: [1000, 3000, 1500], max: [1200, 9000, 1600] }, lagSeconds: { values: [0.1, 0.1, 0.1], max: [0.1, 4, 0.1] },
    memoryUsedBytes: { values: [1024, 1024, 2048] }, memoryQuotaBytes: { values: [4096, 4096, 4096] }, openIssues: { values: [0, 0.5, 1.8], max: [0, 2, 2] },
  }));
  expect(lines.map(({ label, now, most, top }) => [label, now, most, top])).toEqual([['Requests', '1.5K/s', '9K/s', 3000], ['Worst lag', '100 ms', '4 s', 4], ['Memory in use', '50 %', '50 %', 1], ['Open issues', '2', '2', 2]]);
  expect(lines[2]!.values).toEqual([0.25, 0.25, 0.5]);
});

test('where nothing is known it says nothing', () => {
  for (const { now, most, values } of loadLines(metrics({}))) expect([now, most, values]).toEqual(['—', '—', [null, null, null]]);
});

test('a line ends at the end of the range, breaks at gaps, and a single step is seen', () => {
  const span = { startMs: 60_000, stepMs: 30_000, endMs: 180_000, rangeMs: 300_000 };
  const box = { width: 100, height: 10, top: 4 };
  expect(linePath([0, 4, null, 2], span, box)).toBe('M60 10L70 10L70 0L80 0M90 5L100 5');
  expect(linePath([null, null], span, box)).toBe('');
  expect(linePath([0], span, { ...box, top: 0 })).toBe('M60 10L70 10');
});
