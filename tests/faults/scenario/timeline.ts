/** What was done when, for whoever reads a counterexample: faults with names for roles, and when each held. */
import type { Verdict } from '../checkers/verdict.ts';
import type { Fault, FaultKind, Scenario } from './format.ts';

/** Moments of CLOCK_MONOTONIC in ms, when it was begun and ended, and how long each took to hold. */
export type Happened = { readonly fault: Fault; readonly begun: number; readonly ended: number; readonly beginTookMs: number; readonly endTookMs: number };

export function words(fault: FaultKind): string {
  const way = (direction: string) => (direction === 'both' ? '' : ` (only what it ${direction === 'out' ? 'sends' : 'is sent'})`);
  switch (fault.kind) {
    case 'kill':
      return `kill ${fault.program} on ${fault.node}`;
    case 'pause':
      return `pause ${fault.program} on ${fault.node}`;
    case 'stop':
      return `stop ${fault.node} in good order`;
    case 'apply':
      return 'commit another configuration';
    case 'cut':
      return `cut ${fault.node} from ${fault.other}${way(fault.direction)}`;
    case 'isolate':
      return `isolate ${fault.node}${way(fault.direction)}`;
    case 'split':
      return `split ${fault.sides.map((side) => side.join('+')).join(' | ')}`;
    case 'loss':
      return `lose ${Math.round(fault.share * 100)} % of packets of ${fault.node}`;
    case 'delay':
      return `packets of ${fault.node} late by ${fault.ms} to ${fault.ms + fault.jitterMs} ms`;
    case 'full':
      return `fill the disk of ${fault.node}`;
    case 'blackout':
      return 'kill everything';
    case 'switch':
      return `make ${fault.node} the master`;
    case 'drain':
      return `drain the replicaset of ${fault.node}`;
    case 'reset':
      return `reset connections of ${fault.node}`;
  }
}

/** One line to each, with the time since `zero`, the begin of the workload. */
export function timeline(happened: readonly Happened[], zero: number): string[] {
  const at = (moment: number) => `${((moment - zero) / 1_000).toFixed(3)} s`.padStart(10);
  return happened
    .flatMap(({ fault, begun, ended, beginTookMs, endTookMs }) => [
      { moment: begun, line: `${at(begun)}  ${words(fault)} (${beginTookMs.toFixed(1)} ms)` },
      { moment: ended, line: `${at(ended)}  end: ${words(fault)} (${endTookMs.toFixed(1)} ms)` },
    ])
    .toSorted((a, b) => a.moment - b.moment)
    .map(({ line }) => line);
}

/** All that is needed to see it again. */
export function counterexample(scenario: Scenario, { verdicts, happened, zero }: { readonly verdicts: readonly Verdict[]; readonly happened: readonly Happened[]; readonly zero: number }): string {
  return [
    `${scenario.name}, seed ${scenario.seed}`,
    ...verdicts.filter(({ valid }) => valid !== true).flatMap(({ checker, valid, problems }) => [`${checker}: ${valid === 'unknown' ? 'gave up' : 'failed'}`, ...problems.map((problem) => `  ${problem}`)]),
    'faults:',
    ...timeline(happened, zero),
    'again:',
    JSON.stringify(scenario),
  ].join('\n');
}
