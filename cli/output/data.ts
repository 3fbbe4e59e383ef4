import type { ConsoleAnswer } from '~/contract/console.ts';
import { valueText } from '~/contract/data-value.ts';
import type { DataMissing, DataPage, SpacesView } from '~/contract/shapes/data.ts';
import { evalText } from './eval.ts';
import { table } from './table.ts';
import { bold, coloured, type Style } from './text.ts';

/** Spaces, rows, and answers of many instances, as a person reads them. */

const missingText = (missing: readonly DataMissing[], style: Style): string => missing.map(({ replicaset, instance, sentence }) => `${coloured('MISSING', 'critical', style)}  ${replicaset ?? instance ?? ''}: ${sentence}\n`).join('');

export function spacesText({ spaces, complete, missing }: SpacesView, style: Style): string {
  const rows = spaces.map(({ name, engine, rows: count, on, columns, indexes, sharding }) => ({ space: name, engine, rows: count ?? '-', sharded: sharding === null ? 'no' : 'yes', on: on.join(','), indexes: indexes.map((index) => index.name).join(','), columns: columns.map((column) => column.name).join(',') }));
  return `${rows.length === 0 ? 'No spaces.\n' : table(rows, ['space', 'engine', 'rows', 'sharded', 'on', 'indexes', 'columns'], style)}${complete ? '' : 'There are more: --search names fewer.\n'}${missingText(missing, style)}`;
}

/** Each row with where it is; names of fields stay as they are written. */
export function dataText({ columns, rows, missing, warnings }: DataPage, style: Style): string {
  const width = Math.max(columns.length, ...rows.map(({ values }) => values.length), 0);
  const heads = [...Array.from({ length: width }, (_, at) => columns[at]?.name ?? `field ${at + 1}`), 'REPLICASET'];
  const lines = rows.map(({ values, replicaset, instance }) => [...Array.from({ length: width }, (_, at) => clipped(values[at] === undefined && columns[at] === undefined ? '' : valueText(values[at]))), replicaset?.alias ?? instance]);
  const widths = heads.map((head, at) => Math.max(head.length, ...lines.map((line) => line[at]!.length)));
  const text = (line: readonly string[]) => `${line.map((cell, at) => cell.padEnd(widths[at]!)).join('  ').trimEnd()}\n`;
  return `${rows.length === 0 ? 'No rows.\n' : bold(text(heads), style) + lines.map(text).join('')}${warnings.map((warning) => `${coloured('Warning', 'warning', style)}: ${warning}\n`).join('')}${missingText(missing, style)}`;
}

const widthMax = 60;
const clipped = (value: string): string => {
  const line = value.replaceAll(/[\r\n\t]/g, ' ');
  return line.length > widthMax ? `${line.slice(0, widthMax - 1)}…` : line;
};

/** One under the other, each under its name: side by side nothing would be left of them in a terminal. */
export function consoleText(answers: readonly ConsoleAnswer[], style: Style): string {
  return answers.map((answer) => `${bold(`${answer.instance} (${[answer.replicaset, answer.leadership].filter((word) => word !== null && word !== 'none').join(', ')})`, style)}  ${verdict(answer, style)}\n${evalText(answer, style)}`).join('\n');
}

function verdict({ state, values, columns, tookMs }: ConsoleAnswer, style: Style): string {
  const count = columns === null ? `${values.length} ${values.length === 1 ? 'value' : 'values'}` : `${values.length} ${values.length === 1 ? 'row' : 'rows'}`;
  return state === 'done' ? `${count} in ${tookMs.toFixed(1)} ms` : coloured(state, 'failed', style);
}

/** For the error stream, which is for people. */
export const dataNote = ({ cursor }: { cursor?: string | null }): string => (cursor ? `There are more: --cursor ${cursor}\n` : '');
