import { measuredBy } from '~/bench/machine.ts';
import type { Used } from './processes.ts';

export const goals = { cpuRatio: 0.01, rssBytes: 90e6 } as const;

type Row = Used & { readonly cpuRatio: number };
/** Milliseconds since the cluster was ready. */
export type Window = { readonly atMs: number; readonly rows: readonly Row[] };

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const verdict = (value: number, goal: number, { name }: Row) => (name.startsWith('agent') ? (value <= goal ? ' ✓' : ' **missed**') : '');
const at = (ms: number) => (ms < 120_000 ? `${ms / 1000} s` : `${ms / 60_000} min`);

export function reportOf(windows: readonly Window[], { args, measuredMs }: { args: readonly string[]; measuredMs: number }): string {
  const names = windows[0]!.rows.map(({ name }) => name);
  const cells = (row: Row) => [`${(row.cpuRatio * 100).toFixed(2)} %${verdict(row.cpuRatio, goals.cpuRatio, row)}`, `${megabytes(row.rssBytes)}${verdict(row.rssBytes, goals.rssBytes, row)}`, megabytes(row.fileBytes)];
  return [
    '# What an idle cluster takes',
    '',
    measuredBy('idle', args),
    '',
    `The demo cluster of \`npm run up\`, which nobody asks anything: measured for ${measuredMs / 1000} s each, ${windows.map(({ atMs }) => at(atMs)).join(' and ')} after it was ready. Goals of an agent: ${goals.cpuRatio * 100} % of a core, ${megabytes(goals.rssBytes)} MB resident. For some minutes after a start V8 goes on compiling what runs again and again. Some 45 MB of each are Node's own file, which all Node processes of a host share ("of files"). A load above the number of cores means that others were at work: then a thread that wakes finds cold caches, and the same work takes up to twice the processor time.`,
    '',
    `| process | ${windows.map(({ atMs }) => `of a core, after ${at(atMs)} | resident (MB) | of files (MB)`).join(' | ')} |`,
    `| --- | ${windows.map(() => '---: | ---: | ---:').join(' | ')} |`,
    ...names.map((name, index) => `| ${name} | ${windows.flatMap(({ rows }) => cells(rows[index]!)).join(' | ')} |`),
    '',
  ].join('\n');
}
