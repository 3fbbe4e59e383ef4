/** How long to wait after the n-th failure in a row: doubling up to a limit, and half of it by chance, so that a crowd does not come back at once. */
export type Backoff = { readonly firstMs: number; readonly maxMs: number };

export function waitMs({ firstMs, maxMs }: Backoff, failures: number, random: () => number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return full / 2 + (full / 2) * random();
}

/** Ends early when `signal` fires. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
