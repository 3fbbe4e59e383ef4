import { measuredBy } from '~/bench/machine.ts';
import type { Used } from './processes.ts';

export const goals = { cpuRatio: 0.01, rssBytes: 90e6 } as const;

type Row = Used & { readonly cpuRatio: number };

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const verdict = (value: number, goal: number, { name }: Row) => (name.startsWith('agent') ? (value <= goal ? ' ✓' : ' **missed**') : '');

export function reportOf(rows: readonly Row[], { args, warmMs, measuredMs }: { args: readonly string[]; warmMs: number; measuredMs: number }): string {
  return [
    '# What an idle cluster takes',
    '',
    measuredBy('idle', args),
    '',
    `The demo cluster of \`npm run up\`, which nobody asks anything: measured for ${measuredMs / 1000} s, ${warmMs / 1000} s after it was ready. Goals of an agent: ${goals.cpuRatio * 100} % of a core, ${megabytes(goals.rssBytes)} MB resident. Some 45 MB of each are Node's own file, which all Node processes of a host share ("of files"). A load above the number of cores means that others were at work: then a thread that wakes finds cold caches, and the same work takes up to twice the processor time.`,
    '',
    '| process | of a core | resident (MB) | of files (MB) |',
    '| --- | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row.name} | ${(row.cpuRatio * 100).toFixed(2)} %${verdict(row.cpuRatio, goals.cpuRatio, row)} | ${megabytes(row.rssBytes)}${verdict(row.rssBytes, goals.rssBytes, row)} | ${megabytes(row.fileBytes)} |`),
    '',
  ].join('\n');
}
