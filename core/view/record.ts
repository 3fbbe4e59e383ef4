import type { MemberFailover } from '~/contract/shapes/failover-view.ts';
import type { Report } from './report.ts';

/**
 * Who leads a replicaset whose master is appointed. Members tell what the record in the state provider says; one that is
 * cut off from it tells of an older epoch, so the newest counts, and of the same epoch what was said last.
 */
export type LeaderRecord = Pick<MemberFailover, 'epoch' | 'master' | 'phase' | 'target'>;

export function recordOf(replicaset: string, heard: readonly Report[]): LeaderRecord | null {
  const words = heard.flatMap(({ status, receivedAt }) => {
    const member = status.failover?.member;
    return member?.replicaset === replicaset ? [{ member, receivedAt }] : [];
  });
  const [newest] = words.toSorted((a, b) => Number(b.member.master !== null) - Number(a.member.master !== null) || b.member.epoch - a.member.epoch || b.receivedAt - a.receivedAt);
  if (!newest) return null;
  const { epoch, master, phase, target } = newest.member;
  return { epoch, master, phase, target };
}
