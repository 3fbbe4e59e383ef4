import * as z from 'zod';
import { InstanceRef } from './shapes/basics.ts';
import { LostRow, ReplayOutcome, replayOutcomes, replayPolicies } from './shapes/failover-view.ts';
import { mutation, stream } from './operation.ts';

/** What is done with a file of lost and found: a part of `failover`. */

const subject = ['instance', 'name'] as const;
const fileFields = { instance: InstanceRef, name: z.string().min(1).max(200).describe('File') };

/** `7` or `10-20`. */
const RowNumbers = z.string().regex(/^[1-9]\d{0,9}(-[1-9]\d{0,9})?$/, 'numbers of rows such as 7 or 10-20');

export const replayShownMax = 1000;

const Replayed = z.object({
  /** Alias of the instance that the rows were written to. */
  master: z.string(),
  selected: z.number().int(),
  counts: z.record(z.enum(replayOutcomes), z.number().int()),
  /** The first of those that were neither written nor there already, and of those that took the place of another row. */
  outcomes: z.array(ReplayOutcome),
  /** How many more of these there are. */
  more: z.number().int(),
  /** Why it ended before the last row; what the counts say was done. */
  stopped: z.string().nullable(),
  sentence: z.string(),
});
export type Replayed = z.output<typeof Replayed>;

export const lostRowsOperations = {
  exportLostRows: stream({
    summary: 'Take a file of lost rows out, row by row',
    details: 'One JSON object a line on the command line. Ends with the last row. Integers beyond 2^53, decimals and uuids are text, bytes that are no UTF-8 {"$binary": base64}. They are data of users.',
    role: 'operator',
    subject,
    input: z.object({ ...fileFields, from: z.coerce.number().int().min(1).default(1).describe('From this row on') }),
    output: LostRow,
  }),
  replayLostRows: mutation({
    summary: 'Write chosen lost rows into the present master',
    details:
      'Exactly the rows that are named, byte for byte, in the order of the file; those of one transaction together or not at all. A row whose key has another row now is a conflict. With `dryRun` all is tried and taken back, so triggers on the spaces run, and the answer says what would become of each row. Rows that are written already are the same and stay. At most 200 000 rows at a time.',
    role: 'admin',
    subject,
    input: {
      ...fileFields,
      rows: z.array(RowNumbers).min(1).max(10_000).optional().describe('Numbers of rows: 7 or 10-20'),
      all: z.boolean().default(false).describe('All rows of the file'),
      conflict: z.enum(replayPolicies).default('skip').describe('Where another row is there now: leave it, or overwrite it'),
    },
    data: Replayed,
    danger: ({ name, conflict }) => `Rows of ${name} are written into the present master${conflict === 'overwrite' ? ', over rows that are there now' : ''}.`,
  }),
  discardLostRows: mutation({
    summary: 'Delete a file of lost rows',
    details: 'For good. Needs the name of the instance in `confirm`.',
    role: 'admin',
    subject,
    typedName: true,
    input: { ...fileFields, confirm: z.string().max(63).optional().describe('The name of the instance, typed once more') },
    data: z.object({ sentence: z.string() }),
    danger: ({ instance, name }) => `The rows in ${name} of ${instance} are gone for good.`,
  }),
};
