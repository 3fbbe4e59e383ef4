import type { FieldDefinition, IndexDefinition, SpaceDefinition } from '~/contract/shapes/space-definition.ts';

/**
 * What is left to be done to a database, in this order, on its master: plain data, and each step is done at most once,
 * since the comparison is made again from what is there. An index names its fields by path, as role.yml does.
 */

type Said = { readonly space: string; /** For people: "space accounts gets index owner". */ readonly sentence: string };

export type SchemaStep = Said &
  (
    | { readonly kind: 'createSpace'; readonly options: Pick<SpaceDefinition, 'engine' | 'is_local' | 'temporary' | 'is_sync'>; readonly format: readonly FieldDefinition[] }
    | { readonly kind: 'setFormat'; readonly format: readonly FieldDefinition[] }
    | { readonly kind: 'createIndex' | 'alterIndex'; readonly index: IndexDefinition }
    | { readonly kind: 'renameIndex'; readonly index: string; readonly to: string }
    | { readonly kind: 'dropIndex'; readonly index: string }
    | { readonly kind: 'setShardingKey'; readonly key: readonly string[] | null }
  );

/** Why what is there cannot become what is wanted. `field` and `index`: names, where it is one. */
export type SchemaRefusal = { readonly code: SchemaRefusalCode; readonly space: string; readonly field: string | null; readonly index: string | null; readonly sentence: string; readonly wayOut: string };
export type SchemaRefusalCode = 'kindChanged' | 'typeNarrowed' | 'fieldRemoved' | 'fieldMoved' | 'fieldNotNull' | 'primaryChanged' | 'shardingKeyChanged' | 'unsupported';

export type SchemaWarning = { readonly space: string; readonly sentence: string };

export type SchemaPlan = { readonly steps: readonly SchemaStep[]; readonly refusals: readonly SchemaRefusal[]; readonly warnings: readonly SchemaWarning[] };

/** What not every version of Tarantool has. */
export type SchemaFeatures = { readonly multikeyIndexes: boolean; readonly functionalIndexes: boolean; /** Texts of the functions that indexes are made by; absent: they are not compared. */ readonly bodies?: Readonly<Record<string, string>> };

/** Every Tarantool from 2.6.0 on has them. */
export const features: SchemaFeatures = { multikeyIndexes: true, functionalIndexes: true };
