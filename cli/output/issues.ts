import { asCli } from '~/contract/copy-as.ts';
import type { Issue } from '~/contract/shapes/view.ts';
import { bold, cell, coloured, dim, localTime, type Style } from './text.ts';

/** What is wrong, each with its way out and the command that repairs it: nothing of it is cut, since it is what a person came for. */

const indent = ' '.repeat(10);

export function issuesText(issues: readonly Issue[], style: Style): string {
  return issues.map((issue) => issueText(issue, style)).join('');
}

function issueText(issue: Issue, style: Style): string {
  const { severity, code, object, since, sentence, wayOut, repair, acknowledged, muted } = issue;
  const lines = [`${coloured(severity.padEnd(8), severity, style)}  ${bold(object.name, style)}  ${code}  ${dim(cell('since', since, style), style)}`, `${indent}${sentence}`];
  if (acknowledged) lines.push(`${indent}${dim(`Acknowledged by ${acknowledged.by}${because(acknowledged.reason)}.`, style)}`);
  if (muted) lines.push(`${indent}${dim(`Muted by ${muted.by}${muted.until === null ? '' : ` until ${localTime(muted.until)}`}${because(muted.reason)}.`, style)}`);
  lines.push(`${indent}${dim(wayOut, style)}`);
  if (repair) lines.push(`${indent}${dim(`${repair.label}:`, style)} ${asCli(repair.operation, byName(repair.input, object))}`);
  return `${lines.join('\n')}\n`;
}

const because = (reason: string | null) => (reason === null ? '' : ` (${reason})`);

/** A person reads names. */
const byName = (input: Readonly<Record<string, unknown>>, { id, name }: Issue['object']) => Object.fromEntries(Object.entries(input).map(([field, value]) => [field, value === id ? name : value]));
