/** A trial of the whole product: buckets are always on their way, and what happens meanwhile comes from the seed. */
import type { Lab } from '../lab/lab.ts';
import { seeded } from '../random.ts';
import type { CheckName, Fault, FaultKind, Scenario } from '../scenario/format.ts';
import { walk, walkKinds } from '../scenario/walk.ts';
import { ShardedCoterie, type ShardedOptions } from '../systems/sharded-coterie.ts';
import type { Trial } from './trial.ts';

/** After the last fault clients go on for so long, and are told of nothing any more at the end of it. */
const afterMs = 16_000;
const [durationMs, quietMs] = [30_000, 3_000];
const faultMs = [200, 6_000] as const;
const drainEveryMs = 5_000;
const client = 'c1';
export const shardedChecks: readonly CheckName[] = ['shards', 'told', 'kept', 'writable', 'copies'];
/** Each twice as likely as a blackout, of which there is enough in one. */
const kinds: readonly FaultKind['kind'][] = [...walkKinds, ...walkKinds.filter((kind) => kind !== 'blackout'), 'stop', 'switch', 'switch', 'apply'];

export function drawSharded(seed: number, lab: Lab['kind']): Trial {
  const random = seeded(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const durability = one<ShardedOptions['durability']>(['availability', 'availability', 'quorum', 'strict']);
  const options: ShardedOptions = {
    sharded: true, durability,
    // A majority of two is both.
    copies: durability === 'quorum' ? 3 : one([2, 2, 2, 3]),
    provider: one(['stateboard', 'etcd']),
    leaseMs: one([1_200, 2_000]),
    bucketsPerSecond: one([12, 30]),
  };
  const system = new ShardedCoterie({ folder: '' }, options);
  const faults = walk({
    seed,
    // Those that matter most are hit most.
    targets: [...system.nodes, 'master', 'master', 'replica', 'source', 'source', 'destination', 'destination', 'router', 'router', 'coordinator', 'coordinator', 'provider'],
    nodes: system.nodes, electable: system.data, programs: system.programs, kinds, durationMs, faultMs, quietMs,
  });
  return { lab, options, scenario: shardedScenario(`sharded-${seed}`, { seed, options, faults: [...drains(), ...faults.map(atRouters)], durationMs: durationMs + afterMs }) };
}

/** Only some hosts have one. */
const atRouters = (fault: Fault): Fault => ('program' in fault && fault.program === 'router' ? { ...fault, node: 'router' } : fault);

/** Everybody gives and takes in turn, each before the one before has ended. */
function drains(): Fault[] {
  return ['s1a', 's2a', 's3a', 's1a', 's3a', 's2a'].map((node, at) => ({ kind: 'drain', node, beginMs: 1_000 + at * drainEveryMs, endMs: 1_001 + at * drainEveryMs }));
}

export function shardedScenario(name: string, { seed, options, faults, durationMs }: { readonly seed: number; readonly options: ShardedOptions; readonly faults: readonly Fault[]; readonly durationMs: number }): Scenario {
  return {
    name, seed, faults, durationMs, checks: shardedChecks,
    nodes: [...new ShardedCoterie({ folder: '' }, options).nodes, client],
    workload: { name: 'sharded', clients: [client], workers: 8, rate: 120 },
  };
}
