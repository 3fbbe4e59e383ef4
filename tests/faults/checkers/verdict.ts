/** What a checker says. `unknown`: it gave up at its limit, which is neither a pass nor a find. */
export type Verdict = {
  readonly checker: string;
  readonly valid: boolean | 'unknown';
  /** One sentence each, with the operations that show it: the smallest counterexample that the checker has. */
  readonly problems: readonly string[];
  /** What was counted, for reports. */
  readonly counts: Readonly<Record<string, number>>;
};

const problemsMax = 10;

export function verdict(checker: string, problems: readonly string[], counts: Record<string, number>): Verdict {
  const more = problems.length - problemsMax;
  return { checker, valid: problems.length === 0, problems: more > 0 ? [...problems.slice(0, problemsMax), `and ${more} more`] : problems, counts };
}

/** As one: a find beats "unknown", which beats a pass. */
export function worst(verdicts: readonly Verdict[]): boolean | 'unknown' {
  if (verdicts.some(({ valid }) => valid === false)) return false;
  return verdicts.every(({ valid }) => valid === true) ? true : 'unknown';
}
