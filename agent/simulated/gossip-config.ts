import type { Config } from '~/swim/index.ts';

/**
 * Differences from the profile `lan`, so that hundreds of members fit into one process. The one that saves is
 * `membersMax`: each knows the server and a few others only. A full table in each would be n x n rows (500 members:
 * 250 000, half a gigabyte, and minutes of a core until they have spread). The server, whom all of them ping at their
 * start, still knows and probes every one, and is told of every change; a death is seen by those few and by the server.
 */
export const gossipConfig: Partial<Config> = {
  membersMax: 6,
  candidatesMax: 8,
  periodMs: 4000,
  ackTimeoutMsStart: 1000,
  ackTimeoutMsMin: 500,
  nackAfterMs: 2500,
  suspicionPeriods: 1,
  suspicionMsMin: 4000,
  // One busy process for all of them: a late timer says nothing about the others.
  timerLateMsMax: 1000,
  gossipEveryMs: 250,
  reconnectEveryMs: 30_000,
  // Tables differ for good, and are meant to.
  fullSyncEveryMs: 600_000,
  repairSyncEveryMs: 600_000,
};
