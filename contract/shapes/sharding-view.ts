import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';

/** Sharding as it is, told by storages and by the active coordinator. How it is configured is in `sharding.ts`. */

const Count = z.number().int().nonnegative();

/** In the status of each agent whose instance keeps buckets. */
export const StorageSharding = z.object({
  /** What it was bootstrapped as. */
  group: z.string(),
  buckets: Count,
  /** It is the master, and may hand buckets over. Of a replica the counts are those of its copy. */
  leads: z.boolean(),
  /** By state: active, pinned, sending, receiving, sent, garbage, gone. */
  states: z.record(z.string(), Count),
  /** Active, pinned and sending ones. */
  owned: Count,
  /** Ordered to leave, and not arrived yet. */
  leaving: Count,
  /** Handed over by this agent's instance since the agent started. */
  movedTotal: Count,
  /** Over the last ten seconds. */
  ratePerSecond: z.number().nonnegative(),
  /** Sentences: what keeps buckets where they are. */
  blockers: z.array(z.string()),
});
export type StorageSharding = z.output<typeof StorageSharding>;

export const groupStates = ['notBootstrapped', 'bootstrapping', 'balanced', 'off', 'paused', 'ready', 'moving', 'waiting', 'impossible'] as const;

/** As people read them. */
export const groupStateWords = {
  notBootstrapped: 'not bootstrapped', bootstrapping: 'being bootstrapped', balanced: 'even', off: 'off', paused: 'paused', ready: 'waits to be started', moving: 'moving', waiting: 'waiting', impossible: 'cannot be even',
} as const satisfies Record<(typeof groupStates)[number], string>;

/** Why buckets do not move. `target`: the replicaset. */
export const WaitView = z.object({ code: z.string(), target: z.string(), sentence: z.string(), blocks: z.enum(['source', 'destination', 'both', 'nothing']) });
export type WaitView = z.output<typeof WaitView>;

export const ShardingPause = z.object({ by: z.string(), reason: z.string(), /** By the clock of the coordinator; null: when somebody resumes. */ until: TimeMs.nullable() });
export type ShardingPause = z.output<typeof ShardingPause>;

/** One storage as the coordinator sees it. */
export const StorageRow = z.object({
  uuid: Uuid,
  alias: z.string(),
  weight: z.number(),
  /** Null: its master has not been heard. */
  owned: Count.nullable(),
  pinned: Count,
  target: Count.nullable(),
  arriving: Count,
  leaving: Count,
  /** Buckets by state; empty where its master has not been heard. */
  states: z.record(z.string(), Count),
  /** How long ago its master was asked for that. */
  ageMs: z.number().nullable(),
  waits: z.array(WaitView),
  /** What its master itself says is in the way. */
  blockers: z.array(z.string()),
});
export type StorageRow = z.output<typeof StorageRow>;

/** Buckets on their way by one order. */
export const FlightView = z.object({ id: z.string(), from: Uuid, to: Uuid, count: Count, moved: Count, byHand: z.boolean(), blocker: z.string().nullable() });
export type FlightView = z.output<typeof FlightView>;

/** One group as the active coordinator sees it. */
export const GroupView = z.object({
  group: z.string(),
  /** Null: it has no buckets yet. */
  bootstrapped: z.object({ buckets: Count, hash: z.string(), by: z.string(), at: TimeMs }).nullable(),
  state: z.enum(groupStates),
  sentence: z.string(),
  storages: z.array(StorageRow),
  /** Still to be ordered, everything under way taken as arrived. */
  moves: z.array(z.object({ from: Uuid, to: Uuid, count: Count })),
  left: Count,
  inFlight: Count,
  progress: z.object({ moved: Count, ratePerSecond: z.number(), etaMs: z.number().nullable(), forMs: z.number().nullable() }),
  /** Since this coordinator began. */
  movedTotal: Count,
  pause: ShardingPause.nullable(),
  /** In mode `manual`: who started what goes on. */
  run: z.object({ by: z.string(), at: TimeMs }).nullable(),
  flights: z.array(FlightView),
  waits: z.array(WaitView),
  /** How long it has been in this state. */
  stateForMs: z.number(),
});
export type GroupView = z.output<typeof GroupView>;

export const findingCodes = ['lost', 'doubled', 'disputed', 'stranded', 'outdated', 'foreign', 'outOfRange', 'leftover', 'unknown'] as const;

export const RepairView = z.object({
  replicaset: Uuid,
  bucket: z.number().int(),
  /** Null: it has no row of that bucket. */
  expected: z.object({ state: z.string(), generation: z.number().int() }).nullable(),
  to: z.object({ state: z.enum(['active', 'garbage']), generation: z.number().int() }),
});
export type RepairView = z.output<typeof RepairView>;

/** Something wrong with buckets, and what mends it. No repairs: nothing has to be done, or only a person can say what. */
export const FindingView = z.object({
  group: z.string(),
  code: z.enum(findingCodes),
  severity: z.enum(['critical', 'warning', 'info']),
  buckets: z.array(z.number().int()),
  sentence: z.string(),
  wayOut: z.string(),
  repairs: z.array(RepairView),
});
export type FindingView = z.output<typeof FindingView>;
