/** The faults that every system is put under: what happens to its master, and to the client beside it. */
import type { Fault, Scenario } from '~/tests/faults/scenario/format.ts';
import type { System } from '~/tests/faults/scenario/system.ts';

export const faultNames = ['kill', 'pause', 'partition'] as const;
export type FaultName = (typeof faultNames)[number];

/** `near` stays on the master's side of a cut, `far` on the other one. */
export const [near, far] = ['c1', 'c2'] as const;

export type FaultTimes = { readonly beforeMs: number; readonly faultMs: number; readonly afterMs: number };

export const sentences = {
  kill: "kill -9 of the master's server, started again at the end of the fault",
  pause: "SIGSTOP of the master's server, woken at the end of the fault",
  partition: 'the master and one client cut from everybody else, healed at the end of the fault',
} satisfies Record<FaultName, string>;

export function scenarioOf(name: FaultName, { system, server, times: { beforeMs, faultMs, afterMs }, seed, rate }: { readonly system: System; readonly server: string; readonly times: FaultTimes; readonly seed: number; readonly rate: number }): Scenario {
  const when = { beginMs: beforeMs, endMs: beforeMs + faultMs };
  const faults = {
    kill: { kind: 'kill', node: 'master', program: server, ...when },
    pause: { kind: 'pause', node: 'master', program: server, ...when },
    partition: { kind: 'split', sides: [['master', near], ['replica', 'n3', far]], ...when },
  } satisfies Record<FaultName, Fault>;
  return {
    name: `${system.name}-${name}-${seed}`, seed, nodes: [...system.nodes, near, far], faults: [faults[name]], checks: ['set'],
    workload: { name: 'set', clients: [near, far], workers: 4, rate },
    durationMs: beforeMs + faultMs + afterMs,
  };
}
