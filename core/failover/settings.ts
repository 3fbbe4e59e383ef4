import type { durabilities, failoverModes, failsafes } from '~/contract/shapes/failover.ts';

/** What people have configured, as far as leadership is concerned. Comes with the committed configuration. */

export type FailoverMode = (typeof failoverModes)[number];
export type Durability = (typeof durabilities)[number];
export type Failsafe = (typeof failsafes)[number];

export type MemberSettings = {
  readonly uuid: string;
  readonly zone: string | null;
  /** 0 comes first. */
  readonly priority: number;
  readonly electable: boolean;
  /** Its copy counts for acknowledgements, and its promise for failsafe. Anonymous replicas never vote. */
  readonly voter: boolean;
  readonly anonymous: boolean;
  readonly disabled: boolean;
};

export type ReplicasetSettings = {
  readonly uuid: string;
  readonly mode: FailoverMode;
  readonly durability: Durability;
  readonly failsafe: Failsafe;
  /** Availability: a master that hears fewer voters than that, itself not counted, lets no write through. 0: it need not hear any. */
  readonly minReplicas: number;
  /** Availability: rows that a promotion may leave behind without a person. Null: as many as it must. */
  readonly lossRowsMax: number | null;
  /** Masters belong there, if anywhere. */
  readonly preferredZone: string | null;
  /** Go back to the first in priority once it has been complete for so long. Null: never. */
  readonly autoreturnMs: number | null;
  /** So many failovers within the window, and then only after a person has acknowledged. */
  readonly flapping: { readonly failoversMax: number; readonly windowMs: number };
  /** What becomes of a copy that has rows which its master does not have. */
  readonly diverged: 'rebuild' | 'keep';
  readonly members: readonly MemberSettings[];
};

export const isVoter = ({ voter, anonymous, disabled }: MemberSettings): boolean => voter && !anonymous && !disabled;
export const leased = ({ mode }: ReplicasetSettings): boolean => mode === 'manual' || mode === 'stateful';
