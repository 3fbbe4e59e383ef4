/** How often it is looked: quickly at first, and less often when it takes long, since each look costs what is waited for some of the machine. */
const [soonMs, lateMs] = [20, 100];
const pauseMs = (waitedMs: number) => Math.min(lateMs, soonMs + waitedMs / 20);

/** Waits until `probe` gives something other than null, undefined or false; fails loudly, with what it last saw, at the limit. */
export async function waitFor<T>(probe: () => T | Promise<T>, options: { timeoutMs: number; what: string; everyMs?: number }): Promise<NonNullable<Exclude<T, false>>> {
  const begun = performance.now();
  let last: unknown;
  for (;;) {
    try {
      const seen = await probe();
      if (seen !== null && seen !== undefined && seen !== false) return seen as NonNullable<Exclude<T, false>>;
      last = seen;
    } catch (error) {
      last = error;
    }
    const waitedMs = performance.now() - begun;
    if (waitedMs > options.timeoutMs) throw new Error(`waited ${options.timeoutMs} ms for ${options.what}; last: ${last instanceof Error ? last.stack : JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? pauseMs(waitedMs)));
  }
}
