/** One scenario on a new system of ours: set up as it says, run, judged, and taken down. Its folder holds all that is left of it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gaps, acksOf } from '../checkers/outages.ts';
import { lengthMs } from '../checkers/intervals.ts';
import { monotonicMs } from '../history/clock.ts';
import type { Lab } from '../lab/lab.ts';
import { NamespaceLab } from '../lab/namespaces.ts';
import { ProxyLab } from '../lab/proxies.ts';
import { seeded } from '../random.ts';
import type { Scenario } from '../scenario/format.ts';
import { runScenario, type Ran } from '../scenario/run.ts';
import { Coterie, type CoterieOptions } from '../systems/coterie.ts';
import { ShardedCoterie, type ShardedOptions } from '../systems/sharded-coterie.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How our product is set up: one replicaset, or the whole with buckets and routers. */
export type ProductOptions = CoterieOptions | ShardedOptions;

export const productOf = (place: { readonly folder: string }, options: ProductOptions): Coterie | ShardedCoterie => ('sharded' in options ? new ShardedCoterie(place, options) : new Coterie(place, options));

/** All that is needed to see it again. */
export type Trial = { readonly lab: Lab['kind']; readonly options: ProductOptions; readonly scenario: Scenario };

export type Tried = {
  readonly trial: Trial;
  /** Null where the harness itself failed: `problem` says how. */
  readonly ran: Ran | null;
  readonly problem: string | null;
  readonly violated: boolean;
  readonly tookMs: number;
};

export type Figures = { readonly faults: number; readonly moved: number; readonly unknown: number; readonly refused: number; readonly acknowledged: number; readonly lost: number; readonly kept: number; readonly masters: number; readonly twoMastersMs: number; readonly silentMs: number };

/** `folder` is made, and removed again when all holds. */
export async function attempt(trial: Trial, folder: string): Promise<Tried> {
  const begun = monotonicMs();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'trial.json'), `${JSON.stringify(trial, null, 2)}\n`);
  const tried = await tryIt(trial, folder).then(
    (ran): Omit<Tried, 'trial' | 'tookMs'> => ({ ran, problem: ran.counterexample, violated: ran.verdicts.some(({ valid }) => valid === false) }),
    (error: unknown) => ({ ran: null, problem: error instanceof Error ? (error.stack ?? error.message) : String(error), violated: false }),
  );
  if (tried.problem === null) rmSync(folder, { recursive: true, force: true });
  else writeFileSync(join(folder, tried.violated ? 'counterexample.txt' : 'problem.txt'), `${tried.problem}\n`);
  return { trial, tookMs: monotonicMs() - begun, ...tried };
}

export const openLab = (kind: Lab['kind'], { nodes, seed }: Pick<Scenario, 'nodes' | 'seed'>): Lab => (kind === 'namespaces' ? NamespaceLab.open(nodes) : new ProxyLab(nodes, seeded(seed)));

async function tryIt({ lab: kind, options, scenario }: Trial, folder: string): Promise<Ran> {
  const system = productOf({ folder }, options);
  const lab = openLab(kind, scenario);
  // Whoever does not wait for the end leaves no agents behind.
  const interrupted = () => void Promise.allSettled([system.close(), lab.close()]).then(() => process.exit(130));
  for (const signal of signals) process.once(signal, interrupted);
  try {
    await system.start(lab);
    return await runScenario(scenario, { lab, system, folder });
  } finally {
    for (const signal of signals) process.off(signal, interrupted);
    await system.close();
    await lab.close();
  }
}

export function figuresOf({ happened, history, verdicts }: Ran): Figures {
  // Each replicaset has a verdict of its own.
  const count = (checker: string, name: string) => verdicts.filter((one) => one.checker === checker).reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);
  const acks = acksOf(history);
  return {
    faults: happened.length,
    moved: count('shards', 'moved'),
    acknowledged: acks.length,
    unknown: history.filter(({ outcome }) => outcome === 'info').length,
    refused: history.filter(({ outcome }) => outcome === 'fail').length,
    lost: count('set', 'lost') - count('set', 'kept'),
    kept: count('set', 'kept'),
    masters: count('writable', 'intervals'),
    twoMastersMs: count('writable', 'overlapMs') + count('witnessed', 'overlapMs'),
    silentMs: Math.max(0, ...gaps(acks, 0).map(lengthMs)),
  };
}
