import { valueText } from '~/contract/data-value.ts';
import type { exportFormats } from '~/contract/shapes/data.ts';
import type { DataColumn, DataPage } from '~/contract/shapes/data.ts';

/** Rows as a file: CSV for spreadsheets, JSON for programs. */

export function exported({ columns, rows }: DataPage, format: (typeof exportFormats)[number], { head }: { head: boolean }): string {
  if (format === 'json') return rows.map(({ values }) => `${JSON.stringify(asObject(columns, values))}\n`).join('');
  const names = columns.map(({ name }) => name);
  return [...(head && names.length > 0 ? [names.map(cell)] : []), ...rows.map(({ values }) => values.map((value) => (value === null ? '' : cell(value))))].map((line) => `${line.join(',')}\r\n`).join('');
}

/** Values beyond the names stand under their numbers. */
const asObject = (columns: readonly DataColumn[], values: readonly unknown[]): Record<string, unknown> => Object.fromEntries(values.map((value, at) => [columns[at]?.name ?? String(at + 1), value]));

/** A spreadsheet would run what begins as a formula. */
function cell(value: unknown): string {
  const text = valueText(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe === '' ? `"${safe.replaceAll('"', '""')}"` : safe;
}
