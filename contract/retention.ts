import * as z from 'zod';
import { TimeMs } from './shapes/basics.ts';
import { mutation, query } from './operation.ts';

/** How long the control plane keeps its history. */

export const retentionDaysMax = 3650;
const days = (least: number) => z.number().int().min(least).max(retentionDaysMax);

/** What is kept, its least and its default in days. */
export const retentionFields = {
  eventDays: days(1).describe('Events'),
  auditDays: days(30).describe('Entries of the audit log; at least 30'),
  deliveryDays: days(1).describe('Alert messages that were sent or given up'),
  runDays: days(1).describe('Apply runs that have ended'),
};
export const retentionDefaults = { eventDays: 90, auditDays: 365, deliveryDays: 30, runDays: 365 } as const;

export const Retention = z.object(retentionFields);
export type Retention = z.output<typeof Retention>;

export const RetentionView = Retention.extend({
  /** The oldest of each that is there; null where there is none. */
  oldest: z.object({ event: TimeMs.nullable(), audit: TimeMs.nullable(), delivery: TimeMs.nullable(), run: TimeMs.nullable() }),
  by: z.string().nullable().describe('Who has set it; null: the defaults'),
  at: TimeMs.nullable(),
});

export const retention = {
  get: query({
    summary: 'How long events, audit entries, deliveries and apply runs are kept',
    role: 'viewer',
    input: z.object({}),
    output: RetentionView,
    columns: ['eventDays', 'auditDays', 'deliveryDays', 'runDays', 'by'],
  }),
  edit: mutation({
    summary: 'Set how long events, audit entries, deliveries and apply runs are kept',
    details: 'Days. What is older is deleted, a thousand rows at a time, and does not come back; the plan says how much that is now. Configuration versions are kept for good. Of events the newest 200 000 are kept at most.',
    role: 'admin',
    input: { eventDays: retentionFields.eventDays.optional(), auditDays: retentionFields.auditDays.optional(), deliveryDays: retentionFields.deliveryDays.optional(), runDays: retentionFields.runDays.optional() },
    data: Retention.extend({ sentence: z.string() }),
  }),
};
