import type { EvalResult } from '~/contract/shapes/status.ts';
import { table } from './table.ts';
import { coloured, dim, type Style } from './text.ts';

/** What code returned: SQL rows as a table, Lua values as JSON, a line each. */
export function evalText({ ok, values, columns, error, truncated }: EvalResult, style: Style): string {
  const note = truncated ? dim('cut; ask for more with --rows-max\n', style) : '';
  if (!ok) return `${coloured(error ?? 'failed', 'failed', style)}\n${note}`;
  if (columns === null) return `${values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}\n`).join('')}${note}`;
  const names = columns.map(({ name }) => name);
  return `${table(values.map((row) => Object.fromEntries(names.map((name, index) => [name, (row as unknown[])[index]]))), names, style)}${note}`;
}
