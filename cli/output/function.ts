import type { FunctionStats, FunctionVersion } from '~/contract/shapes/function-view.ts';
import { table } from './table.ts';
import { bold, coloured, dim, localTime, type Style } from './text.ts';
import { diffText } from './code.ts';

/** Functions as they fare, and as they came to be. */

const figure = (ms: number | null): string => (ms === null ? '-' : ms < 10 ? ms.toFixed(2) : String(Math.round(ms)));
const columns = ['on', 'calls', 'errors', 'refused', 'running', 'mean ms', 'p50 ms', 'p95 ms', 'p99 ms', 'last error'];

/** All instances together, then each. */
export function functionStatsText({ instances, unasked, ...all }: FunctionStats, style: Style): string {
  const cells = (on: string, { calls, errors, refused, running, meanMs, p50Ms, p95Ms, p99Ms, lastError }: Omit<FunctionStats, 'name' | 'role' | 'instances' | 'unasked'>) => ({ on, calls, errors, refused, running, 'mean ms': figure(meanMs), 'p50 ms': figure(p50Ms), 'p95 ms': figure(p95Ms), 'p99 ms': figure(p99Ms), 'last error': lastError ?? '-' });
  const rows = [cells('all', all), ...instances.map(({ instance, ...of }) => cells(instance, of))];
  return `${table(rows, columns, style)}${unasked.map(({ instance, why }) => `${coloured('MISSING', 'critical', style)}  ${instance}: ${why}\n`).join('')}`;
}

export function functionHistoryText({ versions, older }: { readonly versions: readonly FunctionVersion[]; readonly older: number | null }, name: string, style: Style): string {
  const all = versions.map(({ version, at, author, reason, kind, ...change }) => `${bold(`version ${version}`, style)}  ${kind} by ${author} at ${localTime(at)}${reason === null ? '' : `: ${reason}`}\n${diffText([{ kind, file: name, ...change }], style)}`);
  const more = older === null ? '' : dim(`Versions older than ${older} were not looked at: --before ${older}`, style);
  return `${all.length === 0 ? 'None of the versions that were looked at changed it.\n' : all.join('\n')}${more === '' ? '' : `${more}\n`}`;
}
