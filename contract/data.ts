import * as z from 'zod';
import { descending } from './shapes/basics.ts';
import { DataPage, dataOps, DataRow, exportFormats, SpacesView } from './shapes/data.ts';
import { mutation, query } from './operation.ts';

/** Rows of users: browsed over all storages of a group or on one instance, and written one at a time. */

const subject = ['space'] as const;

const where = {
  on: z.string().min(1).max(63).optional().describe('One instance, or the master of a replicaset, by alias or uuid; all storages of the group when left out'),
  group: z.string().min(1).max(63).default('default').describe('Group of storages'),
};
const space = { space: z.string().min(1).max(65_000).describe('Space') };
const Key = z.string().min(1).max(65_536);
const key = { key: Key.describe('Primary key as JSON: 5, "text", or [5, "text"] for several parts') };

const looked = {
  ...space,
  ...where,
  index: z.string().min(1).max(65_000).optional().describe('Index in whose order rows come; the primary one when left out'),
  op: z.enum(dataOps).default('all').describe('Which rows, by the key of the index'),
  key: Key.optional().describe('Values of the first parts of the index, as JSON: 5, "text" or [5, "text"]'),
  descending,
  cursor: z.string().max(16_384).optional().describe('The cursor of the page before'),
  timeoutMs: z.coerce.number().int().min(100).max(30_000).default(5000).describe('Storages that need longer are left out and named (ms)'),
};

const ifRow = { ifRow: z.string().max(64).optional().describe('Refuse unless the row still has this etag') };
const row = { row: z.string().min(1).max(1_048_576).describe('The row as JSON: a list in the order of the fields, or an object by their names') };
/** Of a preview too: what the row would be. */
const Written = z.object({ sentence: z.string(), replicaset: z.string(), bucket: z.number().int().nullable(), columns: z.array(z.string()), before: DataRow.shape.values.nullable(), after: DataRow.shape.values.nullable() });

const values = 'Integers beyond 2^53, decimals, uuids, bytes and extensions are marked objects: {"$int": "..."}, {"$decimal": "..."}, {"$uuid": "..."}, {"$hex": "..."}, {"$ext": 4, "hex": "..."}.';
const writing = `The plan shows the row before and after; both are kept in the audit log. The row is written on the master of the storage that has its bucket, under its epoch, and only while it is still what the plan saw. ${values} Where the field has such a type, text will do.`;

export const data = {
  spaces: query({
    summary: 'List the spaces that can be browsed, with their columns and indexes',
    details: 'Counters and definitions only. Storages that do not answer are named.',
    role: 'viewer',
    input: z.object({
      ...where,
      search: z.string().max(200).optional().describe('Only spaces whose name contains this'),
      system: z.stringbool().or(z.boolean()).default(false).describe('With the spaces that Tarantool and Coterie keep for themselves'),
      limit: z.coerce.number().int().min(1).max(1000).default(200).describe('At most this many of each storage'),
    }),
    output: SpacesView,
  }),
  browse: query({
    summary: 'Show rows of a space in the order of an index, over all storages or of one instance',
    details: `Pages go on behind the last row by \`cursor\`: what is written meanwhile moves nothing. ${values}`,
    role: 'operator',
    subject,
    input: z.object({ ...looked, limit: z.coerce.number().int().min(1).max(1000).default(100).describe('At most this many rows') }),
    output: DataPage,
  }),
  get: query({
    summary: 'Show one row by its primary key',
    role: 'operator',
    subject,
    input: z.object({ ...space, ...where, ...key }),
    output: DataPage,
  }),
  export: query({
    summary: 'Take rows out as CSV or JSON',
    details: 'At most 10 000 rows or 8 MiB at a time; `cut` says that there are more, and `cursor` goes on there. CSV has names in the first line, an empty cell for null, and text with a leading apostrophe where a spreadsheet would take it for a formula.',
    role: 'operator',
    subject,
    input: z.object({ ...looked, format: z.enum(exportFormats).default('csv').describe('csv, or json: one object a line'), limit: z.coerce.number().int().min(1).max(10_000).default(1000).describe('At most this many rows') }),
    output: z.object({ text: z.string(), rows: z.number().int(), cut: z.boolean(), cursor: DataPage.shape.cursor, missing: DataPage.shape.missing, warnings: DataPage.shape.warnings }),
  }),
  insert: mutation({
    summary: 'Insert a row',
    details: `Refused where there is one with its key. Without a bucket_id the bucket is that of its key. ${writing}`,
    role: 'operator',
    subject,
    input: { ...space, ...where, ...row },
    data: Written,
    danger: (input) => `A row is written into ${input.space} past the application and its checks.`,
  }),
  replace: mutation({
    summary: 'Write a row, in place of the one with its key if there is one',
    details: writing,
    role: 'operator',
    subject,
    input: { ...space, ...where, ...row, ...ifRow },
    data: Written,
    danger: (input) => `A row is written into ${input.space} past the application and its checks; one with the same key is gone.`,
  }),
  update: mutation({
    summary: 'Change fields of a row',
    details: `Operations as Tarantool has them, with the name of a field: [["=", "status", "paid"], ["+", "amount", 5], ["-", "stock", 1], ["#", "note", 1]]. ${writing}`,
    role: 'operator',
    subject: ['space', 'key'],
    input: { ...space, ...key, ...where, operations: z.string().min(1).max(1_048_576).describe('Operations as JSON: [["=", "field", value], ...]'), ...ifRow },
    data: Written,
    danger: (input) => `The row ${input.key} of ${input.space} is changed past the application and its checks.`,
  }),
  delete: mutation({
    summary: 'Delete a row',
    details: writing,
    role: 'operator',
    subject: ['space', 'key'],
    input: { ...space, ...key, ...where, ...ifRow },
    data: Written,
    danger: (input) => `The row ${input.key} of ${input.space} is deleted. It is in the audit log, and nowhere else.`,
  }),
};
