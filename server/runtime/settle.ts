/** One call per item, all at once; each ends by its own deadline, and none waits for another. */
export type Settled<I, T> = { readonly item: I; readonly value: T | null; readonly error: Error | null };

export function settle<I, T>(items: readonly I[], call: (item: I) => Promise<T>): Promise<Settled<I, T>[]> {
  return Promise.all(
    items.map(async (item): Promise<Settled<I, T>> => {
      try {
        return { item, value: await call(item), error: null };
      } catch (error) {
        return { item, value: null, error: error instanceof Error ? error : new Error(String(error)) };
      }
    }),
  );
}
