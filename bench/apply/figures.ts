/** Median, 95th percentile and worst of some durations. */
export type Figures = { readonly count: number; readonly p50: number; readonly p95: number; readonly max: number };

export function figures(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
