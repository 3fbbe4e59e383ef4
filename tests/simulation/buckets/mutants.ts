import { rules, type Rules } from './rules.ts';
import type { Chances } from './world.ts';

/** The protocol with one rule taken away. Each has to be found out: one that is not shows that an invariant, or a fault, is missing here. */
export type Mutant = { readonly rule: keyof Rules; readonly finds: readonly string[] };

/** Many late messages, rows that lag, and masters that change: what the rules are for. */
export const rough: Partial<Chances> = { doubled: 0.3, lost: 0.03, fault: 8, replicate: 6, recover: 16 };
export const seedsMax = 4_000;

const finds: { readonly [name in keyof Rules]: readonly string[] } = {
  sendingTakesNoWrite: ['B3'],
  writesAreWaitedFor: ['B3'],
  preparedIsSafe: ['B2'],
  chunksAreCounted: ['B3'],
  sentIsSafe: ['B1', 'B2'],
  wordsAreSafe: ['B1', 'B2'],
  begunIsSafe: ['B2'],
  sentIsFinal: ['B1', 'B2'],
  attemptsAreCompared: ['B1', 'B2', 'B3'],
  stepsAreCompared: ['B1', 'B2', 'B3', 'end'],
  otherAttemptsAreRefused: ['B2', 'B3'],
  mastersAreAsked: ['B2', 'B3'],
  dropsAreAsked: ['B2', 'B3'],
  rowsWaitForOwner: ['B2', 'B3'],
};

export const mutants: readonly Mutant[] = (Object.keys(rules) as (keyof Rules)[]).map((rule) => ({ rule, finds: finds[rule] }));
