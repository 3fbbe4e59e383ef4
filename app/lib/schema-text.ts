import { parse } from 'yaml';
import * as z from 'zod';
import { SpaceDefinition, type IndexDefinition } from '~/contract/shapes/space-definition.ts';
import type { Shown } from './problem.ts';

/** The spaces of a role as the text that a person writes. */

const Document = z.object({ spaces: z.record(z.string(), SpaceDefinition) });

/** Whether two texts want the same spaces, however they are written. What cannot be read is like nothing else. */
export function sameSpaces(a: string, b: string): boolean {
  const [one, other] = [canonical(a), canonical(b)];
  return one !== null && one === other;
}

function canonical(text: string): string | null {
  try {
    const read = Document.safeParse(parse(text));
    return read.success ? JSON.stringify(Object.entries(read.data.spaces).toSorted(([x], [y]) => (x < y ? -1 : 1))) : null;
  } catch {
    return null;
  }
}

export type TextFault = { readonly severity: 'error' | 'warning'; readonly line: number | null; readonly column: number | null; readonly sentence: string };

/** What the server could not read in the text itself, with its places there; null where it says anything else. */
export function faultsInText({ code, data }: Shown): TextFault[] | null {
  if (code !== 'BAD_INPUT' || !Array.isArray(data.faults)) return null;
  return (data.faults as readonly unknown[]).flatMap((fault) => {
    const { at, sentence } = fault as { at?: unknown; sentence?: unknown };
    if (typeof at !== 'string' || typeof sentence !== 'string') return [];
    const [line, column] = at.split(':').map(Number);
    return [{ severity: 'error' as const, line: line || null, column: column || null, sentence }];
  });
}

/** "id unsigned, name string with collation unicode". */
export const partsText = ({ parts }: Pick<IndexDefinition, 'parts'>): string =>
  parts.map(({ path, type, is_nullable: nullable, collation }) => `${path} ${type}${collation === undefined ? '' : ` with collation ${collation}`}${nullable ? ', may be null' : ''}`).join('; ');

export function indexWords({ type, unique, func, dimension, distance }: IndexDefinition, first: boolean): string {
  return [type, first ? 'primary' : unique ? 'unique' : 'not unique', func === undefined ? null : `key by ${func}`, dimension === undefined ? null : `${dimension} dimensions`, distance ?? null].filter((word) => word !== null).join(', ');
}
