import { kebab } from '~/contract/index.ts';
import { bold, cell, coloured, type Style } from './text.ts';

/** Rows as a table that a person reads and `awk` can cut: two spaces between columns, no lines. */

const widthMax = 90;

export function pick(row: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined), row);
}

/** `like`: rows of all tables that stand under each other, so that their columns line up. */
export function table(rows: readonly unknown[], columns: readonly string[], style: Style, like: readonly unknown[] = rows): string {
  const heads = columns.map((path) => headOf(path).toUpperCase());
  const cellsOf = (row: unknown) => columns.map((path, index) => (index === columns.length - 1 ? oneLine : clip)(cell(path, pick(row, path), style)));
  const cells = rows.map(cellsOf);
  const measured = like === rows ? cells : like.map(cellsOf);
  const widths = heads.map((head, index) => Math.max(head.length, ...measured.map((line) => line[index]!.length)));
  const numeric = columns.map((path) => like.some((row) => typeof pick(row, path) === 'number') && !/(^|\.)(at|since)$|At$/.test(path));
  const pad = (text: string, index: number) => (index === columns.length - 1 && !numeric[index] ? text : numeric[index] ? text.padStart(widths[index]!) : text.padEnd(widths[index]!));
  const lines = cells.map((line) => line.map((text, index) => coloured(pad(text, index), text, style)).join('  '));
  return `${[bold(heads.map(pad).join('  ').trimEnd(), style), ...lines].join('\n')}\n`;
}

/** `replicaset.alias` is headed "replicaset": the object matters, not which of its names is shown. */
function headOf(path: string): string {
  return kebab(path.replace(/\.(alias|name)$/, '').replace(/(Used)?Bytes$/, '').replace(/(Seconds|Sentence)$/, '').split('.').at(-1)!).replaceAll('-', ' ');
}

const oneLine = (text: string) => text.replaceAll('\n', ' ');

/** The last column has room. */
const clip = (text: string) => {
  const line = oneLine(text);
  return line.length > widthMax ? `${line.slice(0, widthMax - 1)}…` : line;
};

/** One object: a field a line, nested objects indented, long lists cut by -o json. */
export function sheet(value: Record<string, unknown>, style: Style, indent = ''): string {
  const width = Math.max(...Object.keys(value).map((key) => key.length), 0);
  return Object.entries(value)
    .map(([key, field]) => {
      const nested = typeof field === 'object' && field !== null && !Array.isArray(field) && Object.keys(field).length > 0;
      if (nested) return `${indent}${bold(key, style)}\n${sheet(field as Record<string, unknown>, style, `${indent}  `)}`;
      if (Array.isArray(field) && field.length > 0 && typeof field[0] === 'object') {
        return `${indent}${bold(key, style)}\n${field.map((item) => `${indent}  - ${cell(key, item, style)}\n`).join('')}`;
      }
      const text = cell(key, field, style);
      return `${indent}${bold(key.padEnd(width), style)}  ${coloured(text, text, style)}\n`;
    })
    .join('');
}
