import * as z from 'zod';
import { HostPort, InstanceRef, Length, page, ReplicasetRef, TimeMs, Zone } from './shapes/basics.ts';
import { CandidateRow, ChangePreview, FailoverSettingsView, FailoverStatus, Move, TimingView } from './shapes/failover-status.ts';
import { LostRow } from './shapes/failover-view.ts';
import { failoverModes, failsafes } from './shapes/failover.ts';
import { Incident, IncidentDetail, incidentStates, LostRowsRow } from './shapes/incident.ts';
import { lostRowsOperations } from './lost-rows.ts';
import { WhatIf, WhatIfKind } from './shapes/what-if.ts';
import { mutation, query, stream } from './operation.ts';

/** Who may write, and how that changes. */

const replicasetSubject = ['replicaset'] as const;
const leaseMs = z.coerce.number().int().min(1000).max(60_000).optional();
const providerFailoverMs = z.coerce.number().int().min(10).max(30_000).default(1000).describe('How long the state provider may be away when it changes its leader: what a lease has to outlive. 640 for an etcd with heartbeat 30 ms, election 300 ms and --pre-vote');

const Changed = z.object({ replicaset: z.string(), master: z.string().nullable(), epoch: z.number().int().nullable(), tookMs: z.number(), sentence: z.string() });
const Said = z.object({ sentence: z.string() });

export const failover = {
  status: query({
    summary: 'Who leads, by which lease, and who would be next',
    details: 'Made from what the agents report and what the active coordinator adds within a second. Where no coordinator answers it says so and is complete but for what only a coordinator knows.',
    role: 'viewer',
    input: z.object({ replicaset: ReplicasetRef.optional().describe('Only this replicaset') }),
    output: FailoverStatus,
  }),
  watch: stream({
    summary: 'Follow the state of failover live',
    details: 'The status whole: at once, then on each change but at most twice a second, and every second (5 s with more than 32 replicasets).',
    role: 'viewer',
    input: z.object({}),
    output: FailoverStatus,
  }),
  candidates: query({
    summary: 'Who can lead a replicaset, and why not',
    details: 'The active coordinator asks every member now.',
    role: 'viewer',
    subject: replicasetSubject,
    input: z.object({ replicaset: ReplicasetRef }),
    output: z.array(CandidateRow),
    columns: ['alias', 'zone', 'master', 'can', 'chosen', 'rowsBehind', 'why'],
  }),
  timing: query({
    summary: 'What follows from a lease: each timing, what is wrong with it, the worst case in seconds',
    role: 'viewer',
    input: z.object({ leaseMs: leaseMs.describe('Lease in ms; the one in effect when left out'), providerFailoverMs }),
    output: TimingView,
  }),
  preview: query({
    summary: 'What a change of master would mean now',
    role: 'viewer',
    subject: replicasetSubject,
    input: z.object({ replicaset: ReplicasetRef, to: InstanceRef.optional().describe('To this instance; otherwise the best one') }),
    output: ChangePreview,
  }),
  incidents: query({
    summary: 'Changes of masters, newest first',
    role: 'viewer',
    input: z.object({
      replicaset: ReplicasetRef.optional().describe('Only of this replicaset'),
      state: z.enum(incidentStates).optional().describe('Only in this state'),
      since: TimeMs.optional().describe('Not before this time (ms since the epoch)'),
      until: TimeMs.optional().describe('Not after this time (ms since the epoch)'),
      ...page,
    }),
    output: z.array(Incident),
    columns: ['startedAt', 'id', 'cause', 'state', 'from.alias', 'to.alias', 'readOnlyMs', 'rowsLost', 'sentence'],
  }),
  incident: query({
    summary: 'One change of master with its timeline: evidence, decision, steps, time without writes, rows lost',
    details: 'Joined from coordinators, members, gossip, health and what people did. `-o json` is the export.',
    role: 'viewer',
    subject: ['id'],
    input: z.object({ id: z.string().min(3).max(120).describe('Incident: replicaset:epoch') }),
    output: IncidentDetail,
  }),
  lostRows: query({
    summary: 'Rows that only an old master had: the files in lost and found',
    role: 'viewer',
    input: z.object({ instance: InstanceRef.optional().describe('Only of this instance') }),
    output: z.array(LostRowsRow),
    columns: ['instance.alias', 'replicaset.alias', 'epoch', 'at', 'rows', 'sizeBytes', 'complete', 'name'],
  }),
  readLostRows: query({
    summary: 'Read a file of lost rows',
    details: 'They are data of users. `-o json` is the export.',
    role: 'operator',
    subject: ['instance', 'name'],
    input: z.object({ instance: InstanceRef, name: z.string().min(1).max(200).describe('File'), ...page }),
    output: z.object({ rows: z.array(LostRow), total: z.number().int() }),
  }),
  ...lostRowsOperations,
  whatIf: query({
    summary: 'What would happen if a site, a link, a host, a coordinator or the state provider died now',
    details: 'Found out from the topology as it is now, by the machines that would act. Where zones are not set, each host is its own site.',
    role: 'viewer',
    input: z.object({ kind: WhatIfKind.optional().describe('Only losses of this kind'), replicaset: ReplicasetRef.optional().describe('Only what concerns this replicaset') }),
    output: z.array(WhatIf),
    columns: ['id', 'worst', 'title', 'summary'],
  }),
  configure: mutation({
    summary: 'Change how masters are appointed: mode, state provider, lease and the rest',
    details: 'What is left out stays as it is. Timings that allow two masters, or that an ordinary change of leader of the state provider would break, are refused: `failover timing` explains them.',
    role: 'admin',
    input: {
      mode: z.enum(failoverModes).optional().describe('disabled: the priority decides, without leases. manual: leases, only people appoint. eventual: gossip alone, unsafe. stateful: by lease and coordinator'),
      provider: z.enum(['stateboard', 'etcd']).optional().describe('Where appointments are kept'),
      endpoints: z.array(HostPort).max(9).optional().describe('Of etcd'),
      prefix: z.string().max(201).optional().describe('Of etcd: below it all keys of this cluster stand, such as /coterie/main'),
      user: z.string().max(100).optional().describe('Of etcd; its password is a setting of the agents'),
      tls: z.boolean().optional().describe('Of etcd: by https'),
      leaseMs: leaseMs.describe('How long a master may write without having renewed, in ms'),
      failsafe: z.enum(failsafes).optional().describe('Whose promises keep a master while the state provider is lost'),
      autoreturnSeconds: z.number().int().min(1).max(86_400).nullable().optional().describe('Leadership goes back to the preferred instance when it has followed for so long'),
      preferredZone: Zone.nullable().optional().describe('Zone to which masters belong'),
      lossRowsMax: z.number().int().min(0).max(1_000_000).nullable().optional().describe('Limit of rows that a promotion may leave behind without a person, in durability availability'),
      failoversMax: z.number().int().min(1).max(100).optional().describe('More automatic failovers of one replicaset than this in the window: then somebody has to acknowledge'),
      failoverWindowSeconds: z.number().int().min(10).max(86_400).optional().describe('That window'),
      providerFailoverMs,
    },
    data: z.object({ version: z.number().int(), settings: FailoverSettingsView, timing: TimingView, sentence: z.string() }),
    danger: ({ mode }) =>
      mode === 'disabled' ? 'Without failover a lost master stays lost until somebody edits the priority.' : mode === 'eventual' ? 'Mode eventual is unsafe: instances that hear different things have two masters, and rows are lost.' : null,
  }),
  switch: mutation({
    summary: 'Hand a replicaset over to another master, without losing a row',
    details: 'The master stops writing, the other one takes its last rows, then leads: milliseconds. Given up, with the old master writing again, when that takes longer than 2 s.',
    role: 'operator',
    subject: replicasetSubject,
    input: { replicaset: ReplicasetRef, to: InstanceRef.optional().describe('To this instance; otherwise the best one') },
    data: Changed,
  }),
  promote: mutation({
    summary: 'Make an instance the master whose old one is gone',
    details: 'In every mode; where failover is disabled it becomes the first of the priority. With `force` it leads also where members that would have to be heard do not answer: rows that only they have are lost. Needs its name in `confirm` then.',
    role: 'operator',
    subject: ['instance'],
    typedName: true,
    input: {
      instance: InstanceRef,
      force: z.boolean().default(false).describe('Also without the members that would have to be heard: acknowledged rows may be lost'),
      confirm: z.string().max(63).optional().describe('With force: the alias of the instance, typed once more'),
    },
    data: Changed,
    danger: ({ instance, force }) => (force ? `${instance} is made the master although members do not answer: acknowledged rows that only they have are lost.` : null),
  }),
  pause: mutation({
    summary: 'Stop everything automatic: no failover, no autoreturn',
    details: 'Survives restarts. Orders of people (switch, promote) go on; masters keep their leases.',
    role: 'operator',
    input: { reason: z.string().trim().min(1).max(500).describe('Why: shown as a banner, in the audit log and in the events'), for: Length.optional().describe('Ends by itself after this long: 90s, 30m, 2h, 1d (at most 30d); otherwise when somebody resumes') },
    data: Said,
    danger: () => 'While failover is paused a lost master is not replaced.',
  }),
  resume: mutation({ summary: 'End a pause of failover', role: 'operator', input: {}, data: Said }),
  acknowledge: mutation({
    summary: 'Let a replicaset fail over by itself again',
    details: 'After too many failovers in a short time it waits for somebody to have looked.',
    role: 'operator',
    subject: replicasetSubject,
    input: { replicaset: ReplicasetRef },
    data: Said,
  }),
  evacuate: mutation({
    summary: 'Take all masters away from a zone, a host or an instance',
    details: 'A few switchovers at a time, planned again after each. What cannot move stays, with its reason. Name exactly one of zone, host, instance.',
    role: 'operator',
    input: {
      zone: Zone.optional().describe('All instances of this zone'),
      host: z.string().min(1).max(255).optional().describe('All instances at this host, as in their addresses'),
      instance: InstanceRef.optional().describe('This instance'),
      concurrency: z.number().int().min(1).max(20).default(3).describe('Switchovers at a time'),
    },
    data: z.object({ moves: z.array(Move), sentence: z.string() }),
    danger: ({ zone, host, instance }) => `Every master ${zone !== undefined ? `in zone ${zone}` : host !== undefined ? `at ${host}` : `on ${instance ?? '?'}`} is handed over; each replicaset takes no writes for some milliseconds.`,
  }),
  steal: mutation({
    summary: 'Have another coordinator take over the appointing of masters',
    details: 'For one that holds the lock and does nothing. What it does later is refused by its older term.',
    role: 'operator',
    input: { instance: InstanceRef.optional().describe('The coordinator that takes over; otherwise the first other one that answers') },
    data: Said,
    danger: () => 'The coordinator that is active now loses its lock; masters keep writing.',
  }),
};
