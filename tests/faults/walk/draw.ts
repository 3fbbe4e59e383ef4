/** A trial from a seed: how the system is set up, what clients do, and what happens to it meanwhile. */
import type { Lab } from '../lab/lab.ts';
import { seeded } from '../random.ts';
import type { CheckName, FaultKind } from '../scenario/format.ts';
import { walk, walkKinds } from '../scenario/walk.ts';
import { Coterie, type CoterieOptions } from '../systems/coterie.ts';
import type { PlainWorkload } from '../workloads/workload.ts';
import { drawSharded } from './draw-sharded.ts';
import type { Trial } from './trial.ts';

/** Of one replicaset. */
const kindsOfOne = [...walkKinds, 'stop', 'full', 'switch', 'apply'] as const satisfies readonly FaultKind['kind'][];

/** What can be asked for by `--only`. */
export const classes = [...kindsOfOne, 'sharded'] as const;
export type FaultClass = (typeof classes)[number];

const [durationMs, quietMs] = [30_000, 4_000];
const faultMs = [100, 7_000] as const;
const client = 'c1';

export function draw(seed: number, { lab, only }: { readonly lab: Lab['kind']; readonly only: FaultClass | null }): Trial {
  if (only === 'sharded') return drawSharded(seed, lab);
  const random = seeded(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const kinds = only === null ? kindsOfOne : [only];
  const options: CoterieOptions = {
    copies: one([2, 3, 3]),
    provider: one(['stateboard', 'etcd']),
    durability: one(['availability', 'availability', 'quorum', 'strict']),
    leaseMs: one([1_200, 2_000]),
    smallDisks: kinds.includes('full') && random() < (only === 'full' ? 1 : 0.3),
  };
  const system = new Coterie({ folder: '' }, options);
  const name = one<PlainWorkload>(options.durability === 'availability' ? ['set', 'set', 'bank'] : ['set', 'register', 'counter', 'bank']);
  const faults = walk({
    seed,
    // Those that matter most are hit most.
    targets: [...system.nodes, 'master', 'master', 'replica', 'coordinator', 'provider'],
    nodes: system.nodes, electable: system.data, programs: system.programs,
    kinds: kinds.filter((kind) => kind !== 'full' || options.smallDisks === true),
    durationMs, faultMs, quietMs,
  });
  return {
    lab, options,
    scenario: {
      name: `walk-${seed}`, seed, faults, durationMs,
      nodes: [...system.nodes, client],
      workload: { name, clients: [client], workers: 4, rate: one([100, 500]) },
      checks: [checkOf(name, options), 'writable', 'copies'],
    },
  };
}

function checkOf(name: PlainWorkload, { durability }: CoterieOptions): CheckName {
  switch (name) {
    case 'set':
      return durability === 'availability' ? 'kept' : 'set';
    case 'register':
      return 'registers';
    case 'counter':
      return 'counter';
    case 'bank':
      return 'bank';
  }
}
