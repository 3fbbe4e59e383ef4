/** What the hand-over rests on, one name for each; a mutant is the protocol without one of them. docs/sharding.md says the same in sentences. */
export const rules = {
  /** A bucket that is being sent takes no new write. */
  sendingTakesNoWrite: true,
  /** Rows are read when no write holds the bucket any more. */
  writesAreWaitedFor: true,
  /** The destination says "prepared" when the whole bucket is on enough copies. */
  preparedIsSafe: true,
  /** The destination counts what it was sent. */
  chunksAreCounted: true,
  /** The source tells the destination to begin when `sent` is on enough copies. */
  sentIsSafe: true,
  /** Who is asked says `sent`, or that it owns the bucket, only when that is on enough copies. */
  wordsAreSafe: true,
  /** The destination says "begun" when `active` is on enough copies. */
  begunIsSafe: true,
  /** After `sent` there is no way back, whatever the wait came to. */
  sentIsFinal: true,
  /** What names another attempt is refused. */
  attemptsAreCompared: true,
  /** Each step of the source finds the row as its last step left it. */
  stepsAreCompared: true,
  /** A destination that has the bucket in another attempt does not begin anew over it. */
  otherAttemptsAreRefused: true,
  /** Only the word of a master that holds its lease counts. */
  mastersAreAsked: true,
  /** What is being received is dropped only on the word of its source. */
  dropsAreAsked: true,
  /** Rows are kept until the other side owns the bucket on enough copies. */
  rowsWaitForOwner: true,
} as const;

export type Rules = { readonly [name in keyof typeof rules]: boolean };
