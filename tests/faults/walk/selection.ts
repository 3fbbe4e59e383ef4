/**
 * What `npm test` tries of it each time: every class of faults once, on few systems, one scenario after the other. A
 * fault is begun when clients are under way, and everything has time to come back before the next.
 */
import type { CheckName, Fault, FaultKind, Scenario } from '../scenario/format.ts';
import { Coterie, coterieDefaults, type CoterieOptions } from '../systems/coterie.ts';
import { shardedDefaults } from '../systems/sharded-coterie.ts';
import type { PlainWorkload } from '../workloads/workload.ts';
import { shardedScenario } from './draw-sharded.ts';
import type { ProductOptions } from './trial.ts';

export type Selected = { readonly title: string; readonly options: ProductOptions; readonly scenarios: readonly Scenario[] };

const client = 'c1';
const [beforeMs, shortMs] = [1_000, 3_500];

type Row = {
  readonly name: string;
  readonly faults: readonly (FaultKind & { readonly at?: number; readonly forMs: number })[];
  readonly workload?: PlainWorkload;
  /** Where it takes longer to come back. */
  readonly afterMs?: number;
  /** None is needed, so none may be. */
  readonly noFailover?: true;
};

function selected(title: string, more: Partial<CoterieOptions>, rows: readonly Row[]): Selected {
  const options = { ...coterieDefaults, ...more };
  const { nodes } = new Coterie({ folder: '' }, options);
  const ofSet: CheckName = options.durability === 'availability' ? 'kept' : 'set';
  const checks = { set: ofSet, bank: 'bank', counter: 'counter', register: 'registers' } satisfies Record<PlainWorkload, CheckName>;
  const scenarios = rows.map(({ name, faults: plan, workload = 'set', afterMs = shortMs, noFailover }, index): Scenario => {
    const faults = plan.map(({ at = 0, forMs, ...kind }): Fault => ({ ...kind, beginMs: beforeMs + at, endMs: beforeMs + at + forMs }));
    return {
      name, seed: index + 1, faults, nodes: [...nodes, client],
      workload: { name: workload, clients: [client], workers: 4, rate: options.smallDisks ? 800 : 300 },
      checks: [checks[workload], 'writable', 'copies', ...(noFailover ? ['noFailover' as const] : [])],
      durationMs: Math.max(...faults.map(({ endMs }) => endMs)) + afterMs,
    };
  });
  return { title, options, scenarios };
}

const all = 'all';
const both = 'both';

/** In three parts, so that three files that run beside each other take about as long. */
export const selection = {
  masters: selected('availability, stateboard: masters', {}, [
    { name: 'process-killed', faults: [{ kind: 'kill', node: 'master', program: 'tarantool', forMs: 100 }] },
    { name: 'host-lost', faults: [{ kind: 'kill', node: 'master', program: all, forMs: 4_000 }] },
    { name: 'host-paused', faults: [{ kind: 'pause', node: 'master', program: all, forMs: 4_000 }] },
    { name: 'process-paused', faults: [{ kind: 'pause', node: 'master', program: 'tarantool', forMs: 4_000 }] },
    { name: 'agent-paused', faults: [{ kind: 'pause', node: 'master', program: 'agent', forMs: 4_000 }] },
    { name: 'master-isolated', faults: [{ kind: 'isolate', node: 'master', direction: both, forMs: 4_000 }] },
    { name: 'master-deaf', faults: [{ kind: 'isolate', node: 'master', direction: 'in', forMs: 4_000 }] },
    { name: 'master-mute', faults: [{ kind: 'isolate', node: 'master', direction: 'out', forMs: 4_000 }] },
    { name: 'switched-and-killed', faults: [{ kind: 'switch', node: 'n2', forMs: 1 }, { kind: 'kill', node: 'n2', program: 'tarantool', at: 30, forMs: 100 }] },
  ]),
  others: selected('availability, stateboard: others', {}, [
    { name: 'host-stopped', faults: [{ kind: 'stop', node: 'master', forMs: 1_000 }, { kind: 'apply', at: 2_500, forMs: 1 }] },
    { name: 'everything-killed', faults: [{ kind: 'blackout', forMs: 500 }], workload: 'bank', afterMs: 9_000 },
    { name: 'replica-lost', faults: [{ kind: 'kill', node: 'replica', program: all, forMs: 3_000 }], noFailover: true },
    { name: 'agent-killed', faults: [{ kind: 'kill', node: 'master', program: 'agent', forMs: 50 }] },
    { name: 'arbiter-lost', faults: [{ kind: 'kill', node: 'arbiter', program: all, forMs: 3_000 }], noFailover: true },
    { name: 'arbiter-paused', faults: [{ kind: 'pause', node: 'arbiter', program: all, forMs: 3_000 }], noFailover: true },
    { name: 'cut-from-provider', faults: [{ kind: 'cut', node: 'master', other: 'provider', direction: both, forMs: 3_000 }], noFailover: true },
    { name: 'link-between-copies', faults: [{ kind: 'cut', node: 'master', other: 'replica', direction: both, forMs: 3_000 }], noFailover: true },
  ]),
  quorum: selected('quorum, etcd, lease 1.2 s', { provider: 'etcd', durability: 'quorum', leaseMs: 1_200 }, [
    { name: 'process-killed', faults: [{ kind: 'kill', node: 'master', program: 'tarantool', forMs: 100 }] },
    { name: 'host-lost', faults: [{ kind: 'kill', node: 'master', program: all, forMs: 4_000 }], workload: 'register' },
    { name: 'host-paused', faults: [{ kind: 'pause', node: 'master', program: all, forMs: 3_000 }], workload: 'counter' },
    { name: 'master-isolated', faults: [{ kind: 'isolate', node: 'master', direction: both, forMs: 4_000 }], workload: 'bank' },
    { name: 'leader-of-etcd-killed', faults: [{ kind: 'kill', node: 'provider', program: 'etcd', forMs: 3_000 }], workload: 'register', noFailover: true },
    { name: 'lossy-and-late', faults: [{ kind: 'loss', node: 'master', share: 0.1, forMs: 4_000 }, { kind: 'delay', node: 'replica', ms: 10, jitterMs: 20, forMs: 4_000 }] },
    { name: 'coordinator-lost', faults: [{ kind: 'kill', node: 'coordinator', program: 'agent', forMs: 200 }] },
    { name: 'connections-reset', faults: [{ kind: 'reset', node: 'master', forMs: 300 }], workload: 'counter' },
  ]),
  arbiter: selected('availability, two copies and an arbiter with etcd', { copies: 2, provider: 'etcd', smallDisks: true }, [
    { name: 'master-and-a-client-isolated', faults: [{ kind: 'split', sides: [['master', client], ['replica', 'arbiter']], forMs: 4_000 }] },
    { name: 'disk-full', faults: [{ kind: 'full', node: 'master', forMs: 4_000 }] },
    { name: 'link-between-copies', faults: [{ kind: 'cut', node: 'n1', other: 'n2', direction: both, forMs: 3_000 }], noFailover: true },
    { name: 'arbiter-lost', faults: [{ kind: 'kill', node: 'arbiter', program: all, forMs: 3_000 }], noFailover: true },
  ]),
} as const satisfies Readonly<Record<string, Selected>>;

/** The whole product: buckets are on their way from the first second on, and each fault meets a hand-over. */
export const sharded: Selected = {
  title: 'three replicasets and two routers',
  options: shardedDefaults,
  scenarios: [
    shardedScenario('givers-and-takers', {
      seed: 1, options: shardedDefaults, durationMs: 9_000,
      faults: [
        { kind: 'drain', node: 's1a', beginMs: 500, endMs: 501 },
        { kind: 'kill', node: 'source', program: 'tarantool', beginMs: 2_000, endMs: 2_200 },
        { kind: 'switch', node: 's2b', beginMs: 4_000, endMs: 4_001 },
        { kind: 'kill', node: 'r1', program: 'router', beginMs: 4_500, endMs: 4_501 },
        { kind: 'isolate', node: 'destination', direction: both, beginMs: 5_500, endMs: 8_500 },
      ],
    }),
    shardedScenario('who-decides', {
      seed: 2, options: shardedDefaults, durationMs: 9_000,
      faults: [
        { kind: 'drain', node: 's3a', beginMs: 500, endMs: 501 },
        { kind: 'kill', node: 'coordinator', program: all, beginMs: 2_000, endMs: 4_000 },
        { kind: 'pause', node: 'source', program: all, beginMs: 4_500, endMs: 7_500 },
        { kind: 'cut', node: 'router', other: 's2a', direction: both, beginMs: 5_000, endMs: 7_000 },
        { kind: 'pause', node: 'provider', program: all, beginMs: 6_000, endMs: 8_500 },
      ],
    }),
  ],
};

/** By proxies: where there are no network namespaces this is all that can be tried. */
export const bySeparateLinks: Selected = selected('availability, stateboard, by proxies', {}, [
  { name: 'process-killed', faults: [{ kind: 'kill', node: 'master', program: 'tarantool', forMs: 100 }] },
  { name: 'master-isolated', faults: [{ kind: 'isolate', node: 'master', direction: both, forMs: 4_000 }] },
  { name: 'host-paused', faults: [{ kind: 'pause', node: 'master', program: all, forMs: 4_000 }] },
]);
