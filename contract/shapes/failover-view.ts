import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';
import { failoverModes } from './failover.ts';

/** Failover as it is, told by those who take part in it. How it is configured is in `failover.ts`. */

export const phaseNames = ['normal', 'switching', 'promoting'] as const;
export const causeNames = ['first', 'adopted', 'crash', 'expiry', 'switchover', 'autoreturn', 'forced', 'restored'] as const;

/** What an instance is in its replicaset. `waiting`: nobody leads, or it is not known who does. `fenced`: it led, or has rows of its own, and neither writes nor follows. */
export const standings = ['master', 'candidate', 'follower', 'fenced', 'waiting'] as const;

export const ProviderView = z.object({
  kind: z.enum(['stateboard', 'etcd']),
  /** Where, without secrets: `etcd http://a:2379 under /coterie/main/`. */
  place: z.string(),
  /** Null: it answers. */
  error: z.string().nullable(),
  roundTripMs: z.number().nullable(),
  /** Since when it has been so, by the agent's clock. */
  since: TimeMs,
});
export type ProviderView = z.output<typeof ProviderView>;

/** In each agent's status, while failover is on. */
export const MemberFailover = z.object({
  mode: z.enum(failoverModes),
  replicaset: Uuid,
  standing: z.enum(standings),
  /** The newest that its record says; 0: none. */
  epoch: z.number().int().nonnegative(),
  master: Uuid.nullable(),
  phase: z.enum(phaseNames).nullable(),
  /** Of a switchover. */
  target: Uuid.nullable(),
  /** Of the master: how long it may write without a renewal. Negative or null: it may not. */
  leaseLeftMs: z.number().nullable(),
  leaseMs: z.number(),
  /** Of the master: it goes on by the promises of the members, as the state provider is lost. */
  failsafe: z.boolean(),
  /** Whose rows it fetches. */
  upstream: Uuid.nullable(),
  /** It has rows that the master never had. */
  diverged: z.string().nullable(),
  /** Why it cannot lead or follow now, or leads and lets no write through: a full disk, late fibers, a provider out of reach, a closed gate. */
  obstacle: z.string().nullable(),
  /** Why writes to its synchronous spaces may be lost; null: they are sound, or there are none. */
  synchro: z.string().nullable().default(null),
  /** It has seen the lease of its master renewed within the lease's length, or is bound by what it promised its master. */
  masterHeard: z.boolean().default(false),
  /** Of the master: a row is acknowledged when so many of these have it, itself included. Two while the policy changes; none: it acknowledges alone. */
  acknowledges: z.array(z.object({ copies: z.number().int().positive(), voters: z.array(Uuid) })).default([]),
});
export type MemberFailover = z.output<typeof MemberFailover>;

/** In the status of an agent with role `failover-coordinator`. */
export const CoordinatorStatus = z.object({
  active: z.boolean(),
  /** Fencing token of whoever is active; null: nobody is known to be. */
  term: z.number().int().nullable(),
  holder: Uuid.nullable(),
  /** When this agent became what it is, or last learned of another holder. */
  since: TimeMs,
});
export type CoordinatorStatus = z.output<typeof CoordinatorStatus>;

/** Why a member can or cannot lead. */
export const CandidateView = z.object({ instance: Uuid, can: z.boolean(), chosen: z.boolean(), why: z.string(), rowsBehind: z.number().int().nonnegative().nullable() });
export type CandidateView = z.output<typeof CandidateView>;

export const ReplicasetFailover = z.object({
  replicaset: Uuid,
  epoch: z.number().int().nonnegative(),
  master: Uuid.nullable(),
  phase: z.enum(phaseNames).nullable(),
  target: Uuid.nullable(),
  cause: z.enum(causeNames).nullable(),
  /** How long ago, by the coordinator's clock, the lease was seen to be renewed; null: there is none. */
  leaseAgeMs: z.number().nullable(),
  /** Why its holder gave it back. */
  released: z.string().nullable(),
  /** Automatic failover waits for somebody to acknowledge. */
  manual: z.string().nullable(),
  /** What stands in the way of the change that is due. */
  blocked: z.string().nullable(),
  /** What the coordinator does for it right now: hearing, deciding... */
  working: z.string().nullable(),
  /** Which voters have to have a row, and how many; whose promises are asked for without the provider. */
  policy: z.object({ voters: z.array(Uuid), copies: z.number().int(), promises: z.number().int(), gate: z.number().int() }).nullable(),
  unfenced: Uuid.nullable(),
});
export type ReplicasetFailover = z.output<typeof ReplicasetFailover>;

export const PauseView = z.object({ by: z.string(), reason: z.string(), forMs: z.number().nullable(), leftMs: z.number().nullable() });
export type PauseView = z.output<typeof PauseView>;

export const EndpointView = z.object({
  address: z.string(),
  role: z.enum(['leader', 'follower', 'learner', 'single']).nullable(),
  version: z.string().nullable(),
  roundTripMs: z.number().nullable(),
  error: z.string().nullable(),
  alarms: z.array(z.string()),
  databaseBytes: z.number().nullable(),
});

export const ProviderHealthView = z.object({
  kind: z.enum(['stateboard', 'etcd']),
  place: z.string(),
  roundTripMs: z.number().nullable(),
  error: z.string().nullable(),
  revision: z.number().nullable(),
  wentBack: z.object({ from: z.number(), to: z.number() }).nullable(),
  settlingMs: z.number(),
  preVote: z.enum(['default', 'unknown', 'not needed']),
  endpoints: z.array(EndpointView),
});

/** What the active coordinator sees. */
export const CoordinatorView = z.object({
  coordinator: CoordinatorStatus,
  provider: ProviderHealthView,
  pause: PauseView.nullable(),
  replicasets: z.array(ReplicasetFailover),
});
export type CoordinatorView = z.output<typeof CoordinatorView>;

/** One decision with its evidence, as it stands in the state provider. */
export const DecisionView = z.object({
  replicaset: Uuid,
  epoch: z.number().int(),
  term: z.number().int(),
  cause: z.enum(causeNames),
  from: Uuid.nullable(),
  to: Uuid,
  evidence: z.array(z.string()),
  rowsLost: z.number().int().nullable(),
});
export type DecisionView = z.output<typeof DecisionView>;

/**
 * What a member or a coordinator did or saw, kept by its agent: the pieces of which an incident is joined.
 * `number` grows by one within one `life` of the agent's log.
 */
export const TrailEntry = z.object({
  number: z.number().int().positive(),
  at: TimeMs,
  replicaset: Uuid,
  epoch: z.number().int().nonnegative(),
  by: z.enum(['member', 'coordinator']),
  what: z.enum(['exited', 'released', 'confirmed', 'promoted', 'demoted', 'frozen', 'aborted', 'diverged', 'rebuilt', 'failsafe', 'lost', 'lapsed', 'decided', 'switching', 'blocked', 'manual', 'active', 'standby', 'providerLost', 'providerBack']),
  detail: z.string().nullable(),
});
export type TrailEntry = z.output<typeof TrailEntry>;

/** Rows that only one copy had, saved by its agent before it was rebuilt. */
export const LostRowsFile = z.object({
  name: z.string(),
  at: TimeMs,
  replicaset: Uuid,
  /** The epoch whose master never had them. */
  epoch: z.number().int(),
  /** What was found out about the copy. */
  why: z.string(),
  rows: z.number().int(),
  bytes: z.number(),
  /** Of how many rows of each space; of the first 200 spaces. */
  spaces: z.array(z.object({ name: z.string(), rows: z.number().int() })),
  /** Rows are known to be missing in the file: `note` says why. */
  complete: z.boolean(),
  /** Also: that rows which the master has too are among them. */
  note: z.string().nullable(),
});
export type LostRowsFile = z.output<typeof LostRowsFile>;

/** Integers beyond 2^53, decimals and uuids are text here, bytes that are no UTF-8 `{$binary: base64}`; what is replayed is exact. */
export const LostRow = z.object({
  /** Its place in the file, from 1. */
  number: z.number().int().positive(),
  /** Replica id of the instance that wrote it, and its number among the rows of that one. */
  origin: z.number().int(),
  lsn: z.number().int(),
  at: TimeMs,
  /** The same for all rows of one transaction; null: it is a transaction of its own. */
  transaction: z.number().int().nullable(),
  /** INSERT, REPLACE, UPDATE, UPSERT, DELETE; CONFIRM and ROLLBACK of synchronous transactions. */
  operation: z.string(),
  space: z.string(),
  key: z.unknown(),
  tuple: z.unknown(),
  /** Of an UPDATE or UPSERT; fields count from `indexBase`. */
  operations: z.unknown(),
  indexBase: z.number().int(),
});
export type LostRow = z.output<typeof LostRow>;

/** What to do with a row whose key has another row now. */
export const replayPolicies = ['skip', 'overwrite'] as const;

/**
 * `applied`: written where nothing was, or over what this replay has written. `same`: it is there already. `conflict`: another
 * row is there, and stays. `overwritten`: it was there. `withheld`: another row of its transaction was not written. `refused`:
 * `why` says what is in the way.
 */
export const replayOutcomes = ['applied', 'same', 'conflict', 'overwritten', 'withheld', 'refused'] as const;

export const ReplayOutcome = z.object({
  number: z.number().int().positive(),
  outcome: z.enum(replayOutcomes),
  why: z.string().nullable().default(null),
  /** Of a conflict: the row that is there, null after a deletion, and the one that the file makes of it. */
  present: z.unknown().default(null),
  wanted: z.unknown().default(null),
});
export type ReplayOutcome = z.output<typeof ReplayOutcome>;
