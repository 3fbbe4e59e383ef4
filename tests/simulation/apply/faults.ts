import type { ApplyPolicy, ParticipantPolicy } from '~/core/apply/policy.ts';
import type { Random } from './random.ts';

/** How bad the world is until `healedAt`; afterwards nothing fails any more. Shares are chances per message, effect or call. */
export type Faults = {
  readonly servers: number;
  readonly agents: number;
  readonly healedAtMs: number;
  readonly loss: number;
  readonly duplicate: number;
  /** Share of messages that take up to `lateMsMax` instead of a few milliseconds: they overtake each other. */
  readonly late: number;
  readonly lateMsMax: number;
  readonly serverDies: number;
  readonly agentDies: number;
  readonly diskFails: number;
  readonly applyFails: number;
  readonly storeFails: number;
  /** The store did it, but its answer is lost. */
  readonly storeSilent: number;
  /** The store is away for a while; chance a second. */
  readonly storeOutages: number;
  readonly partitions: number;
  /** Agents' clocks: rate 1 +- this, and jumps a second. */
  readonly clockRate: number;
  readonly clockJumps: number;
  readonly refuses: number;
  /** Wrong beliefs about who can be reached. */
  readonly misjudged: number;
  readonly changesEveryMs: number;
  /** Every server dies when the faults end, and none comes back. */
  readonly serversGone: boolean;
};

export const calm: Faults = {
  servers: 2, agents: 4, healedAtMs: 8_000, loss: 0, duplicate: 0, late: 0, lateMsMax: 1_500, serverDies: 0, agentDies: 0, diskFails: 0, applyFails: 0,
  storeFails: 0, storeSilent: 0, storeOutages: 0, partitions: 0, clockRate: 0, clockJumps: 0, refuses: 0, misjudged: 0, changesEveryMs: 900, serversGone: false,
};

/** A different mixture for each seed: some worlds have one fault only, some have all of them. */
export function faultsFor(random: Random): Faults {
  const sometimes = (share: number, max: number) => (random.chance(share) ? random.between(0, max) : 0);
  return {
    ...calm,
    servers: random.pick([1, 2, 2, 3]),
    agents: random.pick([1, 2, 3, 4, 5]),
    loss: sometimes(0.6, 0.3),
    duplicate: sometimes(0.5, 0.3),
    late: sometimes(0.6, 0.3),
    serverDies: sometimes(0.6, 0.06),
    agentDies: sometimes(0.6, 0.05),
    diskFails: sometimes(0.3, 0.1),
    applyFails: sometimes(0.3, 0.3),
    storeFails: sometimes(0.4, 0.3),
    storeSilent: sometimes(0.4, 0.3),
    storeOutages: sometimes(0.4, 0.6),
    partitions: sometimes(0.5, 0.8),
    clockRate: sometimes(0.5, 0.05),
    clockJumps: sometimes(0.3, 0.3),
    refuses: sometimes(0.3, 0.1),
    misjudged: sometimes(0.5, 0.2),
    changesEveryMs: random.between(150, 1_500),
    serversGone: random.chance(0.2),
  };
}

/** The same waits as in production at about a twentieth of their length. */
export const simulatedApply: ApplyPolicy = {
  callTimeoutMs: 100,
  retryMs: 20,
  prepareTimeoutMs: 250,
  lockWaitMs: 700,
  lockTtlMs: 600,
  recordTimeoutMs: 800,
  applyWaitMs: 150,
  commitTimeoutMs: 900,
  abortTimeoutMs: 150,
  callsMax: 3,
  placeMs: 100,
};

export const simulatedParticipant: Partial<ParticipantPolicy> = { askEveryMs: 100, pullDelayMs: 30, pullTimeoutMs: 200, lockTtlMaxMs: 600 };
