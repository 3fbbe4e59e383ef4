/**
 * How long to wait before the next attempt: the bound doubles with each failure, and the wait is drawn from its upper
 * half, so that clients that lost one server together do not come back together.
 */

export type BackoffOptions = {
  /** Bound of the first wait, in ms. */
  readonly firstMs: number;
  /** Bound of any wait, in ms. */
  readonly maxMs: number;
};

/** `failures`: attempts that failed in a row, 1 for the first. `random`: from 0 up to 1. */
export function backoffMs(failures: number, options: BackoffOptions, random: () => number): number {
  const bound = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(failures - 1, 30));
  return bound / 2 + (bound / 2) * random();
}
