import { clusterSeries, clusterSeriesNames, type ClusterMetrics, type ClusterSeriesName, type MetricRange } from '~/contract/shapes/metrics.ts';

/** Made-up load of a whole cluster: requests in waves, one lag that was mended, memory that grows, and a stretch in which nothing was heard. */
export function loadFixture({ range, steps }: { range: MetricRange; steps: number }, now: number): ClusterMetrics {
  const stepMs = (range === 'hour' ? 3_600_000 : 86_400_000) / steps;
  const startMs = Math.floor(now / stepMs - steps + 1) * stepMs;
  const of: Record<ClusterSeriesName, (index: number) => number> = {
    requestsPerSecond: (index) => 4200 + 1500 * Math.sin(index / 9) + 300 * Math.sin(index * 1.7),
    lagSeconds: (index) => (index > 80 && index < 88 ? 4 - Math.abs(84 - index) : 0.04),
    memoryUsedBytes: (index) => (600 + 2 * index) * 2 ** 20,
    memoryQuotaBytes: () => 1280 * 2 ** 20,
    openIssues: (index) => (index > 80 && index < 92 ? 3 : index > 60 ? 1 : 0),
    instancesHeard: () => 5,
  };
  const series = clusterSeriesNames.map((name) => {
    const values = Array.from({ length: steps }, (_, index) => (index > 30 && index < 36 ? null : of[name](index)));
    return { name, label: clusterSeries[name].label, unit: clusterSeries[name].unit, values, min: values, max: values };
  });
  return { startMs, stepMs, count: steps, series };
}
