import type { LogLine } from '~/contract/shapes/status.ts';
import { oneOf, withParams } from './params.ts';

/** Which lines of a log are shown, and how they are copied. */

export const logSources = ['agent', 'tarantool', 'router'] as const;
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** `level`: this one and all that are worse. */
export type LogFilter = { readonly search: string; readonly level: (typeof logLevels)[number] | null; readonly source: (typeof logSources)[number] | null };

export const logFilterFrom = (params: URLSearchParams): LogFilter => ({ search: params.get('q') ?? '', level: oneOf(logLevels, params.get('level')), source: oneOf(logSources, params.get('source')) });

export const withLogFilter = (params: URLSearchParams, { search, level, source }: LogFilter): URLSearchParams => withParams(params, { q: search, level, source });

const weight = { debug: 0, verbose: 1, info: 1, warn: 2, error: 3, fatal: 3 } as const satisfies Record<LogLine['level'], number>;

export function matchingLines<T extends LogLine>(lines: readonly T[], { search, level, source }: LogFilter): readonly T[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '' && level === null && source === null) return lines;
  return lines.filter((line) => (source === null || line.source === source) && (level === null || weight[line.level] >= weight[level]) && (wanted === '' || line.text.toLowerCase().includes(wanted)));
}

/** As it is copied and downloaded: one line each, the time in UTC. */
export const logText = (lines: readonly LogLine[]): string => lines.map(({ at, source, level, text }) => `${at === null ? '' : new Date(at).toISOString()} ${source} ${level} ${text}`).join('\n');
