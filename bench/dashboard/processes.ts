import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** What processes use, from /proc. */

export type Usage = { readonly cpuRatio: number; readonly rssBytes: number };

const ticksPerSecond = 100;

/** The pid of the server that `npm run up` has started: the one process that is not the simulation. */
export function processesOf(folder: string, simulated: number): number {
  const { processes } = JSON.parse(readFileSync(join(folder, 'data/up.json'), 'utf8')) as { processes: { pid: number }[] };
  return processes.find(({ pid }) => pid !== simulated)!.pid;
}

function usedOf(pid: number): { ticks: number; rssBytes: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { ticks: Number(fields[11]) + Number(fields[12]), rssBytes: 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) };
}

/** Over so many milliseconds. */
export async function cpuOf<K extends string>(pids: Record<K, number>, forMs: number): Promise<Record<K, Usage>> {
  const names = Object.keys(pids) as K[];
  const before = names.map((name) => usedOf(pids[name]).ticks);
  const begun = performance.now();
  await wait(forMs);
  const seconds = (performance.now() - begun) / 1000;
  const usages = names.map((name, index) => {
    const { ticks, rssBytes } = usedOf(pids[name]);
    return [name, { cpuRatio: (ticks - before[index]!) / ticksPerSecond / seconds, rssBytes }] as const;
  });
  return Object.fromEntries(usages) as Record<K, Usage>;
}
