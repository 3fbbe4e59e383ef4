import type { StateRecord } from './records.ts';
import type { ReplicasetSettings } from './settings.ts';

/**
 * Taking every master away from some instances (a zone, a host). The one idea: it is a list of switchovers, each on its
 * own; planned again after each, so whatever has changed meanwhile is seen.
 */
export type Evacuation = {
  /** In the order of the replicasets; run a few at a time. The coordinator chooses each target, outside of `leaving`. */
  readonly moves: readonly { readonly replicaset: string; readonly from: string; readonly targets: readonly string[] }[];
  /** Sentences, for those that cannot move. */
  readonly refusals: readonly { readonly replicaset: string; readonly why: string }[];
};

export type Evacuated = { readonly settings: ReplicasetSettings; readonly state: Pick<StateRecord, 'master' | 'phase'> | null };

export function evacuationOf(replicasets: readonly Evacuated[], leaving: ReadonlySet<string>): Evacuation {
  const affected = replicasets.flatMap(({ settings, state }) => (state && leaving.has(state.master) ? [{ settings, state }] : []));
  const plans = affected.map(({ settings, state }) => ({ settings, state, targets: targetsOf(settings, leaving) }));
  return {
    moves: plans.filter(({ state, targets }) => targets.length > 0 && state.phase === 'normal').map(({ settings, state, targets }) => ({ replicaset: settings.uuid, from: state.master, targets })),
    refusals: plans.flatMap(({ settings, state, targets }) => {
      if (targets.length === 0) return [{ replicaset: settings.uuid, why: `Nobody outside can lead instead of ${state.master}.` }];
      return state.phase === 'normal' ? [] : [{ replicaset: settings.uuid, why: 'Another change of leadership is under way.' }];
    }),
  };
}

function targetsOf({ members, preferredZone }: ReplicasetSettings, leaving: ReadonlySet<string>): string[] {
  const far = (zone: string | null) => (zone === preferredZone ? 0 : 1);
  return members
    .filter(({ uuid, electable, disabled, anonymous }) => electable && !disabled && !anonymous && !leaving.has(uuid))
    .toSorted((a, b) => far(a.zone) - far(b.zone) || a.priority - b.priority)
    .map(({ uuid }) => uuid);
}
