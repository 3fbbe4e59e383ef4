import { measuredBy } from '~/bench/machine.ts';

/** `met` null: no target. */
export type Row = { readonly what: string; readonly target: string; readonly value: string; readonly met: boolean | null };

const verdict = (met: boolean | null) => (met === null ? '' : met ? ' ✓' : ' **missed**');

export function reportOf(rows: readonly Row[], { args, instances }: { args: readonly string[]; instances: number }): string {
  return [
    `# The dashboard with ${instances} instances`,
    '',
    measuredBy('dashboard', args),
    '',
    'Everything shares this one machine: the server, the simulated agents, and Chromium, which draws in software. Each instance reports once a second. Times of the page are told by the page, at the first frame after the change. A load well above the number of cores means that others were at work: then times say little, processor time still does, unless all of this ran before them (`chrt -r 20 npm run bench dashboard`).',
    '',
    '| what | target | measured |',
    '| --- | --- | --- |',
    ...rows.map(({ what, target, value, met }) => `| ${what} | ${target} | ${value}${verdict(met)} |`),
    '',
  ].join('\n');
}
