import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessCluster } from '~/tests/support/process-cluster.ts';

/** Processor time that the processes of a cluster have taken, in milliseconds: where that much is needed in all, two cores cannot do it sooner. */

export type Cpu = { readonly server: number; readonly agents: number; readonly tarantools: number };

const tickMs = 10;

export function cpuOf({ servers, agents }: ProcessCluster): Cpu {
  return { server: sum(servers.map(({ pid }) => pid)), agents: sum(agents.map(({ pid }) => pid)), tarantools: sum(agents.map(({ dataDir }) => tarantoolIn(dataDir))) };
}

export const since = (before: Cpu, now: Cpu): Cpu => ({ server: now.server - before.server, agents: now.agents - before.agents, tarantools: now.tarantools - before.tarantools });

const tarantoolIn = (dataDir: string): number => (JSON.parse(readFileSync(join(dataDir, 'tarantool.pid'), 'utf8')) as { pid: number }).pid;

const sum = (pids: readonly number[]): number => pids.reduce((total, pid) => total + takenBy(pid), 0);

function takenBy(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name in brackets, which may hold anything: fields 14 and 15 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
