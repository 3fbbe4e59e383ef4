import { afterAll, describe } from 'vitest';
import { systemClock } from '~/iproto/clock.ts';
import { openStateboard } from '~/state/stateboard/open.ts';
import { LinkProxy } from '~/tests/support/link-proxy.ts';
import { cluster as ours, conformance } from '~/tests/support/state-conformance.ts';
import { StateboardProcess } from '~/tests/support/stateboard.ts';

describe('stateboard', () => {
  const ended: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ended.toReversed()) await end();
  });

  conformance(() => ({
    ttlMs: 1_000,
    // A cluster has a stateboard of its own.
    place: async () => {
      const board = await new StateboardProcess().start();
      ended.push(() => board.stop());
      return {
        open: async ({ client = 'client', cluster = ours } = {}) => {
          const link = await new LinkProxy({ host: '127.0.0.1', port: board.port }).start();
          ended.push(() => link.stop());
          return {
            state: openStateboard({ clock: systemClock, random: Math.random }, { client, cluster, address: `127.0.0.1:${link.port}`, password: board.password }),
            cut: () => link.cut(),
            heal: () => link.heal(),
          };
        },
        // As if it had been restarted: what came before is not kept in memory.
        compact: async () => void (await board.eval("local now = require('stateboard.store').revision() require('stateboard.watch').begin(now, now)")),
      };
    },
  }));
});
