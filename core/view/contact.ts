import { ages, type GossipView, type Observed, type Report } from './report.ts';

/**
 * How well we hear an instance. `fresh`: believe it. `stale`: some reports are missing. `lost`: it counts as unreachable.
 * `unknown`: not heard yet, and it is too early to call that a loss.
 */
export type Contact = 'fresh' | 'stale' | 'lost' | 'unknown';

export function contactOf(report: Report | null, gossip: GossipView | null, { now, startedAt }: Pick<Observed, 'now' | 'startedAt'>): Contact {
  const gone = gossip?.state === 'dead' || gossip?.state === 'left';
  if (report === null) {
    if (gone) return 'lost';
    if (gossip?.state === 'alive' || gossip?.state === 'suspected') return 'unknown';
    return now - startedAt > ages.unreachableMs ? 'lost' : 'unknown';
  }
  const ageMs = now - report.receivedAt;
  if (ageMs > ages.unreachableMs || (gone && ageMs > ages.proofMs)) return 'lost';
  return ageMs > ages.staleMs ? 'stale' : 'fresh';
}
