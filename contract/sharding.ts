import * as z from 'zod';
import { Length, ReplicasetRef } from './shapes/basics.ts';
import { metricRanges } from './shapes/metrics.ts';
import { ShardingHistory, ShardingPlan, WeightText } from './shapes/sharding-plan.ts';
import { BucketRangeText, FindingRow, GroupSettingsView, ShardingStatus } from './shapes/sharding-status.ts';
import { findingCodes } from './shapes/sharding-view.ts';
import { bucketHashes, GroupName, rebalanceModes } from './shapes/sharding.ts';
import { mutation, query, stream } from './operation.ts';

/** Which storage has which buckets, and how that changes. */

const subject = ['group'] as const;
const group = GroupName.describe('Group of storages; `default` where nobody made others');
const buckets = z.array(BucketRangeText).min(1).max(1000).describe('Buckets: 7 or 10-20');
const weights = z.array(WeightText).max(1000);
const Said = z.object({ sentence: z.string() });

export const sharding = {
  status: query({
    summary: 'Where the buckets are, what moves, and what is in the way',
    details: 'As the active failover coordinator says it. Where none answers, counts are from what the agents reported.',
    role: 'viewer',
    input: z.object({ group: GroupName.optional().describe('Only this group') }),
    output: ShardingStatus,
  }),
  watch: stream({
    summary: 'Follow buckets live',
    details: 'The status whole: at once, then on each change but at most twice a second.',
    role: 'viewer',
    input: z.object({}),
    output: ShardingStatus,
  }),
  plan: query({
    summary: 'What weights would lead to: who gets how many buckets, and how many move',
    details: 'Nothing is changed. Storages that are not named keep their weight; without any it is the plan of the weights as they are. CLI exit code 6 where every weight would be 0.',
    role: 'viewer',
    subject,
    input: z.object({ group, weights: weights.default([]).describe('Weights to try: s1=2,s2=0') }),
    output: ShardingPlan,
  }),
  history: query({
    summary: 'How many buckets each storage had over time',
    details: 'As this server has heard it since it started.',
    role: 'viewer',
    subject,
    input: z.object({
      group,
      range: z.enum(metricRanges).default('hour').describe('The last hour by the second, or the last day by the minute'),
      steps: z.coerce.number().int().min(1).max(3600).default(120).describe('Sum this range up in so many steps'),
    }),
    output: ShardingHistory,
  }),
  doctor: query({
    summary: 'Look for buckets that are lost, doubled or left over',
    details: 'Reads the tables of all masters, twice where something looks wrong, so that what moves meanwhile is no finding. CLI exit code 1 where it finds something critical or a warning.',
    role: 'operator',
    subject,
    input: z.object({ group }),
    output: z.array(FindingRow),
    columns: ['severity', 'code', 'buckets', 'sentence', 'wayOut'],
  }),
  bootstrap: mutation({
    summary: 'Make the buckets of a group, once and for good',
    details: 'Each storage gets its share by weight. The number of buckets and the hash are those of the settings, and cannot be changed any more.',
    role: 'admin',
    subject,
    input: { group },
    data: Said,
  }),
  configure: mutation({
    summary: 'Change the settings of a group of storages',
    details: 'What is left out stays as it is. A group that is not there yet is made. Buckets and hash are fixed once it is bootstrapped.',
    role: 'admin',
    subject,
    input: {
      group,
      buckets: z.number().int().min(1).max(100_000).optional().describe('How many; 3000 by default'),
      hash: z.enum(bucketHashes).optional().describe('How a key becomes a bucket, by the names of vshard'),
      rebalance: z.enum(rebalanceModes).optional().describe('auto: buckets move when the weights ask for it. manual: when somebody starts it. off: never'),
      movesMax: z.number().int().min(1).max(100_000).optional().describe('So many buckets of a replicaset may be under way at a time'),
      bucketsPerSecond: z.number().int().min(1).max(100_000).nullable().optional().describe('So many may begin to move in a second; without: as many as they can'),
      batch: z.number().int().min(1).max(10_000).optional().describe('So many move by one order'),
    },
    data: z.object({ version: z.number().int(), settings: GroupSettingsView, sentence: z.string() }),
    danger: ({ rebalance }) => (rebalance === 'off' ? 'While rebalancing is off no buckets move: new storages get none, and none is drained.' : null),
  }),
  weigh: mutation({
    summary: 'Change the weights of storages, and so who has how many buckets',
    details: 'One version of the configuration for all of them. Weight 0 drains a storage: when it is empty it may be removed. Buckets move as the group rebalances: by itself, or when somebody starts it.',
    role: 'operator',
    subject,
    input: { group, weights: weights.min(1).describe('New weights: s1=2,s2=0') },
    data: z.object({ version: z.number().int(), total: z.number().int().describe('Buckets that have to move'), sentence: z.string() }),
  }),
  start: mutation({
    summary: 'Start rebalancing, in mode manual',
    details: 'It ends when the buckets are as the weights want them.',
    role: 'operator',
    subject,
    input: { group },
    data: Said,
  }),
  pause: mutation({
    summary: 'Pause rebalancing; what is under way ends',
    details: 'Survives restarts and another coordinator.',
    role: 'operator',
    subject,
    input: { group, reason: z.string().trim().min(1).max(500).describe('Why: shown to everybody who looks'), expires: Length.optional().describe('Ends by itself after this long: 90s, 30m, 2h, 1d (at most 30d); otherwise when somebody resumes') },
    data: Said,
  }),
  resume: mutation({ summary: 'End a pause of rebalancing', role: 'operator', subject, input: { group }, data: Said }),
  abort: mutation({
    summary: 'Cut short what moves now',
    details: 'What was not sent yet stays where it is; what was sent arrives. Where rebalancing is automatic it is paused as well.',
    role: 'operator',
    subject,
    input: { group },
    data: Said,
  }),
  move: mutation({
    summary: 'Move buckets to a storage by hand',
    details: 'Where rebalancing is automatic others move back in their place; pinned ones stay.',
    role: 'operator',
    subject,
    input: { group, buckets, to: ReplicasetRef },
    data: Said,
  }),
  pin: mutation({ summary: 'Keep buckets where they are', details: 'A pinned bucket is never moved, not even from a storage that is drained.', role: 'operator', subject, input: { group, buckets }, data: Said }),
  unpin: mutation({ summary: 'Let pinned buckets move again', role: 'operator', subject, input: { group, buckets }, data: Said }),
  repair: mutation({
    summary: 'Mend what the doctor has found',
    details: 'Does what `sharding doctor` says for this kind of finding, if it is still so. Where rows are deleted or given up the group has to be named in `confirm`.',
    role: 'admin',
    subject,
    typedName: true,
    input: { group, finding: z.enum(findingCodes).describe('The kind of finding, as the doctor names it'), confirm: z.string().max(63).optional().describe('Where rows are deleted or given up: the group, typed once more') },
    data: Said,
    danger: ({ group: name, finding }) => (finding === 'stranded' ? null : `Rows of buckets in group ${name} are deleted, or given up, for good.`),
  }),
};
