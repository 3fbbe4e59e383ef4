/** Percentiles of a few samples: nearest rank, never interpolated. */

export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export function largest(samples: readonly number[]): number {
  return samples.reduce((max, sample) => Math.max(max, sample), -Infinity);
}
