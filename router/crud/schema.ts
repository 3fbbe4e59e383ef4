/** Spaces as storages describe them (lua/crud/spaces.lua): what the router has to know to find a row's bucket and to put rows in order. */
import { toPlain, type Plain } from './plain.ts';
import type { HashName } from '~/router/hash.ts';
import type { Value } from '~/iproto/index.ts';

export type Field = { readonly name: string; readonly type: string; readonly is_nullable?: boolean };
/** `field`: number of the field, from 1. */
export type Part = { readonly field: number; readonly type: string; readonly collation?: string };
export type Index = { readonly id: number; readonly name: string; readonly unique: boolean; readonly type: string; readonly parts: readonly Part[] };

export type Space = {
  readonly id: number;
  readonly name: string;
  readonly format: readonly Field[];
  readonly indexes: readonly Index[];
  /** Number of the field `bucket_id`; undefined: this space is not sharded. */
  readonly bucket?: number;
  /** Numbers of the fields that a bucket is made of. */
  readonly key: readonly number[];
  readonly hash: HashName;
};

export type Schema = { readonly version: Value; readonly spaces: ReadonlyMap<string, Space> };

/** Undefined: it is the one that is known. `hash`: of spaces that name none. */
export function readSchema(answer: Value, hash: HashName): Schema | undefined {
  if (!(answer instanceof Map)) return undefined;
  const spaces = answer.get('spaces');
  if (!Array.isArray(spaces)) return undefined;
  // Our own Lua wrote it.
  const list = spaces.map((space) => toPlain(space)) as unknown as Space[];
  return { version: answer.get('version') ?? null, spaces: new Map(list.map((space) => [space.name, { ...space, format: space.format ?? [], key: space.key ?? [], hash: space.hash ?? hash }])) };
}

/** As crud.schema tells of a space. */
export function publicSpace({ format, indexes }: Space): Plain {
  return { format: format as unknown as Plain, indexes: Object.fromEntries(indexes.map(({ id, name, unique, type, parts }) => [String(id), { id, name, unique, type, parts: parts.map(({ field, type: of, collation }) => ({ fieldno: field, type: of, ...(collation === undefined ? {} : { collation }) })) }])) };
}
