import type { CodeCheck, CodeDiff, CodeTree } from '~/contract/shapes/code.ts';
import { table } from './table.ts';
import { coloured, dim, type Style } from './text.ts';

/** Files of roles as a terminal shows them. */

export const treeText = ({ version, files }: CodeTree, style: Style): string =>
  `${table(files.map(({ file, bytes, sha }) => ({ file, bytes, sha: sha.slice(0, 12) })), ['file', 'bytes', 'sha'], style)}${dim(`version ${version}`, style)}\n`;

const signs: Readonly<Record<string, string>> = { '+': 'added', '-': 'removed', '@': 'changed' };

/** As `diff -u` writes it. */
export function diffText(diffs: readonly CodeDiff[], style: Style): string {
  return diffs.map(({ kind, file, patch }) => (patch === null ? `${kind} ${file}: too much differs to be shown by line\n` : colouredPatch(patch, style))).join('');
}

function colouredPatch(patch: string, style: Style): string {
  const lines = patch.split('\n').filter((line) => !line.startsWith('=====') && !line.startsWith('\\ No newline'));
  return lines.map((line) => coloured(line, signs[line.charAt(0)] ?? '', style)).join('\n');
}

/** "roles/bank/init.lua:3:7: error: ...", which editors can jump to. */
export function checkText({ faults, refusals, asked, unasked }: CodeCheck, style: Style): string {
  const lines = [
    ...faults.map(({ file, line, column, severity, sentence, instance }) => `${[file, ...(line === null ? [] : [line]), ...(column === null ? [] : [column])].join(':')}: ${coloured(severity, severity === 'error' ? 'refused' : 'warning', style)}: ${sentence}${instance === null ? '' : dim(` (${instance})`, style)}`),
    ...refusals.map(({ sentence, wayOut }) => `${coloured(`Refused: ${sentence}`, 'refused', style)}\n  ${wayOut}`),
    ...unasked.map(({ instance, why }) => dim(`${instance} was not asked: ${why}`, style)),
    ...(faults.length + refusals.length === 0 ? [`No fault${asked.length === 0 ? '' : `, as ${asked.length} ${asked.length === 1 ? 'instance says' : 'instances say'} too`}.`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
