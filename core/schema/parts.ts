import type { FieldDefinition, IndexDefinition } from '~/contract/shapes/space-definition.ts';
import type { ExistingIndex, ExistingPart } from './existing.ts';

/** Parts of an index in the one form in which two of them can be compared: fields by position, so that a new name is no change. */

export function positioned({ parts, func }: Pick<IndexDefinition, 'parts' | 'func'>, format: readonly FieldDefinition[]): ExistingPart[] {
  return parts.map(({ path, type, is_nullable, collation }) => {
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(path)?.[0] ?? path;
    const field = func === undefined ? format.findIndex((one) => one.name === name) + 1 : Number(path);
    const inner = func === undefined ? normalPath(path.slice(name.length)) : '';
    return { field, type, is_nullable, ...(inner === '' ? {} : { path: inner }), ...(collation === undefined ? {} : { collation }) };
  });
}

/** `['city']` and `["city"]` are `.city`. */
const normalPath = (path: string): string => path.replace(/\['([^']*)'\]/g, '["$1"]').replace(/\["([A-Za-z_][A-Za-z0-9_]*)"\]/g, '.$1');

export function sameParts(a: readonly ExistingPart[], b: readonly ExistingPart[]): boolean {
  return a.length === b.length && a.every((part, index) => partText(part) === partText(b[index]));
}

const partText = (part: ExistingPart | undefined): string => JSON.stringify([part?.field, normalPath(part?.path ?? ''), part?.type, part?.is_nullable, part?.collation ?? null]);

const spatialDefaults = { dimension: 2, distance: 'euclid' } as const;

export function sameKind(existing: ExistingIndex, wanted: IndexDefinition): boolean {
  const { type, unique, func } = wanted;
  const spatial = type !== 'RTREE' || ((['dimension', 'distance'] as const).every((field) => (existing[field] ?? spatialDefaults[field]) === (wanted[field] ?? spatialDefaults[field])));
  // Tarantool says of an RTREE nothing, and of a BITSET that it is not unique.
  return existing.type === type && (existing.unique === unique || type === 'RTREE' || type === 'BITSET') && existing.func === func && spatial;
}
