/** The figures that only the simulator can give. */

import { measureSimulated } from '~/swim/simulator/figures.ts';
import type { Report } from './report.ts';

export function simulatedRows(report: Report): void {
  const figures = measureSimulated({ runs: 20, bigMembers: 1_000, clock: () => performance.now() });
  const rows = figures.map(({ figure, profile, members, unit, samples, p50, p99, targetP50, targetP99, met }) => {
    const targets = [targetP50 === undefined ? '' : `p50 ${targetP50}`, targetP99 === undefined ? '' : `p99 ${targetP99}`].filter((one) => one !== '').join(', ');
    const verdict = met === undefined ? '' : met ? ' ✓' : ' **missed**';
    return `| ${figure} | ${profile} | ${members} | ${targets} | ${p50.toFixed(1)} | ${p99.toFixed(1)}${verdict} | ${unit} | ${samples} |`;
  });
  report.note(['## Simulated', '', '| | profile | n | target | p50 | p99 | unit | samples |', '| --- | --- | ---: | --- | ---: | ---: | --- | ---: |', ...rows].join('\n'));
}
