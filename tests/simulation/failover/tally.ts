import type { Options } from './options.ts';
import { Broken, simulate, type History } from './simulate.ts';

/** How much a walk over seeds has tried, and what broke. Plain data: it is a line in the log of a long walk. */
export type Tally = { readonly seeds: number; readonly promotions: number; readonly epochs: number; readonly hours: number; readonly events: number; readonly seen: Readonly<Record<string, number>>; readonly broken: readonly { readonly seed: number; readonly invariant: string }[] };

export const nothing: Tally = { seeds: 0, promotions: 0, epochs: 0, hours: 0, events: 0, seen: {}, broken: [] };

/** `epochs`: given out by coordinators; `promotions`: those in which somebody came to write. */
const ofHistory = ({ cluster, virtualMs, events, seen }: History): Tally => ({ seeds: 1, promotions: cluster.checks.promotions.length, epochs: seen.decided ?? 0, hours: virtualMs / 3_600_000, events, seen, broken: [] });

export function tried(seed: number, given: Partial<Options> = {}): { readonly tally: Tally; readonly broken: Broken | null } {
  try {
    return { tally: ofHistory(simulate(seed, given)), broken: null };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { tally: { ...nothing, seeds: 1, broken: [{ seed, invariant: error.invariant }] }, broken: error };
  }
}

export function added(a: Tally, b: Tally): Tally {
  const seen = { ...a.seen };
  for (const [what, count] of Object.entries(b.seen)) seen[what] = (seen[what] ?? 0) + count;
  return { seeds: a.seeds + b.seeds, promotions: a.promotions + b.promotions, epochs: a.epochs + b.epochs, hours: a.hours + b.hours, events: a.events + b.events, seen, broken: [...a.broken, ...b.broken] };
}

export const sentence = ({ seeds, promotions, epochs, hours, events, broken }: Tally): string => `${seeds} seeds, ${promotions} promotions in ${epochs} epochs, ${hours.toFixed(1)} simulated hours, ${(events / 1e6).toFixed(0)} million events, ${broken.length} violations`;
