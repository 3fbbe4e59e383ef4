import * as z from 'zod';
import { mutation, query } from './operation.ts';
import { TimeMs } from './shapes/basics.ts';
import { eventKinds, ObjectRef, Severity } from './shapes/view.ts';

/** Rules over the event stream: what no single look shows, since it is in how often, or in what did not happen. */

export const watchKinds = ['count', 'rate', 'flapping', 'absence'] as const;
const minutesMax = 31 * 24 * 60;

/** What is looked for. Which fields count differs by `watch`: see each. */
const fields = {
  watch: z.enum(watchKinds).describe('count: so many events within the window. rate: so many a minute over the window. flapping: so often from healthy to not. absence: no such event for the whole window'),
  kind: z.enum(eventKinds).optional().describe('Only events of this kind; of any when absent. Flapping looks at health itself'),
  level: Severity.optional().describe('Only events of at least this severity'),
  text: z.string().trim().min(1).max(200).optional().describe('Only events whose sentence has these words, in small or capital letters'),
  object: z.string().trim().min(1).max(100).optional().describe('Only events about this object, by its name or id'),
  per: z.enum(['object', 'cluster']).describe('Count for each object apart, or for all together. An absence is always about one: the object, or the cluster'),
  count: z.number().min(0.01).max(1000).describe('How many: events, events a minute, or turns. No meaning for an absence'),
  minutes: z.number().min(0.1).max(minutesMax).describe('The window, in minutes'),
  severity: Severity.describe('Of the issue that it raises'),
  todo: z.string().trim().max(300).describe('What to do then: the way out that the issue names'),
  enabled: z.boolean().describe('Switched off, it raises nothing'),
};

const Name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'Small letters, digits and dashes, at most 40').describe('Name of the rule; its issues have the code rule-<name>');

export const Rule = z.object({ name: Name, ...fields });
export type Rule = z.output<typeof Rule>;

const RuleView = Rule.extend({
  sentence: z.string().describe('What it looks for, in words'),
  builtIn: z.boolean().describe('It came with the product'),
  changed: z.boolean().describe('A built-in one that somebody has edited'),
  by: z.string().nullable(),
  at: TimeMs.nullable(),
  raised: z.number().int().nonnegative().describe('Issues that it raises now'),
});

export const Raised = z.object({
  object: ObjectRef,
  sentence: z.string(),
  since: TimeMs,
  /** Null: still so at the end of the time looked at. */
  until: TimeMs.nullable(),
});

const presets = {
  per: fields.per.default('object'),
  count: fields.count.default(3),
  minutes: fields.minutes.default(10),
  severity: fields.severity.default('warning'),
  todo: fields.todo.default('Look at the events that it counted.'),
  enabled: fields.enabled.default(true),
};

/** In an edit null takes a filter away. */
const filters = {
  kind: fields.kind.unwrap().nullable().optional().describe('Only events of this kind; null: of any'),
  level: fields.level.unwrap().nullable().optional().describe('Only events of at least this severity; null: of any'),
  text: fields.text.unwrap().nullable().optional().describe('Only events whose sentence has these words; null: whatever it says'),
  object: fields.object.unwrap().nullable().optional().describe('Only events about this object; null: about any'),
};
const { watch, per, count, minutes, severity, todo, enabled } = fields;

export const rule = {
  list: query({ summary: 'Rules over the event stream, built in and of your own', role: 'viewer', input: z.object({}), output: z.array(RuleView), columns: ['name', 'enabled', 'severity', 'raised', 'sentence', 'by'] }),
  add: mutation({
    summary: 'Raise an issue when events come too often, or do not come',
    details: 'The rule is worked out from the events in the database, also those of before it was made. Its issues have the code rule-<name>, and clear by themselves when the window has passed. The plan tells what it would have raised in the last 24 hours.',
    role: 'admin',
    subject: ['name'],
    input: { ...Rule.shape, ...presets },
    data: Rule,
  }),
  edit: mutation({
    summary: 'Change a rule, or switch it off',
    details: 'A built-in rule can be changed too; removing it then brings back what came with the product.',
    role: 'admin',
    subject: ['name'],
    input: { name: Name, watch: watch.optional(), ...filters, per: per.optional(), count: count.optional(), minutes: minutes.optional(), severity: severity.optional(), todo: todo.optional(), enabled: enabled.optional() },
    data: Rule,
  }),
  remove: mutation({ summary: 'Remove a rule, or undo the changes to a built-in one', role: 'admin', subject: ['name'], input: { name: Name }, data: z.object({ name: z.string() }) }),
  test: query({
    summary: 'What a rule would have raised over the past hours',
    role: 'viewer',
    subject: ['name'],
    input: z.object({ name: Name, hours: z.coerce.number().min(0.1).max(31 * 24).default(24).describe('So far back') }),
    output: z.object({ events: z.number().int().describe('Events looked at'), complete: z.boolean().describe('False: there were more events than are looked at; the oldest are left out'), raised: z.array(Raised) }),
  }),
};
