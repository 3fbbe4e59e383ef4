import { isVoter, type ReplicasetSettings } from './settings.ts';

/**
 * How many copies and promises. The one idea: any two sets that must not miss each other share a member by counting:
 * acknowledged (copies) and heard at a promotion; promised to the master and consenting to another one.
 */
export type Policy = {
  /** Sorted. Settings may change any time; what counts is this, in the record, which only a master changes. */
  readonly voters: readonly string[];
  /** An acknowledged row is on so many voters, the master among them if it is one. 0: the master alone acknowledges. */
  readonly copies: number;
  /** A master goes on without the provider by the promises of so many voters, itself included. 0: it does not. */
  readonly promises: number;
  /** The master's instance refuses writes while fewer other voters hear it. */
  readonly gate: number;
};

export const majority = (count: number): number => Math.floor(count / 2) + 1;

export function policyOf(settings: ReplicasetSettings): Policy {
  const voters = settings.members.filter(isVoter).map(({ uuid }) => uuid).toSorted();
  return { voters, copies: copiesOf(settings, voters.length), promises: promisesOf(settings, voters.length), gate: settings.durability === 'availability' ? Math.min(settings.minReplicas, Math.max(0, voters.length - 1)) : 0 };
}

function copiesOf({ durability }: ReplicasetSettings, count: number): number {
  switch (durability) {
    case 'availability':
      return 0;
    case 'quorum':
      return majority(count);
    case 'strict':
      return Math.max(1, count);
  }
}

function promisesOf({ failsafe }: ReplicasetSettings, count: number): number {
  switch (failsafe) {
    case 'off':
      return 0;
    case 'majority':
      return majority(count);
    case 'all':
      return count;
  }
}

/** Of so many voters one has every acknowledged row. In availability mode whoever is heard has to do. */
export const heardMin = ({ voters, copies }: Policy): number => (copies > 0 ? voters.length - copies + 1 : 0);

/** So many voters, free of promises, cannot all be missing among those that promised. */
export const consentsMin = ({ voters, promises }: Policy): number => (promises > 0 ? voters.length - promises + 1 : 0);

export const samePolicy = (a: Policy, b: Policy): boolean => a.copies === b.copies && a.promises === b.promises && a.gate === b.gate && a.voters.length === b.voters.length && a.voters.every((uuid, index) => uuid === b.voters[index]);
