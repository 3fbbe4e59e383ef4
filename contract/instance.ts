import * as z from 'zod';
import { Alias, descending, HostPort, InstanceRef, page, ReplicasetRef, RoleName, TimeMs, Zone } from './shapes/basics.ts';
import { BoxSetting, spaceSorts, SpacesPage } from './shapes/inspect.ts';
import { metricNames, metricRanges, Metrics } from './shapes/metrics.ts';
import { EvalResult, LifeCycle, LogLine } from './shapes/status.ts';
import { InstanceDetail, InstanceHealth, InstanceView } from './shapes/view.ts';
import { mutation, query, stream } from './operation.ts';

const subject = ['instance'] as const;
const Done = z.object({ instance: z.string(), sentence: z.string() });

const logFields = {
  instance: InstanceRef,
  source: z.enum(['agent', 'tarantool', 'router', 'all']).default('all').describe('Whose log'),
  filter: z.string().max(200).optional().describe('Only lines that contain this text'),
};

const metricFields = {
  instance: InstanceRef,
  series: z.array(z.enum(metricNames)).max(metricNames.length).optional().describe('Only these series; all when left out'),
};

export const instance = {
  list: query({
    summary: 'List instances, configured or not',
    role: 'viewer',
    input: z.object({
      replicaset: ReplicasetRef.optional().describe('Only of this replicaset'),
      zone: z.string().optional().describe('Only in this zone'),
      role: RoleName.optional().describe('Only with this role'),
      state: LifeCycle.optional().describe('Only in this state'),
      leadership: z.enum(['master', 'replica', 'none']).optional().describe('Only masters, only replicas, or only those that are neither'),
      health: InstanceHealth.optional().describe('Only with this health'),
      issue: z.string().max(63).optional().describe('Only with an open issue of this code, e.g. unreachable'),
      unconfigured: z.stringbool().or(z.boolean()).optional().describe('Only those not in the configuration yet'),
      search: z.string().optional().describe('Alias, address or uuid contains this'),
      sort: z.enum(['name', 'zone', 'lag', 'memory', 'health', 'report']).optional().describe('By this; otherwise by replicaset and failover priority'),
      descending,
      ...page,
    }),
    output: z.array(InstanceView),
    columns: ['alias', 'uri', 'replicaset.alias', 'leadership', 'health', 'state', 'zone', 'lagSeconds', 'memoryUsedBytes', 'reportedAt'],
  }),
  get: query({
    summary: 'Show one instance with its full status',
    role: 'viewer',
    subject,
    input: z.object({ instance: InstanceRef }),
    output: InstanceDetail,
  }),
  probe: mutation({
    summary: 'Look for an agent at a gossip address and let it in',
    details: 'Sends a gossip ping to the address; a member that answers appears in the list of instances.',
    role: 'operator',
    subject: ['address'],
    input: { address: HostPort.describe('Gossip address, host:port') },
    data: z.object({ found: z.boolean(), uuid: z.string().nullable(), alias: z.string().nullable(), sentence: z.string() }),
  }),
  join: mutation({
    summary: 'Join an unconfigured instance to a replicaset',
    role: 'operator',
    subject: ['instance', 'replicaset'],
    input: { instance: InstanceRef, replicaset: ReplicasetRef, zone: Zone.optional().describe('Zone'), electable: z.boolean().default(true).describe('May become master') },
    data: Done,
  }),
  edit: mutation({
    summary: 'Change an instance: alias, zone, electable, addresses',
    role: 'operator',
    subject,
    input: {
      instance: InstanceRef,
      alias: Alias.optional().describe('New alias'),
      zone: Zone.nullable().optional().describe('Zone'),
      electable: z.boolean().optional().describe('May become master'),
      uri: HostPort.optional().describe('Address at which the others reach it'),
      router: HostPort.nullable().optional().describe('Where its router listens, with role router: 0.0.0.0:4301. By default on the loopback, 1000 above the port of its Tarantool'),
    },
    data: Done,
  }),
  disable: mutation({
    summary: 'Take an instance out of service, keeping its data and its place',
    role: 'operator',
    subject,
    input: { instance: InstanceRef },
    data: Done,
    danger: (input) => `${input.instance} stops serving; if it is the master, the next electable instance takes over.`,
  }),
  enable: mutation({ summary: 'Put a disabled instance back into service', role: 'operator', subject, input: { instance: InstanceRef }, data: Done }),
  expel: mutation({
    summary: 'Remove an instance from the cluster for good',
    details: 'It is stopped and fenced by its agent; its data stays on its disk. To use it again, start its agent with --forget.',
    role: 'admin',
    subject,
    typedName: true,
    input: { instance: InstanceRef },
    data: Done,
    danger: (input) => `${input.instance} leaves the cluster for good: it is stopped and may not come back with its data.`,
  }),
  restart: mutation({
    summary: 'Restart the Tarantool of an instance',
    role: 'operator',
    subject,
    input: { instance: InstanceRef },
    data: Done,
    danger: (input) => `${input.instance} does not serve until it has started again; a master's replicaset cannot be written meanwhile.`,
  }),
  stop: mutation({
    summary: 'Stop the Tarantool of an instance and keep it stopped',
    role: 'operator',
    subject,
    input: { instance: InstanceRef },
    data: Done,
    danger: (input) => `${input.instance} stops and stays stopped until it is started again.`,
  }),
  start: mutation({ summary: 'Start the Tarantool of a stopped instance', role: 'operator', subject, input: { instance: InstanceRef }, data: Done }),
  rebuild: mutation({
    summary: 'Throw away the data of a replica and copy it again from its peers',
    details: 'The old files are moved aside, not deleted. Refused for a master and where no other copy is healthy.',
    role: 'admin',
    subject,
    typedName: true,
    input: { instance: InstanceRef },
    data: Done,
    danger: (input) => `The data of ${input.instance} is moved aside and copied again from its peers.`,
  }),
  logs: query({
    summary: 'Show the last log lines of an instance',
    role: 'viewer',
    subject,
    input: z.object({ ...logFields, lines: z.coerce.number().int().min(1).max(5000).default(200).describe('How many lines') }),
    output: z.array(LogLine),
    columns: ['at', 'source', 'level', 'text'],
  }),
  followLogs: stream({
    summary: 'Follow the log of an instance',
    role: 'viewer',
    subject,
    input: z.object({ ...logFields, lines: z.coerce.number().int().min(0).max(1000).default(50).describe('How many old lines first') }),
    output: LogLine,
  }),
  boxCfg: query({
    summary: 'Show the settings of the Tarantool of an instance (box.cfg)',
    details: 'As they are in effect now, each with its default and whose it is. Passwords in addresses are masked by the agent.',
    role: 'viewer',
    subject,
    input: z.object({ instance: InstanceRef }),
    output: z.array(BoxSetting),
    columns: ['name', 'value', 'default', 'origin'],
  }),
  spaces: query({
    summary: 'List the spaces of an instance with their sizes and indexes',
    details: 'Reads counters and scans nothing; it looks for 2 s and at 20 000 spaces at most.',
    role: 'viewer',
    subject,
    input: z.object({
      instance: InstanceRef,
      search: z.string().max(200).optional().describe('Only spaces whose name contains this'),
      system: z.stringbool().or(z.boolean()).default(false).describe('With the spaces that Tarantool keeps for itself'),
      sort: z.enum(spaceSorts).default('bytes').describe('Biggest first, most rows first, or by name'),
      ...page,
    }),
    output: SpacesPage,
  }),
  metrics: query({
    summary: 'Show what was measured of an instance over the last hour or day',
    details: 'Kept in the memory of the server: the last hour by the second, the last day by the minute, both from when it began to listen. Null where nothing was heard: a gap, never a zero.',
    role: 'viewer',
    subject,
    input: z.object({
      ...metricFields,
      range: z.enum(metricRanges).default('hour').describe('The last hour by the second, or the last day by the minute'),
      since: TimeMs.optional().describe('Not before this time (ms since the epoch)'),
    }),
    output: Metrics,
  }),
  followMetrics: stream({
    summary: 'Follow what is measured of an instance, by the second',
    details: 'The first message holds the last seconds that were asked for, each later one what has come since: mostly one value of each series. A reader that was slow or away gets all that it missed in one message, up to an hour.',
    role: 'viewer',
    subject,
    input: z.object({ ...metricFields, seconds: z.coerce.number().int().min(1).max(3600).default(60).describe('How many seconds of the past first') }),
    output: Metrics,
  }),
  eval: mutation({
    summary: 'Run Lua or SQL on one instance',
    role: 'admin',
    subject,
    input: {
      instance: InstanceRef,
      language: z.enum(['lua', 'sql']).default('lua').describe('Language'),
      code: z.string().min(1).max(262_144).describe('What to run'),
      timeoutMs: z.number().int().min(10).max(60_000).default(5000).describe('Give up after this many milliseconds'),
      rowsMax: z.number().int().min(1).max(10_000).default(1000).describe('Cut the result after this many values'),
    },
    data: EvalResult,
    danger: (input) => `Runs ${input.language.toUpperCase()} with full rights on ${input.instance}.`,
  }),
};
