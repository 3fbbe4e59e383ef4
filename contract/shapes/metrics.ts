import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';

/** What is measured of an instance over time: the one list that rings, charts and the CLI read. */

export const metricUnits = ['perSecond', 'bytes', 'bytesPerSecond', 'seconds', 'milliseconds', 'ratio', 'count'] as const;
export type MetricUnit = (typeof metricUnits)[number];

type Definition = { readonly unit: MetricUnit; readonly label: string; readonly meaning: string };

export const metricSeries = {
  requestsPerSecond: { unit: 'perSecond', label: 'Requests', meaning: 'All kinds of requests together; what a called function does inside counts too.' },
  selectsPerSecond: { unit: 'perSecond', label: 'Select', meaning: 'Reads.' },
  insertsPerSecond: { unit: 'perSecond', label: 'Insert', meaning: 'New tuples.' },
  replacesPerSecond: { unit: 'perSecond', label: 'Replace', meaning: 'Tuples put in place, new or not.' },
  updatesPerSecond: { unit: 'perSecond', label: 'Update', meaning: 'Changes of a tuple by its key.' },
  upsertsPerSecond: { unit: 'perSecond', label: 'Upsert', meaning: 'Updates that insert where there is nothing.' },
  deletesPerSecond: { unit: 'perSecond', label: 'Delete', meaning: 'Tuples deleted by their key.' },
  callsPerSecond: { unit: 'perSecond', label: 'Call', meaning: 'Calls of stored functions.' },
  evalsPerSecond: { unit: 'perSecond', label: 'Eval', meaning: 'Lua sent to be run.' },
  sqlPerSecond: { unit: 'perSecond', label: 'SQL', meaning: 'SQL statements that were executed.' },
  errorsPerSecond: { unit: 'perSecond', label: 'Errors', meaning: 'Requests that ended with an error.' },
  rowsPerSecond: { unit: 'perSecond', label: 'Rows written', meaning: "Growth of the vclock's sum: rows of the log, its own and those replicated to it." },
  lagSeconds: { unit: 'seconds', label: 'Replication lag', meaning: 'The worst lag behind a peer that it replicates from.' },
  memoryUsedBytes: { unit: 'bytes', label: 'Memory in use', meaning: 'Tuples and indexes, in the slabs (arena_used).' },
  memoryArenaBytes: { unit: 'bytes', label: 'Memory in slabs', meaning: 'Slabs for tuples and indexes, in use or not (arena_size).' },
  memoryReservedBytes: { unit: 'bytes', label: 'Memory reserved', meaning: 'What has been taken of the quota (quota_used).' },
  memoryQuotaBytes: { unit: 'bytes', label: 'Memory quota', meaning: 'What it may take (quota_size, memtx_memory).' },
  luaMemoryBytes: { unit: 'bytes', label: 'Lua memory', meaning: 'Heap of Lua.' },
  databaseRssBytes: { unit: 'bytes', label: 'Tarantool resident', meaning: 'Resident memory of the Tarantool process.' },
  databaseCpuRatio: { unit: 'ratio', label: 'Tarantool CPU', meaning: 'Share of one core; 1 is a whole core.' },
  agentRssBytes: { unit: 'bytes', label: 'Agent resident', meaning: 'Resident memory of the agent process.' },
  agentCpuRatio: { unit: 'ratio', label: 'Agent CPU', meaning: 'Share of one core; 1 is a whole core.' },
  connections: { unit: 'count', label: 'Connections', meaning: 'Client connections that are open (box.stat.net).' },
  requestsInProgress: { unit: 'count', label: 'Requests in progress', meaning: 'Requests that came over the network and are not answered yet.' },
  networkRequestsPerSecond: { unit: 'perSecond', label: 'Network requests', meaning: 'Requests that came over the network.' },
  receivedBytesPerSecond: { unit: 'bytesPerSecond', label: 'Received', meaning: 'Bytes that Tarantool received from clients and replicas.' },
  sentBytesPerSecond: { unit: 'bytesPerSecond', label: 'Sent', meaning: 'Bytes that Tarantool sent to clients and replicas.' },
  gossipRttMs: { unit: 'milliseconds', label: 'Gossip round trip', meaning: 'From this server to its agent and back, by gossip.' },
  gossipSuspected: { unit: 'count', label: 'Members not alive', meaning: 'Members that its agent takes for suspected or dead.' },
  gossipSentPerSecond: { unit: 'perSecond', label: 'Datagrams sent', meaning: 'Gossip datagrams that its agent sent.' },
  gossipReceivedPerSecond: { unit: 'perSecond', label: 'Datagrams received', meaning: 'Gossip datagrams that its agent received.' },
  clockOffsetMs: { unit: 'milliseconds', label: 'Clock offset', meaning: 'Clock of its host minus the clock of this server.' },
  diskUsedRatio: { unit: 'ratio', label: 'Disk used', meaning: 'Share of the disk with its data directory; 1 is full.' },
  bucketsOwned: { unit: 'count', label: 'Buckets', meaning: 'Buckets that its replicaset owns, by its own copy; nothing where it keeps none.' },
} as const satisfies Record<string, Definition>;

export type MetricName = keyof typeof metricSeries;
export const metricNames = Object.keys(metricSeries) as [MetricName, ...MetricName[]];

/** What is measured of the cluster as a whole, once a second, from what was heard of its configured instances. */
export const clusterSeries = {
  requestsPerSecond: { unit: 'perSecond', label: 'Requests', meaning: 'All requests to all instances together.' },
  lagSeconds: { unit: 'seconds', label: 'Worst lag', meaning: 'The greatest lag of any instance behind a peer.' },
  memoryUsedBytes: { unit: 'bytes', label: 'Memory in use', meaning: 'Tuples and indexes of all instances; a replica counts like its master.' },
  memoryQuotaBytes: { unit: 'bytes', label: 'Memory quota', meaning: 'What all instances may take.' },
  openIssues: { unit: 'count', label: 'Open issues', meaning: 'Critical issues and warnings, without those that are muted.' },
  instancesHeard: { unit: 'count', label: 'Instances heard', meaning: 'Whose report is younger than 3.5 s: the sums are of these.' },
} as const satisfies Record<string, Definition>;

export type ClusterSeriesName = keyof typeof clusterSeries;
export const clusterSeriesNames = Object.keys(clusterSeries) as [ClusterSeriesName, ...ClusterSeriesName[]];

export const metricRanges = ['hour', 'day'] as const;
export type MetricRange = (typeof metricRanges)[number];

/** Null: nothing was heard then, or there was nothing to measure. Rounded to four digits. */
const Values = z.array(z.number().nullable());

export const Metrics = z.object({
  instance: z.object({ uuid: Uuid, alias: z.string() }),
  /** 1000 for the last hour, 60 000 for the last day. */
  stepMs: z.number().int().positive(),
  /**
   * Start of the first step, by the server's clock: value `i` is of `startMs + i * stepMs` and the step from there.
   * It begins with the first step in which something was heard, so a message of a stream may begin later than the last one ended: a gap.
   */
  startMs: TimeMs,
  /** How many values each series has. */
  count: z.number().int().nonnegative(),
  series: z.array(
    z.object({
      name: z.enum(metricNames),
      label: z.string(),
      unit: z.enum(metricUnits),
      /** Of a minute: the average. */
      values: Values,
      /** Least and greatest of each minute; absent where a step is a second. */
      min: Values.optional(),
      max: Values.optional(),
    }),
  ),
});
export type Metrics = z.output<typeof Metrics>;

export const ClusterMetrics = z.object({
  /** A whole number of seconds or minutes. */
  stepMs: z.number().int().positive(),
  /** Start of the first step, by the server's clock; a multiple of `stepMs`. */
  startMs: TimeMs,
  count: z.number().int().nonnegative(),
  series: z.array(
    z.object({
      name: z.enum(clusterSeriesNames),
      label: z.string(),
      unit: z.enum(metricUnits),
      /** Of a step: the average. */
      values: Values,
      /** Least and greatest of each step. */
      min: Values,
      max: Values,
    }),
  ),
});
export type ClusterMetrics = z.output<typeof ClusterMetrics>;
