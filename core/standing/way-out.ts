import type { WaitView } from '~/contract/shapes/sharding-view.ts';

/** What a person can do about something that keeps buckets where they are; by the code that the coordinator gives it. */
const waysOut: Readonly<Record<string, string>> = {
  noMaster: 'Give it a master: `coterie failover status` says why it has none.',
  voterAway: 'Bring it back; or disable or expel it, if it is gone for good.',
  diskFull: 'Make room on that disk.',
  memoryLow: 'Give its Tarantool more memory, give it a smaller weight, or add a storage.',
  foreignGroup: 'Give it its old group again; or empty it, and let it join anew.',
  requestsHold: 'Nothing, if it passes by itself; otherwise look for requests that never end.',
  notHeard: 'Look at its master: `coterie status`.',
  failed: 'It is tried again by itself; the log of its master says more.',
};

export const wayOutOf = ({ code }: Pick<WaitView, 'code'>): string => waysOut[code] ?? 'See `coterie cluster issues`.';
