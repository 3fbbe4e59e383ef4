/** CLOCK_MONOTONIC in ms: the clock of histories, of the faults, and of `clock.monotonic()` in Tarantool on this host. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
