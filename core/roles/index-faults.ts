import type { FieldDefinition, IndexDefinition, SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import type { SpaceFault } from './space-faults.ts';

/** What Tarantool would refuse of the indexes of a space: as 2.6.0 does it, found out by trying. */

type Type = FieldDefinition['type'];

/** A field of this type may be indexed as one of those. */
export const partTypes: Readonly<Record<Type, readonly Type[]>> = {
  any: ['unsigned', 'string', 'varbinary', 'integer', 'number', 'double', 'decimal', 'boolean', 'uuid', 'scalar'],
  unsigned: ['unsigned', 'integer', 'number', 'scalar'],
  string: ['string', 'scalar'],
  varbinary: ['varbinary', 'scalar'],
  integer: ['unsigned', 'integer', 'number', 'scalar'],
  number: ['unsigned', 'integer', 'number', 'double', 'decimal', 'scalar'],
  double: ['number', 'double', 'scalar'],
  decimal: ['number', 'decimal', 'scalar'],
  boolean: ['boolean', 'scalar'],
  uuid: ['uuid'],
  scalar: ['unsigned', 'string', 'varbinary', 'integer', 'number', 'double', 'decimal', 'boolean', 'scalar'],
  array: [],
  map: [],
};

export function indexFaults(space: string, { engine, format, indexes }: SpaceDefinition, functions: readonly string[]): SpaceFault[] {
  return indexes.flatMap((index, position) => {
    const faults = [
      ...(position === 0 ? primaryFaults(index) : []),
      ...kindFaults(index),
      ...(engine === 'vinyl' ? vinylFaults(index) : []),
      ...(index.func === undefined ? index.parts.flatMap((_, part) => partFaults(index, part, format)) : functionFaults(index, functions)),
    ];
    return faults.map(([path, sentence, wayOut]): SpaceFault => ({ path: ['indexes', position, ...path], said: [`Index ${index.name} of space ${space}${sentence}`, wayOut] }));
  });
}

/** The sentence goes on after "Index i of space s". */
type Found = readonly [path: readonly (string | number)[], sentence: string, wayOut: string];

const multikey = ({ parts }: IndexDefinition): boolean => parts.some(({ path }) => path.includes('[*]'));

function primaryFaults(index: IndexDefinition): Found[] {
  const faults: Found[] = [];
  if (index.type !== 'TREE' && index.type !== 'HASH') faults.push([['type'], ` is the primary one, and cannot be ${index.type}.`, 'The first index has to be TREE or HASH: put another one first.']);
  else if (!index.unique) faults.push([['unique'], ' is the primary one, and has to be unique.', 'Leave `unique` out, or put another index first.']);
  if (index.func !== undefined) faults.push([['func'], ' is the primary one, and cannot be by a function.', 'Put an index by fields first.']);
  if (multikey(index)) faults.push([['parts'], ' is the primary one, and cannot be multikey.', 'Put an index by fields first.']);
  for (const [part, { path, is_nullable: nullable }] of index.parts.entries()) {
    if (nullable) faults.push([['parts', part], ` is the primary one, and ${path} in it may be null.`, 'Leave is_nullable out.']);
  }
  return faults;
}

function kindFaults(index: IndexDefinition): Found[] {
  const { type, unique, parts } = index;
  const faults: Found[] = [];
  const spatial = type === 'RTREE';
  if (type === 'HASH' && !unique) faults.push([['unique'], ' is HASH, and has to be unique.', 'Take type TREE.']);
  if (type === 'HASH' && multikey(index)) faults.push([['parts'], ' is HASH, and cannot be multikey.', 'Take type TREE.']);
  if (type !== 'TREE' && parts.some((part) => part.is_nullable)) faults.push([['parts'], ` is ${type}, which takes no nulls.`, type === 'HASH' ? 'Take type TREE.' : 'Write `is_nullable: false` in its part and its field.']);
  if ((spatial || type === 'BITSET') && unique) faults.push([[], ` is ${type}, and cannot be unique.`, 'Write `unique: false`.']);
  if ((spatial || type === 'BITSET') && parts.length > 1) faults.push([['parts', 1], ` is ${type}, and has one part only.`, 'Take the others out.']);
  for (const field of ['dimension', 'distance'] as const) if (index[field] !== undefined && !spatial) faults.push([[field], ` has a ${field}, which is for RTREE only.`, 'Take it out.']);
  return faults;
}

function vinylFaults({ type, func }: IndexDefinition): Found[] {
  if (type !== 'TREE') return [[['type'], ` is ${type}, and engine vinyl has TREE only.`, 'Take TREE, or engine memtx.']];
  return func === undefined ? [] : [[['func'], ' is by a function, which engine vinyl does not have.', 'Take engine memtx.']];
}

function functionFaults({ func = '', parts }: IndexDefinition, functions: readonly string[]): Found[] {
  const faults: Found[] = functions.includes(func) ? [] : [[['func'], ` is by function ${func}, which its role does not have.`, `Write it among the functions of the role${functions.length === 0 ? '' : `; it has ${functions.slice(0, 20).join(', ')}`}.`]];
  for (const [part, { path }] of parts.entries()) if (path !== String(part + 1)) faults.push([['parts', part, 'path'], ` is by a function: its parts are the positions in what that returns.`, `Write \`path: "${part + 1}"\`.`]);
  return faults;
}

function partFaults({ type, parts }: IndexDefinition, position: number, format: readonly FieldDefinition[]): Found[] {
  const part = parts[position];
  if (!part) return [];
  const at = ['parts', position] as const;
  const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(part.path)?.[0] ?? part.path;
  const field = format.find((one) => one.name === name);
  if (!field) return [[[...at, 'path'], ` is over ${name}, which is no field.`, `The fields are ${format.map((one) => one.name).join(', ')}.`]];
  const inner = part.path.length > name.length;
  const faults: Found[] = [];
  if (parts.findIndex(({ path }) => path === part.path) < position) faults.push([at, ` has ${part.path} twice.`, 'Take one out.']);
  if (inner && !['map', 'array', 'any'].includes(field.type)) faults.push([[...at, 'path'], ` looks into ${name}, which is ${field.type}.`, 'Only a field of type map, array or any has something in it.']);
  if (inner && !/^(\.[A-Za-z_][A-Za-z0-9_]*|\[(\d+|\*|"[^"\]]+"|'[^'\]]+')\])+$/.test(part.path.slice(name.length))) faults.push([[...at, 'path'], ` has a path that Tarantool cannot read: ${part.path}.`, 'Write name.inner, name[1] or name[*].inner.']);
  if (!part.is_nullable && field.is_nullable && !inner) faults.push([at, ` takes no null in ${name}, but its field may be null: such rows would be refused.`, 'Write `is_nullable: true` in the part, or leave it out of the field.']);
  if (part.collation !== undefined && part.type !== 'string' && part.type !== 'scalar') faults.push([[...at, 'collation'], ` has a collation over ${part.type}.`, 'Only text has one: take it out.']);
  return [...faults, ...typeFaults([...at, 'type'], type, { part: part.type, field: inner ? 'any' : field.type, name: part.path })];
}

function typeFaults(at: readonly (string | number)[], index: IndexDefinition['type'], { part, field, name }: { part: Type; field: Type; name: string }): Found[] {
  switch (index) {
    case 'RTREE':
      return part === 'array' && (field === 'array' || field === 'any') ? [] : [[at, ` is RTREE, and ${name} is ${part === 'array' ? field : part}.`, 'Both the part and its field have to be of type array.']];
    case 'BITSET':
      return (part === 'unsigned' || part === 'string') && partTypes[field].includes(part) ? [] : [[at, ` is BITSET, and ${name} is ${part} over ${field}.`, 'It has to be unsigned or string.']];
    case 'TREE':
    case 'HASH':
      if (part === 'any' || part === 'array' || part === 'map') return [[at, ` cannot order values of type ${part}.`, field === 'any' ? 'Take the type that they have, or scalar.' : `Take ${partTypes[field][0] ?? 'another field'}.`]];
      return partTypes[field].includes(part) ? [] : [[at, ` takes ${name} as ${part}, but its field is ${field}.`, partTypes[field].length === 0 ? `Look into it, as in ${name}.inner or ${name}[*].` : `Take ${partTypes[field].join(', ')}.`]];
  }
}
