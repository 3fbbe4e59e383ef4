/** A snapshot for operators. */

import type { Counters } from './counters.ts';
import type { Parts } from './parts.ts';

export type Stats = Counters & {
  readonly members: number;
  readonly groupSize: number;
  /** 0 is well, 7 is a bad witness. */
  readonly health: number;
  readonly newsWaiting: number;
  readonly timers: number;
  readonly digest: bigint;
};

export function statsOf({ counters, members, health, news, deadlines, outbox }: Parts): Stats {
  return {
    ...counters,
    eventsDropped: outbox.eventsDropped,
    members: members.size,
    groupSize: members.groupSize,
    health: health.health,
    newsWaiting: news.size,
    timers: deadlines.size,
    digest: members.digest,
  };
}
