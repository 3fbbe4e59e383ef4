import * as z from 'zod';
import { TimeMs, Uuid } from '~/contract/shapes/basics.ts';
import { ConfigMeta } from '~/contract/shapes/config.ts';
import { CandidateView, CoordinatorView, DecisionView, LostRow, LostRowsFile, replayPolicies, ReplayOutcome, TrailEntry } from '~/contract/shapes/failover-view.ts';
import { CodeFault } from '~/contract/shapes/role.ts';
import { FindingView, GroupView } from '~/contract/shapes/sharding-view.ts';
import { BoxSetting, spaceSorts, SpacesPage } from '~/contract/shapes/inspect.ts';
import { FunctionFigures } from '~/contract/shapes/roles-status.ts';
import { DataSpace } from '~/contract/shapes/data.ts';
import { AgentStatus, EvalResult, LogLine, Vclock } from '~/contract/shapes/status.ts';
import { DataLook, DataLooked, DataPageAnswer, DataPageQuestion, DataSpaces, DataWrite, DataWritten } from './data-messages.ts';
import { CommandBody, MemberAnswerBody, MemberRequestBody } from './failover-messages.ts';
import { MigrationMark, MigrationsAbort, MigrationsOrder, MigrationsQuestion, MigrationsTold } from './migration-messages.ts';
import { StorageNews } from './router-messages.ts';
import { SpacesThere } from './schema-messages.ts';
import { BucketId, BucketIds, BucketRange, BucketsMove, BucketsStat, MoveOrder, ShardingCommand } from './sharding-messages.ts';

/**
 * What servers and other agents may ask of an agent: one tree of plain values, like the contract.
 * The agent's router and every client are derived from it, so they cannot drift apart.
 */

type Shape = { readonly kind: 'query' | 'mutation' | 'stream'; readonly input: z.ZodType; readonly output: z.ZodType };
const query = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ kind: 'query', input, output }) as const;
const mutation = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ kind: 'mutation', input, output }) as const;
const stream = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ kind: 'stream', input, output }) as const;

const Nothing = z.object({});

/** A version with its document as the canonical JSON text, so that its hash can be checked without a re-encode. */
export const Committed = z.object({ meta: ConfigMeta, text: z.string().max(64 * 1024 * 1024) });
export type Committed = z.output<typeof Committed>;

/** `code` names why; `message` is for the person who started the run. */
export const Prepared = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), code: z.enum(['locked', 'base', 'hash', 'invalid', 'refused', 'disk']), message: z.string() }),
]);
export type Prepared = z.output<typeof Prepared>;

export const CommitResult = z.object({
  committed: z.boolean(),
  /** Effects in place before `waitMs` ran out; otherwise they follow, and show in the status. */
  applied: z.boolean(),
  message: z.string().nullable(),
});

export const GossipRow = z.object({
  uuid: Uuid,
  address: z.string(),
  state: z.enum(['alive', 'suspected', 'dead', 'left']),
  generation: z.string(),
  incarnation: z.string(),
  rttMs: z.number().nullable(),
  /** The payload as base64; empty = none. */
  payload: z.string(),
});

const Sentence = z.object({ sentence: z.string() });

/** A lost row with what it takes to write it again: `raw` has the MessagePack of its parts as base64. */
export const StoredRow = LostRow.extend({
  spaceId: z.number().int().nullable(),
  raw: z.object({ key: z.string().optional(), tuple: z.string().optional(), operations: z.string().optional() }),
});
export type StoredRow = z.output<typeof StoredRow>;

/** Of rows that are replayed in one call. */
export const replayRowsMax = 2000;

export const agentApi = {
  /** One AgentStatus at once, then one a second and on each change. `now` in the answer's `at` serves the clock offset. */
  status: stream(Nothing, AgentStatus),
  ping: query(Nothing, z.object({ uuid: Uuid, at: TimeMs })),
  /** Step one. The candidate is kept on disk under a lock that `runId` holds until `ttlMs` has passed. */
  prepare: mutation(
    z.object({
      runId: z.string().max(64),
      owner: z.string().max(128),
      /** Null for an instance that has no configuration yet; then any base is accepted. */
      base: z.object({ version: z.number().int(), hash: z.string() }).nullable(),
      candidate: Committed,
      ttlMs: z.number().int().min(100).max(600_000),
    }),
    Prepared,
  ),
  /**
   * What this instance would object to in a bundle (core/roles/bundle-text.ts) that a server has put together for it. Nothing is changed.
   * `definitions`: the files that define its spaces, for the lines of what is wrong with one.
   */
  checkCode: mutation(z.object({ bundle: Committed.shape.text, definitions: z.record(z.string().max(256), Committed.shape.text) }), z.object({ faults: z.array(CodeFault) })),
  /** Step two, after the decision was recorded. Idempotent. Without a matching candidate the agent answers committed: false. */
  commit: mutation(z.object({ runId: z.string(), version: z.number().int(), hash: z.string(), waitMs: z.number().int().min(0).max(60_000) }), CommitResult),
  abort: mutation(z.object({ runId: z.string() }), Sentence),
  /** A decided version handed over whole: for an agent that was away or lost its candidate. */
  adopt: mutation(z.object({ committed: Committed, waitMs: z.number().int().min(0).max(60_000) }), CommitResult),
  /** The newest committed version; null when there is none. */
  config: query(Nothing, Committed.nullable()),
  /** What became of a run here, for a peer in doubt. */
  outcome: query(z.object({ runId: z.string() }), z.object({ outcome: z.enum(['unknown', 'prepared', 'committed', 'aborted']), version: z.number().int().nullable() })),
  /** Asked by the instance that is to become master under `version`: are you read-only, and up to where did you write? */
  fence: mutation(
    z.object({ version: z.number().int(), by: Uuid }),
    z.object({ readOnly: z.boolean(), vclock: Vclock, version: z.number().int(), message: z.string().nullable() }),
  ),
  logs: query(
    z.object({ source: z.enum(['agent', 'tarantool', 'router', 'all']), lines: z.number().int().min(0).max(5000), filter: z.string().optional() }),
    z.array(LogLine),
  ),
  followLogs: stream(
    z.object({ source: z.enum(['agent', 'tarantool', 'router', 'all']), lines: z.number().int().min(0).max(1000), filter: z.string().optional() }),
    LogLine,
  ),
  restart: mutation(Nothing, Sentence),
  stop: mutation(Nothing, Sentence),
  start: mutation(Nothing, Sentence),
  rebuild: mutation(Nothing, Sentence),
  restartReplication: mutation(Nothing, Sentence),
  eval: mutation(
    z.object({ language: z.enum(['lua', 'sql']), code: z.string().max(262_144), timeoutMs: z.number().int(), rowsMax: z.number().int(), /** Whole answer. */ bytesMax: z.number().int().optional(), readOnly: z.boolean().default(false) }),
    EvalResult,
  ),
  dataSpace: query(z.object({ space: z.string().max(65_000) }), DataSpace),
  dataSpaces: query(z.object({ search: z.string().max(200).optional(), system: z.boolean(), limit: z.number().int().min(1).max(1000) }), DataSpaces),
  dataPage: query(DataPageQuestion, DataPageAnswer),
  /** What a row is, and would become: tried, and taken back. */
  dataLook: query(DataLook, DataLooked),
  dataWrite: mutation(DataWrite, DataWritten),
  boxCfg: query(Nothing, z.array(BoxSetting)),
  spaces: query(
    z.object({ search: z.string().max(200).optional(), system: z.boolean(), sort: z.enum(spaceSorts), limit: z.number().int().min(1).max(1000), offset: z.number().int().min(0) }),
    SpacesPage,
  ),
  gossip: query(Nothing, z.object({ members: z.array(GossipRow), stats: z.record(z.string(), z.number()) })),
  /** The gossip key ring of the caller (`sealed-ring.ts`) in place of the agent's own; the answer has the ids only. */
  takeKeys: mutation(z.object({ sealed: z.string().max(4096) }), z.object({ keys: z.array(z.object({ id: z.string(), primary: z.boolean() })) })),
  /** What a coordinator, or a master without its state provider, asks of a member of the replicaset. */
  failoverMember: mutation(z.object({ replicaset: Uuid, body: MemberRequestBody }), MemberAnswerBody),
  /** The following five are answered by the active coordinator alone; the others refuse with CONFLICT and name it. */
  failoverView: query(Nothing, CoordinatorView),
  /** Asks every member now. */
  failoverCandidates: query(z.object({ replicaset: Uuid }), z.object({ candidates: z.array(CandidateView) })),
  /** Ends when it is done, refused or given up. */
  failoverCommand: mutation(CommandBody, z.object({ ok: z.boolean(), why: z.string() })),
  /** `pause` null: resume. `forMs` null: until somebody resumes. */
  failoverPause: mutation(z.object({ pause: z.object({ by: z.string().max(200), reason: z.string().max(1000), forMs: z.number().int().min(1000).max(30 * 86_400_000).nullable() }).nullable() }), Sentence),
  failoverAcknowledge: mutation(z.object({ replicaset: Uuid }), Sentence),
  /** Takes the coordinator's lock from whoever has it. Answered by any agent with the role. */
  failoverSteal: mutation(Nothing, Sentence),
  /** The last decisions with their evidence, from the state provider. Answered by every agent that reaches it. */
  failoverDecisions: query(Nothing, z.array(DecisionView)),
  /** Entries behind `after` of the log that this agent keeps, at most 500. `life`: of the log; another one: it was lost, begin at 0. */
  failoverTrail: query(z.object({ after: z.number().int().min(0) }), z.object({ life: z.string(), entries: z.array(TrailEntry) })),
  /** Rows that only this instance had, saved before it was rebuilt. */
  lostRows: query(Nothing, z.array(LostRowsFile)),
  /** Fewer rows than `limit` where they are large. */
  readLostRows: query(z.object({ name: z.string().max(200), offset: z.number().int().min(0), limit: z.number().int().min(1).max(1000) }), z.object({ rows: z.array(StoredRow), total: z.number().int() })),
  /**
   * Writes such rows into the instance of this agent, which has to be the master of `replicaset`. The batches of one replay
   * share `session`, in the order of the file; rows of one transaction stand in one batch. Nothing is written where `dryRun`.
   */
  replayRows: mutation(
    z.object({
      replicaset: Uuid,
      session: z.string().max(64),
      first: z.boolean(),
      last: z.boolean(),
      dryRun: z.boolean(),
      conflict: z.enum(replayPolicies),
      rows: z.array(StoredRow.pick({ number: true, origin: true, transaction: true, operation: true, space: true, spaceId: true, indexBase: true, raw: true })).max(replayRowsMax),
    }),
    z.object({ outcomes: z.array(ReplayOutcome), /** Written here, and may not last: why. */ unsure: z.string().nullable() }),
  ),
  /** For good. */
  discardLostRows: mutation(z.object({ name: z.string().max(200) }), Sentence),
  /** What the buckets of this storage are up to. `replicaset`: another one's answer would count for the wrong storage. */
  shardingStat: query(z.object({ replicaset: Uuid, term: z.number().int().nonnegative() }), BucketsStat),
  /** The table of its buckets: ranges of neighbours that are alike. */
  shardingMap: query(z.object({ replicaset: Uuid }), z.object({ cut: BucketsStat.shape.cut, ranges: z.array(BucketRange) })),
  /** Makes these buckets, once; with no ranges: buckets will be moved to it. */
  shardingFound: mutation(z.object({ replicaset: Uuid, term: z.number().int().nonnegative(), group: z.string().max(64), count: BucketId, ranges: z.array(z.tuple([BucketId, BucketId])).max(1000) }), z.object({ owned: z.number().int() })),
  /** Begins, or tells how far it is where that attempt is known. */
  shardingMove: mutation(MoveOrder, BucketsMove),
  /** What was not sent yet stays. */
  shardingCancel: mutation(z.object({ replicaset: Uuid, attempt: z.string().max(64) }), Sentence),
  shardingPin: mutation(z.object({ replicaset: Uuid, ids: BucketIds, pinned: z.boolean() }), z.object({ changed: z.number().int() })),
  /** By hand: the bucket is this storage's from now on, in that generation. */
  shardingTake: mutation(z.object({ replicaset: Uuid, bucket: BucketId, generation: z.number().int().positive() }), Sentence),
  /** By hand: it is not, and its rows here are deleted. */
  shardingDrop: mutation(z.object({ replicaset: Uuid, bucket: BucketId, generation: z.number().int().positive() }), Sentence),
  /** The following three are answered by the active coordinator alone; the others refuse with CONFLICT and name it. */
  shardingView: query(Nothing, z.object({ groups: z.array(GroupView) })),
  /** Reads the tables of all masters twice, so that what moves meanwhile is no finding. */
  shardingDoctor: query(z.object({ group: z.string().max(64) }), z.object({ findings: z.array(FindingView), scanned: z.number().int(), unheard: z.array(z.string()) })),
  shardingCommand: mutation(ShardingCommand, Sentence),
  /** Those of these spaces that are there, as roles would define them. */
  schemaThere: query(z.object({ names: z.array(z.string().max(64)).max(10_000) }), SpacesThere),
  /** What is counted of the functions of custom roles since the database started. */
  functionStats: query(Nothing, z.object({ functions: z.array(FunctionFigures) })),
  /** The steps of this instance's roles, and what became of them. */
  migrations: query(MigrationsQuestion, MigrationsTold),
  /** Answers when it has begun, on the master alone; `migrations` says how far it is. */
  migrationsBegin: mutation(MigrationsOrder, Nothing),
  /** False: nothing runs. */
  migrationsAbort: mutation(MigrationsAbort, z.object({ aborted: z.boolean() })),
  /** By hand: what is remembered of a step. */
  migrationMark: mutation(MigrationMark, Nothing),
  /** What a router has to know of this instance of a storage. `users`: the digest that was told before. */
  routed: query(z.object({ replicaset: Uuid, users: z.string().max(64).nullable() }), StorageNews),
  /** Another process in place of the one that runs, which is drained. */
  routerRestart: mutation(Nothing, Sentence),
} as const satisfies Record<string, Shape>;

export type AgentApi = typeof agentApi;

/** One handler per procedure; a missing or misspelt one does not compile. Streams end when `signal` fires. */
export type AgentHandlers = {
  readonly [P in keyof AgentApi]: AgentApi[P]['kind'] extends 'stream'
    ? (input: z.output<AgentApi[P]['input']>, signal: AbortSignal) => AsyncIterable<z.input<AgentApi[P]['output']>>
    : (input: z.output<AgentApi[P]['input']>) => Promise<z.input<AgentApi[P]['output']>>;
};

/** How one agent is called. Every call has a deadline; a stream ends with an error after `idleMs` of silence. */
export type AgentClient = {
  readonly [P in keyof AgentApi]: AgentApi[P]['kind'] extends 'stream'
    ? (input: z.input<AgentApi[P]['input']>, options: { signal: AbortSignal; idleMs: number }) => AsyncIterable<z.output<AgentApi[P]['output']>>
    : (input: z.input<AgentApi[P]['input']>, options: { timeoutMs: number; signal?: AbortSignal }) => Promise<z.output<AgentApi[P]['output']>>;
};
