import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '~/iproto/clock.ts';
import { openEtcd } from '~/state/etcd/open.ts';
import { EtcdCluster, etcdUser } from '~/tests/support/etcd.ts';
import { LinkProxy } from '~/tests/support/link-proxy.ts';
import { cluster as ours, conformance } from '~/tests/support/state-conformance.ts';

describe('etcd, three members, with users', () => {
  const cluster = new EtcdCluster({ auth: true });
  const proxies: LinkProxy[] = [];
  let places = 0;
  beforeAll(() => cluster.start());
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await cluster.stop();
  });

  conformance(() => ({
    ttlMs: 2_000,
    place: async () => {
      places += 1;
      const prefix = `/coterie/place-${places}`;
      return {
        open: async ({ client = 'client', cluster: uuid = ours } = {}) => {
          const links = await Promise.all(cluster.members.map(({ port }) => new LinkProxy({ host: '127.0.0.1', port }).start()));
          proxies.push(...links);
          return {
            state: openEtcd({ clock: systemClock, random: Math.random }, { client, cluster: uuid, prefix, endpoints: links.map(({ port }) => `http://127.0.0.1:${port}`), ...etcdUser }),
            cut: () => links.forEach((link) => link.cut()),
            heal: () => links.forEach((link) => link.heal()),
          };
        },
        compact: () => cluster.compact(),
      };
    },
  }));
});
