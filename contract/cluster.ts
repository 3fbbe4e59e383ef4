import * as z from 'zod';
import { page, TimeMs } from './shapes/basics.ts';
import { ClusterMetrics, metricRanges } from './shapes/metrics.ts';
import { ClusterOverview, ClusterUpdate, Event, eventKinds, Health, Issue, ReplicationLinkView, Severity, Suggestion } from './shapes/view.ts';
import { query, stream } from './operation.ts';

export const cluster = {
  overview: query({
    summary: 'Everything at a glance: replicasets, instances, issues',
    role: 'viewer',
    input: z.object({}),
    output: ClusterOverview,
  }),
  watch: stream({
    summary: 'Follow the cluster live',
    details: 'Sends a snapshot, then what changed, at most 4 times a second. After `gap` a new snapshot follows.',
    role: 'viewer',
    input: z.object({}),
    output: ClusterUpdate,
  }),
  health: query({
    summary: 'Is the cluster well? For scripts and probes',
    details: 'CLI exit code 1 when critical.',
    role: 'viewer',
    input: z.object({}),
    output: z.object({
      health: Health,
      sentence: z.string(),
      instances: z.object({ ok: z.number(), warning: z.number(), critical: z.number(), unknown: z.number(), disabled: z.number() }),
      replicasetsWithoutMaster: z.array(z.string()),
      critical: z.number(),
      warnings: z.number(),
      unacknowledged: z.number().describe('Critical issues and warnings that nobody has acknowledged'),
      muted: z.number().describe('Open issues that are muted: in none of the other counts'),
    }),
  }),
  issues: query({
    summary: 'What is wrong, since when, and what to do',
    role: 'viewer',
    input: z.object({
      severity: Severity.optional().describe('Only this severity'),
      code: z.string().max(63).optional().describe('Only of this code, e.g. unreachable'),
      object: z.string().optional().describe('Only this instance or replicaset: alias or uuid'),
      muted: z.stringbool().or(z.boolean()).optional().describe('Only those that are muted, or only those that are not'),
      acknowledged: z.stringbool().or(z.boolean()).optional().describe('Only those that somebody has acknowledged, or only the others'),
      ...page,
    }),
    output: z.array(Issue),
    columns: ['severity', 'code', 'object.name', 'since', 'sentence', 'wayOut', 'acknowledged.by', 'muted.until'],
  }),
  events: query({
    summary: 'What happened: health changes, actions, configuration, processes',
    role: 'viewer',
    input: z.object({
      kind: z.enum(eventKinds).optional().describe('Only this kind'),
      severity: Severity.optional().describe('Only this severity'),
      object: z.string().optional().describe('Only this object: alias or id'),
      since: TimeMs.optional().describe('Not before this time (ms since the epoch)'),
      until: TimeMs.optional().describe('Not after this time (ms since the epoch)'),
      before: z.coerce.number().int().optional().describe('Only events with a lower id: for paging back'),
      limit: page.limit,
    }),
    output: z.array(Event),
    columns: ['at', 'kind', 'severity', 'object.name', 'actor', 'sentence'],
  }),
  replication: query({
    summary: 'Who follows whom, in which state and how far behind',
    role: 'viewer',
    input: z.object({ replicaset: z.string().optional().describe('Only this replicaset: alias') }),
    output: z.array(ReplicationLinkView),
    columns: ['replicaset', 'fromName', 'toName', 'state', 'lagSeconds', 'message'],
  }),
  metrics: query({
    summary: 'Load and troubles of the whole cluster over time',
    details: 'Requests, worst lag, memory and open issues, as this server has seen them since it started.',
    role: 'viewer',
    input: z.object({
      range: z.enum(metricRanges).default('hour').describe('The last hour by the second, or the last day by the minute'),
      steps: z.coerce.number().int().min(1).max(3600).default(120).describe('Sum this range up in so many steps'),
      since: TimeMs.optional().describe('Not before this time (ms since the epoch)'),
    }),
    output: ClusterMetrics,
  }),
  suggestions: query({
    summary: 'Repairs that mend several issues at once',
    role: 'viewer',
    input: z.object({}),
    output: z.array(Suggestion),
    columns: ['id', 'title', 'sentence'],
  }),
};
