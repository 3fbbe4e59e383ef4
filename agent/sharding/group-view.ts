import type { GroupView, StorageRow, WaitView } from '~/contract/shapes/sharding-view.ts';
import type { RebalancerView } from '~/core/rebalance/rebalancer.ts';
import { shortened } from './stat.ts';
import type { Seats } from './seats.ts';

const silentMs = 5000;

/** A group as it is shown, from what its parts know. Nothing is decided here. */

export type Shown = Pick<GroupView, 'group' | 'bootstrapped' | 'pause' | 'run' | 'flights' | 'movedTotal' | 'stateForMs'> & { readonly members: readonly { readonly uuid: string; readonly alias: string; readonly weight: number }[] };

export function groupView(shown: Shown, { decided, seats, instead, now }: { decided: RebalancerView | null; seats: Seats; /** Where nothing is decided: what it waits for. */ instead: Pick<GroupView, 'state' | 'sentence'> | null; now: number }): GroupView {
  const { members, ...rest } = shown;
  const waits: WaitView[] = (decided?.waits ?? []).map((wait) => ({ ...wait }));
  const progress = decided?.progress;
  return {
    ...rest,
    state: instead?.state ?? decided?.state ?? 'waiting',
    sentence: instead?.sentence ?? decided?.sentence ?? 'The storages have not been heard yet.',
    storages: members.map(({ uuid, alias, weight }): StorageRow => {
      const row = decided?.rows.find((one) => one.uuid === uuid);
      const heard = seats.heard(uuid);
      // One answer that was late says nothing yet.
      const error = heard === null || now - heard.askedAt > silentMs ? seats.error(uuid) : null;
      return {
        uuid, alias, weight,
        owned: row?.owned ?? null, pinned: row?.pinned ?? 0, target: row?.target ?? null, arriving: row?.arriving ?? 0, leaving: row?.leaving ?? 0,
        states: { ...heard?.stat.states },
        ageMs: heard === null ? null : Math.round(now - heard.askedAt),
        waits: (row?.waits ?? []).map((wait) => ({ ...wait })),
        blockers: shortened([...(error === null ? [] : [error]), ...(heard?.stat.blockers ?? [])]),
      };
    }),
    moves: (decided?.moves ?? []).map((move) => ({ ...move })),
    left: decided?.left ?? 0,
    inFlight: decided?.inFlight ?? 0,
    progress: { moved: progress?.moved ?? 0, ratePerSecond: Math.round((progress?.ratePerSecond ?? 0) * 10) / 10, etaMs: progress?.etaMs ?? null, forMs: progress?.startedAt == null ? null : Math.round(now - progress.startedAt) },
    waits,
  };
}
