import type { RouterFigures, RouterStatus } from '~/contract/shapes/router.ts';

/** A router as its agent tells of it: ready, two storages behind it, a little to do. */
type Change = Partial<Omit<RouterStatus, 'figures' | 'restarts'>> & { readonly figures?: Partial<RouterFigures> | null; readonly restarts?: Partial<RouterStatus['restarts']> };

/** `storages`: replicaset and instances of each, its master first. */
export function routerFixture(storages: readonly (readonly [replicaset: string, ...instances: string[]])[], { figures, restarts, ...more }: Change = {}): RouterStatus {
  const pools = storages.flatMap(([, ...instances]) => instances.map((instance, index) => ({ instance, uri: `10.0.0.1:${3301 + index}`, up: 2, connections: 2, inFlight: 0, slow: false })));
  const masters = storages.map(([replicaset, master]) => ({ replicaset, instance: master ?? null, epoch: 3, up: true }));
  const whole: RouterFigures = {
    workers: 1, connections: 12, inFlight: 3, held: 0, requests: 5000, errors: { timeout: 2 }, requestsPerSecond: 240.5, errorsPerSecond: 0, p50Ms: 0.42, p95Ms: 1.8, p99Ms: 3.1,
    calls: [{ name: 'crud.get', requests: 4000, errors: 0, requestsPerSecond: 200.5, errorsPerSecond: 0, p50Ms: 0.4, p95Ms: 1.5, p99Ms: 2.9 }, { name: 'crud.insert', requests: 1000, errors: 2, requestsPerSecond: 40, errorsPerSecond: 0, p50Ms: 0.8, p95Ms: 2.2, p99Ms: 4 }],
    retries: { WRONG_EPOCH: 4 }, map: { count: 3000, known: 3000, ageMs: 400, conflicts: 0 }, pools, masters, memoryBytes: 78_000_000, cpuRatio: 0.12,
  };
  return {
    state: 'ready', reason: null, group: 'default', listen: '127.0.0.1:4306', address: '127.0.0.1:4306', pid: 4711, startedAt: 1_800_000_000_000, replaced: 0, users: 2, usersThatDiffer: [], ...more,
    restarts: { count: 0, crashLoop: false, lastExitAt: null, lastExit: null, nextStartAt: null, ...restarts }, figures: figures === null ? null : { ...whole, ...figures },
  };
}
