import * as z from 'zod';
import { TimeMs, Uuid, Zone } from './basics.ts';
import { causeNames, EndpointView, PauseView, phaseNames, standings } from './failover-view.ts';
import { durabilities, failoverModes, failsafes, StateProviderConfig } from './failover.ts';

/** Failover as people see it: what the agents report, with what the active coordinator knows beside it. */

export const Named = z.object({ uuid: Uuid, alias: z.string() });
export type Named = z.output<typeof Named>;

/** The settings as they are in effect, defaults included. */
export const FailoverSettingsView = z.object({
  mode: z.enum(failoverModes),
  provider: StateProviderConfig.nullable(),
  leaseMs: z.number(),
  failsafe: z.enum(failsafes),
  autoreturnSeconds: z.number().nullable(),
  preferredZone: Zone.nullable(),
  lossRowsMax: z.number().nullable(),
  failoversMax: z.number(),
  failoverWindowSeconds: z.number(),
});
export type FailoverSettingsView = z.output<typeof FailoverSettingsView>;

/** How long nobody may be able to write, at worst, after a single fault. */
export const WorstCaseView = z.object({ processLostMs: z.number(), hostLostMs: z.number(), switchoverMs: z.number(), sentence: z.string() });
export type WorstCaseView = z.output<typeof WorstCaseView>;

export const TimingView = z.object({
  leaseMs: z.number(),
  /** Each length that follows from the lease, with what it is for. */
  rows: z.array(z.object({ name: z.string(), label: z.string(), ms: z.number(), explanation: z.string() })),
  /** A sentence for each relation that does not hold; `configure` refuses them. */
  faults: z.array(z.string()),
  worstCase: WorstCaseView,
  /** How long the state provider may take to change its leader: what the lease has to outlive. */
  providerFailoverMs: z.number(),
  /** The shortest lease that does. */
  leaseMsMin: z.number(),
  /** Leases that fit common state providers. */
  presets: z.array(z.object({ name: z.string(), leaseMs: z.number(), providerFailoverMs: z.number(), sentence: z.string(), worstCase: WorstCaseView })),
});
export type TimingView = z.output<typeof TimingView>;

export const MemberStanding = Named.extend({
  zone: z.string().nullable(),
  /** 0 = first choice. */
  priority: z.number().int(),
  electable: z.boolean(),
  disabled: z.boolean(),
  /** The server hears its agent now; otherwise what follows is what it said last. */
  heard: z.boolean(),
  /** By the server's clock; null: never. */
  reportedAt: TimeMs.nullable(),
  /** Null: it has said nothing of failover. */
  standing: z.enum(standings).nullable(),
  /** By its database: it lets writes through. */
  writable: z.boolean().nullable(),
  /** The newest epoch that it knows; 0: none. */
  epoch: z.number().int(),
  /** Of the master: how long it could write without a renewal when it reported; null where it is not heard any more. */
  leaseLeftMs: z.number().nullable(),
  leaseMs: z.number().nullable(),
  /** It writes by the promises of the members, as the state provider is lost. */
  failsafe: z.boolean(),
  upstream: Named.nullable(),
  lagSeconds: z.number().nullable(),
  /** Why it cannot lead or follow now. */
  obstacle: z.string().nullable(),
  /** It has rows that the master never had. */
  diverged: z.string().nullable(),
  /** Files in its lost and found. */
  lostRows: z.number().int(),
  /** Its agent's word on the state provider; null: it needs none, or has said nothing. */
  provider: z.object({ error: z.string().nullable(), roundTripMs: z.number().nullable() }).nullable(),
});
export type MemberStanding = z.output<typeof MemberStanding>;

export const ReplicasetStanding = Named.extend({
  durability: z.enum(durabilities),
  minReplicas: z.number().int(),
  allRw: z.boolean(),
  master: Named.nullable(),
  epoch: z.number().int(),
  phase: z.enum(phaseNames).nullable(),
  /** Of a switchover under way. */
  target: Named.nullable(),
  /** Why the master leads: how its epoch began. Only the coordinator knows. */
  cause: z.enum(causeNames).nullable(),
  /** How long ago the coordinator saw the lease renewed. */
  leaseAgeMs: z.number().nullable(),
  /** By the master's own word. */
  leaseLeftMs: z.number().nullable(),
  /** Why its holder gave the lease back. */
  released: z.string().nullable(),
  /** What stands in the way of the change that is due. */
  blocked: z.string().nullable(),
  /** Automatic failover of it waits until somebody acknowledges: why. */
  manual: z.string().nullable(),
  /** What the coordinator does for it right now. */
  working: z.string().nullable(),
  /** Who would lead if the master were lost now, by the reports; `failover candidates` asks the members themselves. */
  next: Named.nullable(),
  nextReason: z.string(),
  policy: z.object({ voters: z.array(Uuid), copies: z.number().int(), promises: z.number().int(), gate: z.number().int() }).nullable(),
  /** May write without a lease: nobody else is appointed until it is heard to be read-only. */
  unfenced: Named.nullable(),
  /** Writes are possible, and safe against the loss of one: in one sentence. */
  health: z.enum(['ok', 'warning', 'critical', 'unknown']),
  sentence: z.string(),
  /** In the order of the failover priority. */
  members: z.array(MemberStanding),
});
export type ReplicasetStanding = z.output<typeof ReplicasetStanding>;

export const CoordinatorStanding = Named.extend({
  zone: z.string().nullable(),
  heard: z.boolean(),
  active: z.boolean(),
  /** Fencing token of whoever is active, as this one knows it. */
  term: z.number().int().nullable(),
  /** Whom it takes for the active one. */
  holder: Named.nullable(),
  since: TimeMs.nullable(),
});
export type CoordinatorStanding = z.output<typeof CoordinatorStanding>;

export const ProviderStanding = z.object({
  kind: z.enum(['stateboard', 'etcd']),
  place: z.string(),
  health: z.enum(['ok', 'warning', 'critical', 'unknown']),
  sentence: z.string(),
  roundTripMs: z.number().nullable(),
  error: z.string().nullable(),
  /** Below are the coordinator's words: null and empty where none answers. */
  revision: z.number().nullable(),
  wentBack: z.object({ from: z.number(), to: z.number() }).nullable(),
  settlingMs: z.number(),
  preVote: z.enum(['default', 'unknown', 'not needed']).nullable(),
  endpoints: z.array(EndpointView),
  /** Agents that reach it, and those that say they do not. */
  reachedBy: z.number().int(),
  lostBy: z.array(Named),
});
export type ProviderStanding = z.output<typeof ProviderStanding>;

export const PauseStanding = PauseView.extend({
  /** When it ends by itself; null: when somebody resumes. By this server's clock. */
  until: TimeMs.nullable(),
});
export type PauseStanding = z.output<typeof PauseStanding>;

export const moveStates = ['waiting', 'moving', 'done', 'refused', 'skipped'] as const;

/** One change of master that somebody has ordered. */
export const Move = z.object({
  replicaset: Named,
  from: Named.nullable(),
  /** Null: the coordinator chooses. */
  to: Named.nullable(),
  state: z.enum(moveStates),
  sentence: z.string(),
  tookMs: z.number().nullable(),
});
export type Move = z.output<typeof Move>;

export const orderKinds = ['switch', 'promote', 'evacuate'] as const;

/** What people have ordered from any server: under way, or ended within the last minutes. */
export const Order = z.object({
  id: z.string(),
  kind: z.enum(orderKinds),
  sentence: z.string(),
  by: z.string(),
  reason: z.string().nullable(),
  startedAt: TimeMs,
  finishedAt: TimeMs.nullable(),
  moves: z.array(Move),
});
export type Order = z.output<typeof Order>;

export const FailoverStatus = z.object({
  at: TimeMs,
  mode: z.enum(failoverModes),
  /** What the mode means for the person who reads this. */
  modeSentence: z.string(),
  settings: FailoverSettingsView,
  timing: TimingView,
  /** `coordinator`: with all that it knows. `reports`: made from what the agents report, as nobody else answered: `why`. */
  source: z.object({ kind: z.enum(['coordinator', 'reports']), coordinator: Named.nullable(), term: z.number().int().nullable(), why: z.string().nullable() }),
  provider: ProviderStanding.nullable(),
  coordinators: z.array(CoordinatorStanding),
  /** As the coordinator said it last. */
  pause: PauseStanding.nullable(),
  /** False: no coordinator has said for a while whether there is a pause. */
  pauseKnown: z.boolean(),
  replicasets: z.array(ReplicasetStanding),
  /** Newest first. */
  orders: z.array(Order),
});
export type FailoverStatus = z.output<typeof FailoverStatus>;

export const CandidateRow = Named.extend({
  zone: z.string().nullable(),
  master: z.boolean(),
  can: z.boolean(),
  chosen: z.boolean(),
  why: z.string(),
  /** Rows that another member has and it has not; null: not known. */
  rowsBehind: z.number().int().nonnegative().nullable(),
});
export type CandidateRow = z.output<typeof CandidateRow>;

/** What a change of master would mean now. */
export const ChangePreview = z.object({
  replicaset: Named,
  /** `configuration`: failover is disabled; the priority is edited. `switchover`: the master is there. `promotion`: it is not. */
  kind: z.enum(['switchover', 'promotion', 'configuration']),
  possible: z.boolean(),
  sentence: z.string(),
  from: Named.nullable(),
  to: Named.nullable(),
  /** Why this one. */
  reason: z.string(),
  /** How long nobody can write: as expected, and at worst before it is given up. */
  expectedPauseMs: z.number(),
  worstPauseMs: z.number(),
  /** Rows that the new master lacks now; a switchover waits for them, a forced promotion loses them. Null: not known. */
  rowsAtRisk: z.number().int().nullable(),
  rowsSentence: z.string(),
  candidates: z.array(CandidateRow),
  routers: z.array(Named),
  steps: z.array(z.string()),
  /** The step of a migration that runs on the master, which a switchover would break off: it is refused. */
  migration: z.string().nullable(),
  refusals: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type ChangePreview = z.output<typeof ChangePreview>;
