import * as z from 'zod';
import { IssueMark, ObjectRef } from './shapes/view.ts';
import { mutation, query } from './operation.ts';

/** What people say about what is wrong. The issues themselves: `cluster.issues`. */

const IssueRef = z.string().min(1).max(130);
const subject = ['issue'] as const;

const hoursMax = 90 * 24;
const Marked = z.object({ issue: z.string().describe('What was marked, by its id'), sentence: z.string() });

export const Mute = IssueMark.extend({ code: z.string(), object: ObjectRef, hides: z.number().int().nonnegative().describe('Open issues that it hides now') });

export const issue = {
  acknowledge: mutation({
    summary: 'Say that an issue is seen and somebody is at it',
    details: 'It stays listed, with who, when and why, and counts as unacknowledged no more. Ends with the issue itself: one that comes back is another one.',
    role: 'operator',
    subject,
    input: {
      issue: IssueRef.describe('Issue: its id, or code:name as in unreachable:s1-b'),
      hours: z.number().int().min(1).max(hoursMax).optional().describe('Ends after this many hours, also when the issue lasts'),
    },
    data: Marked,
  }),
  unacknowledge: mutation({ summary: 'Take an acknowledgement back', role: 'operator', subject, input: { issue: IssueRef.describe('Issue: its id, or code:name') }, data: Marked }),
  mute: mutation({
    summary: 'Do not count an issue for a time: at one object, or a whole rule',
    details: 'It is in no count and no badge and raises no health, but stays listed as muted. Ends at its time, at most 90 days from now; muting again moves that.',
    role: 'operator',
    subject,
    input: {
      issue: IssueRef.describe('Issue: its id, code:name as in clock-offset:s1-b, or a code alone for all objects. It need not be open'),
      hours: z.number().int().min(1).max(hoursMax).describe('Ends after this many hours'),
      reason: z.string().trim().min(1).max(500).describe('Why: shown beside it, in the audit log and in the events'),
    },
    data: Marked,
  }),
  unmute: mutation({ summary: 'End a mute', role: 'operator', subject, input: { issue: IssueRef.describe('As it was muted: an id, code:name, or a code alone') }, data: Marked }),
  mutes: query({
    summary: 'What is muted, by whom, why and until when',
    role: 'viewer',
    input: z.object({}),
    output: z.array(Mute),
    columns: ['code', 'object.name', 'until', 'by', 'reason', 'hides'],
  }),
};
