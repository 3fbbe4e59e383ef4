import * as z from 'zod';
import { dataOps, DataSpace } from '~/contract/shapes/data.ts';

/** Rows between a server and an agent: the very bytes, as base64 of MessagePack, so that nothing is rounded on the way. */

/** Base64 of a MessagePack array. */
const Bytes = z.string().max(2 * 1024 * 1024);
const spaceName = z.string().min(1).max(65_000);

export const DataSpaces = z.object({ spaces: z.array(DataSpace), complete: z.boolean() });

export const DataPageQuestion = z.object({
  space: spaceName,
  index: spaceName.nullable(),
  op: z.enum(dataOps),
  key: Bytes.nullable(),
  /** Where the page begins, by the parts of the index alone, and by those of the primary key too. */
  start: Bytes.nullable(),
  after: Bytes.nullable(),
  /** The row at `after` counts too. */
  with: z.boolean(),
  /** For an index without an order: behind so many rows. */
  offset: z.number().int().nonnegative(),
  descending: z.boolean(),
  limit: z.number().int().min(1).max(10_000),
  bytesMax: z.number().int().min(1),
  timeoutMs: z.number().int().min(10).max(30_000),
});
export type DataPageQuestion = z.output<typeof DataPageQuestion>;

export const DataPageAnswer = z.object({
  rows: z.array(z.object({ row: z.string(), /** Its place in the order: index, then primary key. */ place: z.string().nullable(), /** In an index without an order: behind how many rows it is. */ at: z.number().int().nullable() })),
  looked: z.number().int(),
  /** One for each part of a place; empty in an index without an order. */
  collations: z.array(z.string().nullable()),
  /** The page ended here, and there is more. */
  place: z.string().nullable(),
  offset: z.number().int().nullable(),
  /** Of a sharded space: how many buckets are owned here, and whether none came or went meanwhile. */
  buckets: z.object({ owned: z.number().int(), of: z.number().int(), still: z.boolean() }).nullable(),
});
export type DataPageAnswer = z.output<typeof DataPageAnswer>;

export const dataKinds = ['insert', 'replace', 'update', 'delete'] as const;
export type DataKind = (typeof dataKinds)[number];

const written = { space: spaceName, key: Bytes.nullable(), tuple: Bytes.nullable(), operations: Bytes.nullable() };

export const DataLook = z.object({ ...written, kind: z.enum(['get', ...dataKinds]) });

export const DataLooked = z.object({
  definition: DataSpace,
  epoch: z.number().int(),
  readOnly: z.boolean(),
  bucket: z.number().int().nullable(),
  /** True for a row that has no bucket. */
  owns: z.boolean(),
  state: z.string().nullable(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Why it cannot be written. */
  fault: z.string().nullable(),
});
export type DataLooked = z.output<typeof DataLooked>;

/** What was looked at, and is done where it is still so. */
export const DataWrite = z.object({ ...written, kind: z.enum(dataKinds), before: Bytes.nullable(), bucket: z.number().int().nullable(), epoch: z.number().int() });

export const DataWritten = z.object({ after: z.string().nullable() });
