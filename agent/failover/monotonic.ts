/** Milliseconds of CLOCK_MONOTONIC: the clock that agent and instance share, so that a deadline means the same to both. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
