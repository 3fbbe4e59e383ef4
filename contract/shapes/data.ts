import * as z from 'zod';
import { Uuid } from './basics.ts';

/** Spaces and rows as people browse and edit them. */

export const DataColumn = z.object({ name: z.string(), /** As Tarantool calls it; `any` where the format says nothing. */ type: z.string(), nullable: z.boolean() });
export type DataColumn = z.output<typeof DataColumn>;

export const DataIndexPart = z.object({ /** From 1. */ field: z.number().int(), type: z.string(), path: z.string().nullable(), collation: z.string().nullable(), nullable: z.boolean() });

export const DataIndex = z.object({
  id: z.number().int().nonnegative(),
  name: z.string(),
  type: z.string(),
  unique: z.boolean(),
  /** Rows come in its order. Without: as the index gives them, storage by storage, and only `eq` and `all` work. */
  ordered: z.boolean(),
  parts: z.array(DataIndexPart),
});
export type DataIndex = z.output<typeof DataIndex>;

export const DataSpace = z.object({
  id: z.number().int().nonnegative(),
  name: z.string(),
  engine: z.string(),
  /** Looked at, never written here. */
  system: z.boolean(),
  temporary: z.boolean(),
  localOnly: z.boolean(),
  /** As the engine counts without a scan: with vinyl, about. */
  rows: z.number().nullable(),
  columns: z.array(DataColumn),
  indexes: z.array(DataIndex),
  /** Where the bucket of a row is and what it is made of, both by the numbers of fields; `hash` null: that of the group. Null: not sharded. */
  sharding: z.object({ field: z.number().int(), key: z.array(z.number().int()), hash: z.enum(['strcrc32', 'mpcrc32']).nullable(), count: z.number().int() }).nullable(),
});
export type DataSpace = z.output<typeof DataSpace>;

/** A storage of which nothing is in the answer, and why. */
export const DataMissing = z.object({ replicaset: z.string().nullable(), instance: z.string().nullable(), sentence: z.string() });
export type DataMissing = z.output<typeof DataMissing>;

export const SpaceView = DataSpace.extend({
  /** Aliases of the replicasets that have it; of the instance, where one was asked. */
  on: z.array(z.string()),
  /** Its columns or indexes are not the same everywhere: shown as the first has them. */
  differs: z.boolean(),
});
export type SpaceView = z.output<typeof SpaceView>;

export const SpacesView = z.object({ spaces: z.array(SpaceView), /** False: there are more than are looked at. */ complete: z.boolean(), missing: z.array(DataMissing) });
export type SpacesView = z.output<typeof SpacesView>;

export const DataRow = z.object({
  /** In the order of the columns, and more where the row has more. See `contract/data-value.ts`. */
  values: z.array(z.unknown()),
  /** Null for an instance that has none. */
  replicaset: z.object({ uuid: Uuid, alias: z.string() }).nullable(),
  instance: z.string(),
  bucket: z.number().int().nullable(),
  /** Of its bytes: another one, another row. */
  etag: z.string(),
});
export type DataRow = z.output<typeof DataRow>;

export const DataPage = z.object({
  space: z.string(),
  index: z.string(),
  ordered: z.boolean(),
  columns: z.array(DataColumn),
  /** Numbers of the fields of the primary key, from 1. */
  primary: z.array(z.number().int()),
  rows: z.array(DataRow),
  /** For the rows behind these; null: there are none. */
  cursor: z.string().nullable(),
  missing: z.array(DataMissing),
  warnings: z.array(z.string()),
});
export type DataPage = z.output<typeof DataPage>;

export const dataOps = ['all', 'eq', 'ge', 'gt', 'le', 'lt'] as const;
export const exportFormats = ['csv', 'json'] as const;

/** How one instance answered a console. */
export const consoleStates = ['done', 'failed', 'late', 'unreachable'] as const;
