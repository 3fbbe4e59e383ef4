/** What we promise of our own failover, each measured many times on systems that go on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acksOf, gaps, percentiles } from '~/tests/faults/checkers/outages.ts';
import { common, lengthMs } from '~/tests/faults/checkers/intervals.ts';
import { NamespaceLab } from '~/tests/faults/lab/namespaces.ts';
import type { Fault, FaultKind, Scenario } from '~/tests/faults/scenario/format.ts';
import { runScenario, type Ran } from '~/tests/faults/scenario/run.ts';
import { Coterie, coterieDefaults, type CoterieOptions } from '~/tests/faults/systems/coterie.ts';
import { Returns } from './returns.ts';

type Goal = {
  readonly title: string;
  readonly options: Partial<CoterieOptions>;
  /** By the number of the time: switchovers go round. */
  readonly fault: (time: number) => FaultKind;
  /** On each system, and how many systems one after the other: an agent starts a process that ends often the later. */
  readonly times: number;
  readonly systems: number;
  readonly everyMs: number;
  readonly faultMs: number;
  readonly rate: number;
  readonly workers: number;
  /** Waited for: the first acknowledgement after it, or the longest time without one around it. */
  readonly measures: 'first' | 'gap';
  /** p50 and p99 in ms. */
  readonly goal: readonly [number, number];
};

const clients = ['c1', 'c2'];
const [beforeMs, aroundMs] = [2_000, 1_500];
const hostLost: FaultKind = { kind: 'kill', node: 'master', program: 'all' };

export const goals: readonly Goal[] = [
  { title: "kill -9 of the master's Tarantool", options: {}, fault: () => ({ kind: 'kill', node: 'master', program: 'tarantool' }), times: 6, systems: 5, everyMs: 3_000, faultMs: 100, rate: 500, workers: 4, measures: 'first', goal: [60, 200] },
  { title: 'host of the master lost, lease 2 s', options: {}, fault: () => hostLost, times: 5, systems: 3, everyMs: 8_000, faultMs: 4_000, rate: 500, workers: 4, measures: 'first', goal: [2_200, 2_900] },
  { title: 'host of the master lost, lease 1.2 s', options: { leaseMs: 1_200 }, fault: () => hostLost, times: 5, systems: 3, everyMs: 7_000, faultMs: 3_000, rate: 500, workers: 4, measures: 'first', goal: [1_300, 1_800] },
  { title: 'switchover under 10,000 writes a second', options: {}, fault: (time) => ({ kind: 'switch', node: `n${((time + 1) % 3) + 1}` }), times: 10, systems: 2, everyMs: 2_000, faultMs: 1, rate: 5_000, workers: 32, measures: 'gap', goal: [20, 100] },
];

/** `systems`: fewer of them, to see that it works. */
export async function goalRows(systems: number | null): Promise<string[]> {
  const rows: string[] = [];
  for (const goal of goals) {
    const all: Measured[] = [];
    for (let system = 0; system < Math.min(systems ?? goal.systems, goal.systems); system += 1) {
      all.push(await measure(goal));
      console.log(`${goal.title}: ${JSON.stringify(all.at(-1))}`);
    }
    rows.push(rowOf(goal, all));
  }
  return rows;
}

export type Measured = {
  /** Of each time. */
  readonly waitedMs: readonly number[];
  readonly backMs: readonly number[];
  readonly perSecond: number;
  readonly lost: number;
  readonly kept: number;
  readonly twoMastersMs: number;
};

export async function measure(goal: Goal): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-goal-'));
  const system = new Coterie({ folder }, { ...coterieDefaults, ...goal.options });
  const nodes = [...system.nodes, ...clients];
  const faults = Array.from({ length: goal.times }, (_, time): Fault => ({ ...goal.fault(time), beginMs: beforeMs + time * goal.everyMs, endMs: beforeMs + time * goal.everyMs + goal.faultMs }));
  const scenario: Scenario = { name: 'goal', seed: 1, nodes, faults, durationMs: beforeMs + goal.times * goal.everyMs, workload: { name: 'set', clients, workers: goal.workers, rate: goal.rate }, checks: ['kept', 'writable', 'copies'] };
  const lab = NamespaceLab.open(nodes);
  try {
    await system.start(lab);
    const returns = new Returns(system);
    const ran = await runScenario(scenario, { lab, system, folder }).finally(() => returns.stop());
    if (ran.counterexample !== null) throw new Error(ran.counterexample);
    return measured(goal, ran, returns);
  } finally {
    await system.close();
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function measured({ measures }: Goal, ran: Ran, returns: Returns): Measured {
  const acks = acksOf(ran.history);
  const silent = gaps(acks, 0);
  const set = ran.verdicts.find(({ checker }) => checker === 'set')?.counts;
  return {
    waitedMs: ran.happened.map(({ begun, beginTookMs }) => {
      if (measures === 'gap') return Math.max(0, ...silent.filter((gap) => common(gap, { from: begun, to: begun + aroundMs })).map(lengthMs));
      // From when it holds: to find all programs of a host takes some milliseconds.
      const from = begun + beginTookMs;
      const first = acks.find(({ invoked }) => invoked >= from);
      return first ? first.returned - from : Infinity;
    }),
    backMs: measures === 'gap' ? [] : ran.happened.flatMap(({ fault, begun, ended }) => ('node' in fault ? (returns.backMs(fault.node, { from: begun, since: fault.kind === 'kill' && fault.program === 'all' ? ended : begun }) ?? []) : [])),
    perSecond: acks.length / ((acks.at(-1)!.returned - acks[0]!.returned) / 1_000),
    lost: set?.lost ?? Number.NaN,
    kept: set?.kept ?? Number.NaN,
    twoMastersMs: ran.verdicts.reduce((sum, { counts }) => sum + (counts.overlapMs ?? 0), 0),
  };
}

function rowOf({ title, goal }: Goal, all: readonly Measured[]): string {
  const times = percentiles(all.flatMap(({ waitedMs }) => waitedMs));
  const back = percentiles(all.flatMap(({ backMs }) => backMs));
  const sum = (of: (one: Measured) => number) => all.reduce((total, one) => total + of(one), 0);
  const ms = (value: number) => (Number.isFinite(value) ? value.toFixed(0) : 'never');
  return `| ${title} | ${times.count} | ${(sum(({ perSecond }) => perSecond) / all.length).toFixed(0)} | ${ms(times.p50)} | ${ms(times.p99)} | ${goal.join(' / ')} | ${sum(({ lost }) => lost)}, ${sum(({ kept }) => kept)} put aside | ${sum(({ twoMastersMs }) => twoMastersMs).toFixed(1)} | ${back.count === 0 ? '' : `${ms(back.p50)} / ${ms(back.max)}`} |`;
}
