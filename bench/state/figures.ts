import type { StateProvider } from '~/state/provider.ts';

/** `first`: the endpoint that is asked first. */
export type Open = (client: string, first?: string) => StateProvider;

export const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * at), sorted.length - 1)] ?? Number.NaN;
}

export const quantiles = (values: readonly number[]): string => `${quantile(values, 0.5).toFixed(2)} / ${quantile(values, 0.99).toFixed(1)}`;

/** Of one call after the other. */
export async function latencies(seconds: number, ask: () => Promise<unknown>): Promise<number[]> {
  for (let i = 0; i < 5; i += 1) await ask();
  const taken: number[] = [];
  for (const endAt = performance.now() + seconds * 1_000; performance.now() < endAt; ) {
    const startedAt = performance.now();
    await ask();
    taken.push(performance.now() - startedAt);
  }
  return taken;
}
