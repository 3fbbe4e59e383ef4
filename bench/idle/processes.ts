import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What a process has taken so far, from /proc: processor time to the nanosecond, as clock ticks are too coarse for 1 %. */
export type Used = { readonly pid: number; readonly name: string; readonly cpuSeconds: number; readonly rssBytes: number; readonly fileBytes: number };

/** Of these and of the Node processes that they have started: the router's. */
export function taken(pids: readonly number[]): Used[] {
  const all = new Set([...pids, ...pids.flatMap(childrenOf).filter((pid) => argumentsOf(pid).some((argument) => argument.endsWith('/router/main.mjs')))]);
  return [...all].map((pid) => ({ pid, name: nameOf(argumentsOf(pid)), cpuSeconds: cpuSecondsOf(pid), ...memoryOf(pid) })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const argumentsOf = (pid: number): string[] => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');

function nameOf(given: readonly string[]): string {
  if (given.includes('server')) return 'server';
  return given.includes('--name') ? `agent ${given[given.indexOf('--name') + 1]}` : 'router';
}

const threadsOf = (pid: number): string[] => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);

function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) => readFileSync(`${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
}

function cpuSecondsOf(pid: number): number {
  return threadsOf(pid).filter((thread) => existsSync(thread)).reduce((sum, thread) => sum + Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e9, 0);
}

function memoryOf(pid: number): { rssBytes: number; fileBytes: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (field: string) => 1024 * Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { rssBytes: bytes('VmRSS'), fileBytes: bytes('RssFile') };
}
