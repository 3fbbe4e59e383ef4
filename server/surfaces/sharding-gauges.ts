import type { Exposition } from '~/core/metrics/exposition.ts';
import type { Sharding } from '~/server/runtime/sharding/sharding.ts';
import type { ServerFamilies } from './families.ts';

const names = ['buckets', 'target_buckets', 'left_buckets', 'moving_buckets', 'per_second', 'paused'] as const;

/** What the server's series of buckets say now, by the word of the active coordinator; absent where it says none. */
export function shardingGauges(out: Exposition<ServerFamilies>, { told }: Pick<Sharding, 'told'>): void {
  for (const name of names) out.clear(`coterie_sharding_${name}`);
  for (const { group, storages, left, inFlight, progress, pause, bootstrapped } of told?.groups ?? []) {
    if (bootstrapped === null) continue;
    out.set('coterie_sharding_left_buckets', { labels: { group }, value: left });
    out.set('coterie_sharding_moving_buckets', { labels: { group }, value: inFlight });
    out.set('coterie_sharding_per_second', { labels: { group }, value: progress.ratePerSecond });
    out.set('coterie_sharding_paused', { labels: { group }, value: pause === null ? 0 : 1 });
    for (const { alias: replicaset, owned, target } of storages) {
      if (owned !== null) out.set('coterie_sharding_buckets', { labels: { group, replicaset }, value: owned });
      if (target !== null) out.set('coterie_sharding_target_buckets', { labels: { group, replicaset }, value: target });
    }
  }
}
