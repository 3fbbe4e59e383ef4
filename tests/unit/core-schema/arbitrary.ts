import * as fc from 'fast-check';
import { SpaceDefinition, fieldTypes, type FieldDefinition } from '~/contract/shapes/space-definition.ts';

/** Spaces of few names and types, so that two of them often have something in common. */

const names = ['a', 'b', 'c', 'd', 'e'];
const types: readonly FieldDefinition['type'][] = fieldTypes;

const fields = fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), type: fc.constantFrom(...types), is_nullable: fc.boolean() }), { minLength: 1, maxLength: 5, selector: ({ name }) => name });

const indexed: readonly FieldDefinition['type'][] = ['unsigned', 'string', 'integer', 'number', 'scalar'];
const part = (field: string) => fc.record({ path: fc.constant(field), type: fc.constantFrom(...indexed), is_nullable: fc.boolean() });

export const definitions = fields.chain((format) => {
  const field = fc.constantFrom(...format.map(({ name }) => name));
  const index = fc.record({ name: fc.constantFrom('pk', 'i', 'j', 'k'), type: fc.constantFrom('TREE' as const, 'HASH' as const), unique: fc.boolean(), parts: fc.uniqueArray(field, { minLength: 1, maxLength: 2 }).chain((chosen) => fc.tuple(...chosen.map(part))) });
  const indexes = fc.uniqueArray(index, { minLength: 1, maxLength: 4, selector: ({ name }) => name });
  const key = fc.option(fc.uniqueArray(field, { minLength: 1, maxLength: 2 }), { nil: undefined });
  return fc.record({ indexes, key, engine: fc.constantFrom('memtx' as const, 'memtx' as const, 'memtx' as const, 'vinyl' as const) }).map(({ indexes: made, key: sharding, engine }) => SpaceDefinition.parse({ engine, format, indexes: made, ...(sharding === undefined ? {} : { sharding_key: sharding }) }));
});

/** What a value may be, by a table that knows nothing of widening. */
export const values: Readonly<Record<string, { readonly value: unknown; readonly is: readonly string[] }>> = {
  three: { value: 3, is: ['unsigned', 'integer', 'number', 'scalar', 'any'] },
  minus: { value: -3, is: ['integer', 'number', 'scalar', 'any'] },
  half: { value: 0.5, is: ['number', 'double', 'scalar', 'any'] },
  decimal: { value: '1.5m', is: ['number', 'decimal', 'scalar', 'any'] },
  text: { value: 'x', is: ['string', 'scalar', 'any'] },
  bytes: { value: 'b', is: ['varbinary', 'scalar', 'any'] },
  truth: { value: true, is: ['boolean', 'scalar', 'any'] },
  uuid: { value: 'u', is: ['uuid', 'any'] },
  list: { value: [], is: ['array', 'any'] },
  map: { value: {}, is: ['map', 'any'] },
};

/** Whether a row, as names of values, fits a format. `null`: it ends there, or has a null. */
export const fits = (row: readonly (string | null)[], format: readonly FieldDefinition[]): boolean =>
  format.every(({ type, is_nullable: nullable }, position) => {
    const value = row[position] ?? null;
    return value === null ? nullable : values[value]?.is.includes(type) === true;
  });

/** One of the values that such a field may have. */
export function valueFor({ type, is_nullable: nullable }: FieldDefinition, pick: number): string | null {
  const names = [...Object.keys(values).filter((name) => values[name]?.is.includes(type)), ...(nullable ? [null] : [])];
  return names[pick % names.length] ?? null;
}

/** Something that the first may well become: fields at the end, other names and types, other indexes; or something else altogether. */
const grownFrom = (first: SpaceDefinition) =>
  fc.record({ more: fields, nullable: fc.boolean(), rename: fc.boolean(), wide: fc.boolean(), keep: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), unique: fc.boolean(), key: fc.boolean() }).map(({ more, nullable, rename, wide, keep, unique, key }) => {
    const called = (name: string) => (rename && name === first.format[0]?.name ? 'renamed' : name);
    const old = first.format.map((field, position) => ({ ...field, name: called(field.name), ...(wide && position === first.format.length - 1 ? { type: 'any' as const, is_nullable: true } : {}) }));
    const added = more.filter(({ name }) => !first.format.some((field) => field.name === name)).map((field) => ({ ...field, is_nullable: nullable || field.is_nullable }));
    const indexes = first.indexes.map((index) => ({ ...index, parts: index.parts.map((one) => ({ ...one, path: called(one.path) })) })).filter((_, position) => position === 0 || keep[position]);
    const extra = added.length > 0 ? [{ name: 'x', unique, parts: [{ path: added[0]?.name ?? '', type: 'unsigned', is_nullable: true }] }] : [];
    return SpaceDefinition.parse({ ...first, format: [...old, ...added], indexes: [...indexes, ...extra], sharding_key: key ? first.sharding_key?.map(called) : first.sharding_key });
  });

export const pairs = definitions.chain((first) => fc.tuple(fc.constant(first), fc.oneof({ weight: 3, arbitrary: grownFrom(first) }, { weight: 1, arbitrary: definitions })));
