import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';
import { causeNames, DecisionView } from './failover-view.ts';
import { Named } from './failover-status.ts';

/**
 * One change of the master of one replicaset, from the first evidence to the new master's first row, or to the moment at which it was given up.
 * Joined from what coordinator and members have noted, from gossip and health, and from what people did.
 */

export const incidentStates = ['open', 'done', 'aborted'] as const;

export const Incident = z.object({
  /** `<replicaset>:<epoch>`; with `:<n>` behind it for the n-th try that was given up on the way to that epoch. */
  id: z.string(),
  replicaset: Named,
  /** The epoch that it made, or would have made. */
  epoch: z.number().int(),
  cause: z.enum(causeNames).nullable(),
  state: z.enum(incidentStates),
  from: Named.nullable(),
  to: Named.nullable(),
  startedAt: TimeMs,
  endedAt: TimeMs.nullable(),
  /** Nobody could write, as far as it is known: from the old master's last moment to the new one's first. */
  readOnlyMs: z.number().nullable(),
  /** Rows that the new master did not have; null: not known. */
  rowsLost: z.number().int().nullable(),
  sentence: z.string(),
});
export type Incident = z.output<typeof Incident>;

export const timelineSources = ['coordinator', 'member', 'gossip', 'health', 'process', 'issue', 'config', 'operator'] as const;

export const TimelineEntry = z.object({
  at: TimeMs,
  /** Since the beginning of the incident; negative: before it. */
  sinceStartMs: z.number(),
  source: z.enum(timelineSources),
  /** One word of the source's own: `lapsed`, `decided`, `promoted`... */
  what: z.string(),
  instance: Named.nullable(),
  epoch: z.number().int().nullable(),
  sentence: z.string(),
  detail: z.string().nullable(),
  /** Who, where a person did it. */
  actor: z.string().nullable(),
});
export type TimelineEntry = z.output<typeof TimelineEntry>;

export const IncidentDetail = Incident.extend({
  epochs: z.object({ from: z.number().int().nullable(), to: z.number().int() }),
  /** The first sign that something was wrong, and what the coordinator based the decision on. */
  evidence: z.array(z.string()),
  decision: DecisionView.nullable(),
  timeline: z.array(TimelineEntry),
  readOnlySentence: z.string(),
  rowsSentence: z.string(),
  /** Copies that had rows of their own, with the files in which these are kept. */
  lostRows: z.array(z.object({ instance: Named, name: z.string(), rows: z.number().int(), complete: z.boolean() })),
  /** What is missing in this picture: an agent that could not be asked, times of clocks that differ. */
  notes: z.array(z.string()),
});
export type IncidentDetail = z.output<typeof IncidentDetail>;

export const LostRowsRow = z.object({
  instance: Named,
  name: z.string(),
  at: TimeMs,
  replicaset: z.object({ uuid: Uuid, alias: z.string() }),
  epoch: z.number().int(),
  why: z.string(),
  rows: z.number().int(),
  /** Of how many rows of each space; of the first 200 spaces. */
  spaces: z.array(z.object({ name: z.string(), rows: z.number().int() })),
  sizeBytes: z.number(),
  complete: z.boolean(),
  note: z.string().nullable(),
});
export type LostRowsRow = z.output<typeof LostRowsRow>;
