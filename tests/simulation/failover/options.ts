import type { Rules } from '~/core/failover/rules.ts';
import type { Durability, Failsafe, FailoverMode } from '~/core/failover/settings.ts';
import type { Preset } from '~/core/failover/timing.ts';
import type { NemesisKind } from './nemesis.ts';

/** What an instance is built without, to show that it is needed. */
export type InstanceFlaws = { readonly noBarrier: boolean; readonly noReplicationFence: boolean; readonly noCheckAfterCommit: boolean; readonly noJournalCheck: boolean; readonly quietAboutEpochs: boolean; readonly unfreezesAlone: boolean; readonly sendsAllRows: boolean; readonly answersEarly: boolean; readonly neitherWhilePromoted: boolean; readonly fetchesUnnoted: boolean; readonly promotesLate: boolean };

/** What holds when the fence comes late. `none` is a mutant's. */
export type SimGuard = 'trigger' | 'kill' | 'none';

export type Options = {
  readonly members: number;
  readonly preset: Preset;
  readonly mode: FailoverMode;
  readonly durability: Durability;
  readonly failsafe: Failsafe;
  readonly minReplicas: number;
  readonly lossRowsMax: number | null;
  /** Rates of clocks are 1 +- this. */
  readonly drift: number;
  /** How long faults go on, before all heals. */
  readonly faultsMs: number;
  readonly nemeses: readonly NemesisKind[];
  /** Pause between two writes of one writer. */
  readonly writeEveryMs: number;
  /** Clients write on time, whether or not the last write has been answered. */
  readonly openLoop: boolean;
  readonly loss: number;
  /** Before the first record: who leads without a lease, as mode `disabled` left it. */
  readonly ledBefore: boolean;
  readonly preferredZone: boolean;
  /** The last member has a copy and a vote, and must not lead. */
  readonly witness: boolean;
  /** A host that is killed forgets its last rows: they were written, and not on the disk yet. */
  readonly powerLoss: boolean;
  readonly autoreturnMs: number | null;
  readonly failoversMax: number;
  readonly guard: SimGuard;
  /** The provider's sessions last for whole seconds, and end late. */
  readonly coarseLock: boolean;
  readonly rules: Rules;
  readonly marginMs: number | null;
  readonly switchMs: number | null;
  readonly flaws: Partial<InstanceFlaws>;
};

/** Faults of a history that is written by hand: what happens when, in ms since all was well. */
export type Script = readonly { readonly at: number; readonly run: (act: import('./nemesis.ts').Acts) => void }[];
