/** Waits until `probe` gives something other than null, undefined or false; fails loudly, with what it last saw, at the limit. */
export async function waitFor<T>(probe: () => T | Promise<T>, options: { timeoutMs: number; what: string; everyMs?: number }): Promise<NonNullable<Exclude<T, false>>> {
  const until = performance.now() + options.timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const seen = await probe();
      if (seen !== null && seen !== undefined && seen !== false) return seen as NonNullable<Exclude<T, false>>;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() > until) throw new Error(`waited ${options.timeoutMs} ms for ${options.what}; last: ${last instanceof Error ? last.stack : JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 20));
  }
}
