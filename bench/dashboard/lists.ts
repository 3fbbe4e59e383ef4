import type { Product } from '~/tests/support/browser.ts';

/** How long lists take over REST, one request after the other on one connection. */

const paths = ['/instance?limit=1000', '/instance?limit=50&sort=lag&descending=true&role=storage', '/replicaset?limit=1000&sort=health', '/cluster/overview', '/cluster/issues', '/cluster/events?limit=50'];

export async function listTimes(product: Product, rounds: number): Promise<{ path: string; times: number[] }[]> {
  const lists = paths.map((path) => ({ path, times: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { path, times } of lists) {
      const begun = performance.now();
      const { status } = await product.rest(path);
      times.push(performance.now() - begun);
      if (status !== 200) throw new Error(`${path}: HTTP ${status}`);
    }
  }
  return lists;
}
