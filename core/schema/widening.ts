import type { FieldDefinition } from '~/contract/shapes/space-definition.ts';

type Type = FieldDefinition['type'];

/** Every value of this type is one of those too, as Tarantool 2.6.0 has it: there `scalar` takes no uuid. */
const wider: Readonly<Record<Type, readonly Type[]>> = {
  any: [],
  unsigned: ['integer', 'number', 'scalar', 'any'],
  integer: ['number', 'scalar', 'any'],
  number: ['scalar', 'any'],
  double: ['number', 'scalar', 'any'],
  decimal: ['number', 'scalar', 'any'],
  string: ['scalar', 'any'],
  varbinary: ['scalar', 'any'],
  boolean: ['scalar', 'any'],
  uuid: ['any'],
  scalar: ['any'],
  array: ['any'],
  map: ['any'],
};

export const isSameOrWider = (from: Type, to: Type): boolean => from === to || wider[from].includes(to);

export const widerThan = (type: Type): readonly Type[] => wider[type];
