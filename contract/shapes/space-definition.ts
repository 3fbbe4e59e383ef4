import * as z from 'zod';

/** A space as the `ddl` module writes it. Names and types are Tarantool's. */

export const engines = ['memtx', 'vinyl'] as const;
export const indexTypes = ['TREE', 'HASH', 'RTREE', 'BITSET'] as const;
export const fieldTypes = ['any', 'unsigned', 'string', 'varbinary', 'integer', 'number', 'double', 'decimal', 'boolean', 'uuid', 'scalar', 'array', 'map'] as const;

/** A name of a space, field or index, as Tarantool takes it; without what would need quotes in SQL or Lua. */
export const SchemaName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'letters, digits and underscores, at most 64, not starting with a digit');

export const FieldDefinition = z.strictObject({
  name: SchemaName,
  type: z.enum(fieldTypes),
  is_nullable: z.boolean().default(false),
});

export const IndexPart = z.strictObject({
  /** A field, or a path into one: `address.city`; `[*]` where it is multikey. */
  path: z.string().min(1).max(200),
  type: z.enum(fieldTypes),
  is_nullable: z.boolean().default(false),
  collation: z.string().max(64).optional(),
});

export const IndexDefinition = z.strictObject({
  name: SchemaName,
  type: z.enum(indexTypes).default('TREE'),
  unique: z.boolean().default(true),
  parts: z.array(IndexPart).min(1).max(255),
  /** Of RTREE. */
  dimension: z.number().int().min(1).max(20).optional(),
  distance: z.enum(['euclid', 'manhattan']).optional(),
  /** Name of a function of the same role whose result is the key. */
  func: z.string().max(127).optional(),
});

export const SpaceDefinition = z.strictObject({
  engine: z.enum(engines).default('memtx'),
  is_local: z.boolean().default(false),
  temporary: z.boolean().default(false),
  is_sync: z.boolean().default(false),
  format: z.array(FieldDefinition).min(1).max(1000),
  /** The first is the primary one. */
  indexes: z.array(IndexDefinition).min(1).max(128),
  /** Fields whose values decide the bucket. */
  sharding_key: z.array(SchemaName).min(1).max(32).optional(),
});
export type SpaceDefinition = z.output<typeof SpaceDefinition>;
export type IndexDefinition = z.output<typeof IndexDefinition>;
export type FieldDefinition = z.output<typeof FieldDefinition>;
