/** How long the two-phase apply waits for what. All in milliseconds. */

export type ApplyPolicy = {
  /** One call to one agent. A commit waits for its effects on top: `applyWaitMs`. */
  readonly callTimeoutMs: number;
  /** Pause before a call that failed is made again. */
  readonly retryMs: number;
  /** An agent that has not answered the prepare until then counts as unreachable, and is left pending. */
  readonly prepareTimeoutMs: number;
  /** How long to wait for another run's lock on an agent. Above `lockTtlMs`, so that a left-over one never refuses a run. */
  readonly lockWaitMs: number;
  /** How long an agent keeps a candidate that nobody decides. */
  readonly lockTtlMs: number;
  /** After that without a word from the database, the run is left to recovery. */
  readonly recordTimeoutMs: number;
  /** How long one commit call may wait for the effects. */
  readonly applyWaitMs: number;
  /** From the decision until an instance that has not applied it counts as pending. */
  readonly commitTimeoutMs: number;
  /** How long to tell agents of an abort; the locks run out anyway. */
  readonly abortTimeoutMs: number;
  /** Calls begun at once: bounds what a big document takes on its way out. */
  readonly callsMax: number;
  /** A call that has no answer until then gives its place to the next one and goes on without: who hangs keeps nobody waiting. */
  readonly placeMs: number;
};

export const defaultApplyPolicy: ApplyPolicy = {
  callTimeoutMs: 2_000,
  retryMs: 100,
  prepareTimeoutMs: 4_000,
  lockWaitMs: 12_000,
  lockTtlMs: 10_000,
  recordTimeoutMs: 15_000,
  applyWaitMs: 5_000,
  commitTimeoutMs: 15_000,
  abortTimeoutMs: 2_000,
  callsMax: 64,
  placeMs: 250,
};

export type ParticipantPolicy = {
  /** Longest lock that is granted, whatever was asked for. */
  readonly lockTtlMaxMs: number;
  /** Share of the lock's time without a word from the server after which peers are asked. */
  readonly doubtShare: number;
  /** Pause between two rounds of asking peers. */
  readonly askEveryMs: number;
  /** A newer version is heard of by gossip: leave its server that long to bring it, then pull. */
  readonly pullDelayMs: number;
  /** A pull that gave nothing until then is made again, from the next peer. */
  readonly pullTimeoutMs: number;
  /** Peers remembered as holders of the newest version. */
  readonly sourcesMax: number;
  /** Runs whose outcome is remembered. */
  readonly outcomesMax: number;
  /** Commit calls that may wait for their effects at once. */
  readonly waitersMax: number;
};

export const defaultParticipantPolicy: ParticipantPolicy = {
  lockTtlMaxMs: 600_000,
  doubtShare: 0.5,
  askEveryMs: 1_000,
  pullDelayMs: 200,
  pullTimeoutMs: 3_000,
  sourcesMax: 8,
  outcomesMax: 64,
  waitersMax: 64,
};
