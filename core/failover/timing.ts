/**
 * How long a lease lasts and what follows from it. The one idea: a master counts its lease from the moment it SENT the
 * renewal and stops a margin early, an observer counts from the moment it RECEIVED the change and waits longer; then no
 * delay of the network, and no clock whose rate is off by at most `rho`, can make the two overlap.
 *
 * All in ms of a monotonic clock, by the clock of whoever counts.
 */
export type Timing = {
  /** L: one renewal lets the master write for this long, less the margin. */
  readonly leaseMs: number;
  /** R: pause between two renewals. */
  readonly renewMs: number;
  /** M: the master stops so long before the end of its lease. */
  readonly marginMs: number;
  /** Share by which the rate of any clock may be off. */
  readonly rho: number;
  /** F: how long after its deadline the instance may let a write through at most: until the guard `kill` ends it. */
  readonly fenceMs: number;
  /** One request to the state provider. */
  readonly callMs: number;
  /** Pause before a failed request is made again. */
  readonly retryMs: number;
  /** How long members are listened to before a decision that does not need all of them. */
  readonly hearMs: number;
  /** How long a candidate may take to fetch rows that another copy has. */
  readonly catchUpMs: number;
  /** A process that ended with rows that nobody else has is waited for, if its agent expects it back within this. 0: never. */
  readonly restartWaitMs: number;
  /** T_sw: a switchover that has not been decided until then is given up. */
  readonly switchMs: number;
};

export const rho = 0.05;
/** The instance's guard ends the process so long after the deadline, unless the fiber that looks each 10 ms was there first. */
export const graceMs = 40;
/** The grace, a look of the fiber, and what a timer of the kernel is late on a busy machine. */
export const fenceMs = graceMs + 20;

/** Of the coordinator's lock: less than a lease, so that the next one is there when a master that died with its coordinator is out of its lease. */
export const lockTtlMs = ({ leaseMs }: Timing): number => Math.max(500, leaseMs / 2);

/** What holds for any lease; a preset or a person says only how long it is. */
export function timingOf(leaseMs: number): Timing {
  const marginMs = Math.ceil(fenceMs + 2 * rho * leaseMs);
  return { leaseMs, renewMs: leaseMs / 4, marginMs, rho, fenceMs, callMs: Math.floor(0.45 * (leaseMs - marginMs)), retryMs: 25, hearMs: 200, catchUpMs: 300, restartWaitMs: 400, switchMs: 2_000 };
}

/** `providerFailoverMs`: how long the provider may take to be there again after it lost its leader, as measured. */
export const presets = {
  /** etcd as it comes, between datacentres: heartbeat 100 ms, election 1000 ms. */
  wan: { timing: timingOf(4_000), providerFailoverMs: 1_890 },
  /** etcd with heartbeat 50 ms, election 500 ms and --pre-vote, or a stateboard. */
  default: { timing: timingOf(2_000), providerFailoverMs: 1_000 },
  /** etcd with heartbeat 30 ms, election 300 ms and --pre-vote. */
  lan: { timing: timingOf(1_200), providerFailoverMs: 640 },
} as const satisfies Record<string, { readonly timing: Timing; readonly providerFailoverMs: number }>;

export type Preset = keyof typeof presets;

/** What is wrong with a timing, a sentence for each relation that does not hold; none: it is safe and of use. */
export function timingFaults(timing: Timing, providerFailoverMs: number): string[] {
  const { leaseMs, renewMs, marginMs, callMs, switchMs } = timing;
  const writable = leaseMs - marginMs;
  const marginMin = Math.ceil(timing.fenceMs + 2 * timing.rho * leaseMs);
  const faults: string[] = [];
  if (marginMs < marginMin) faults.push(`The margin of ${marginMs} ms is too small: with a lease of ${leaseMs} ms, clocks that are off by ${timing.rho * 100} % and a fence that is ${timing.fenceMs} ms late need ${marginMin} ms, or two masters are possible.`);
  if (writable <= 0) faults.push(`The margin of ${marginMs} ms leaves nothing of a lease of ${leaseMs} ms.`);
  if (renewMs > leaseMs / 4) faults.push(`Renewing each ${renewMs} ms is too seldom for a lease of ${leaseMs} ms: at most ${leaseMs / 4} ms.`);
  if (2 * callMs > 0.9 * writable) faults.push(`A request may take ${callMs} ms, so two attempts do not fit into the ${writable} ms in which a master may write: at most ${Math.floor(0.45 * writable)} ms.`);
  if (writable - renewMs <= providerFailoverMs) faults.push(`The state provider may be away for ${providerFailoverMs} ms when it changes its leader, and a master would run out of its lease ${Math.round(writable - renewMs)} ms after a failed renewal: take a lease of at least ${leaseFor(providerFailoverMs)} ms.`);
  if (switchMs > 10_000) faults.push(`A switchover that may hold writes for ${switchMs} ms is an outage: at most 10000 ms.`);
  return faults;
}

/** The shortest lease, in steps of 100 ms, that outlives a change of leader of the provider. */
export function leaseFor(providerFailoverMs: number): number {
  let leaseMs = 500;
  const outlives = ({ leaseMs: lease, marginMs, renewMs }: Timing) => lease - marginMs - renewMs > providerFailoverMs;
  while (leaseMs < 60_000 && !outlives(timingOf(leaseMs))) leaseMs += 100;
  return leaseMs;
}

/** How long nobody may be able to write, at worst, after a single fault; for the settings dialog. */
export type WorstCase = {
  /** The agent lives and sees its instance end. With rows that nobody else has, `restartWaitMs` more. */
  readonly processLostMs: number;
  /** Nobody can say that the master is gone. */
  readonly hostLostMs: number;
  /** A switchover that is given up. */
  readonly switchoverMs: number;
};

export function worstCase(timing: Timing): WorstCase {
  const { leaseMs, hearMs, catchUpMs, callMs, switchMs } = timing;
  const decided = hearMs + catchUpMs + 3 * Math.min(callMs, 100);
  return { processLostMs: Math.ceil(decided), hostLostMs: Math.ceil((leaseMs * (1 + timing.rho)) / (1 - timing.rho) + decided), switchoverMs: switchMs };
}

export function worstCaseSentence(timing: Timing): string {
  const { processLostMs, hostLostMs, switchoverMs } = worstCase(timing);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return `At worst nobody can write for ${seconds(processLostMs)} after a database process ends, for ${seconds(hostLostMs)} after its host is lost or cut off, and for ${seconds(switchoverMs)} when a switchover is given up.`;
}
