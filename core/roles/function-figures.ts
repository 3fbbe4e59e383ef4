import type { FunctionStats } from '~/contract/shapes/function-view.ts';
import { tookBoundsMs, type FunctionFigures } from '~/contract/shapes/roles-status.ts';

/** Figures of one function as instances count them, put together: histograms add up, percentiles do not. */

type Told = { readonly instance: string; readonly figures: Omit<FunctionFigures, 'name' | 'role'> };
type Counted = Told['figures'];

const none: Counted = { calls: 0, errors: 0, refused: 0, running: 0, seconds: 0, took: tookBoundsMs.map(() => 0), lastError: null, lastErrorAt: null };

export const statsOf = (told: readonly Told[]): Omit<FunctionStats, 'name' | 'role' | 'unasked'> => ({
  ...shown(told.map(({ figures }) => figures).reduce(sum, none)),
  instances: told.toSorted((a, b) => (a.instance < b.instance ? -1 : 1)).map(({ instance, figures }) => ({ instance, ...shown(figures) })),
});

function sum(a: Counted, b: Counted): Counted {
  const last = (a.lastErrorAt ?? -1) >= (b.lastErrorAt ?? -1) ? a : b;
  return {
    calls: a.calls + b.calls, errors: a.errors + b.errors, refused: a.refused + b.refused, running: a.running + b.running, seconds: a.seconds + b.seconds,
    took: b.took.map((count, place) => count + (a.took[place] ?? 0)), lastError: last.lastError, lastErrorAt: last.lastErrorAt,
  };
}

const shown = ({ calls, errors, refused, running, seconds, took, lastError, lastErrorAt }: Counted) => ({
  calls, errors, refused, running, lastError, lastErrorAt,
  meanMs: calls === 0 ? null : (seconds * 1000) / calls, p50Ms: percentile(took, 0.5), p95Ms: percentile(took, 0.95), p99Ms: percentile(took, 0.99),
});

/** Within its step as if the calls were spread evenly over it; the last bound for all that took longer. */
export function percentile(took: readonly number[], share: number): number | null {
  const total = took.reduce((all, count) => all + count, 0);
  if (total === 0) return null;
  const wanted = share * total;
  let below = 0;
  for (const [place, bound] of tookBoundsMs.entries()) {
    const count = took[place] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const from = tookBoundsMs[place - 1] ?? 0;
      return from + ((bound - from) * (wanted - below)) / count;
    }
    below += count;
  }
  return tookBoundsMs.at(-1)!;
}
