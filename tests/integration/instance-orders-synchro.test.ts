import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../support/database.ts';
import { Ordered } from '../support/ordered.ts';
import { waitFor } from '../support/wait.ts';

/** A master that dies with a synchronous transaction that nobody confirmed: its replicas can write no row, and are stopped and lead all the same. */

const ordered = new Ordered();
let first: Database;
let second: Database;
let third: Database;

beforeAll(async () => {
  [first, second, third] = await ordered.three();
  await first.lua("box.schema.space.create('s', {is_sync = true}):create_index('p')");
  for (const one of [first, second, third]) await one.lua('box.cfg{replication_synchro_quorum = 4, replication_synchro_timeout = 60}');
});
afterAll(() => ordered.databases.remove());

it('its replicas are stopped, one leads, and the other follows it', async () => {
  await first.lua("for i = 1, 5 do require('fiber').create(function() box.space.s:replace{i} end) end");
  for (const one of [second, third]) await waitFor(async () => (await one.lua('return box.space.s ~= nil and box.space.s:len() == 5'))[0], { timeoutMs: 10_000, what: `the rows on ${one.name}` });
  const [written] = await first.lua<[number]>('return box.info.lsn');
  await first.stop('SIGKILL');
  await expect(second.lua('box.space._coterie_barrier:replace{1, 1}')).rejects.toThrow(/uncommitted sync transactions/);
  const stopped = await Promise.all([second, third].map((one) => ordered.obeyed(one, { kind: 'demote', epoch: 2 })));
  for (const report of stopped) {
    expect(report).toMatchObject({ demoted: 2, promoted: null, writable: false, upstream: null });
    expect(report.copy.vclock['1']).toBe(written);
  }
  expect(second.log).toMatch(/no row behind the others .*: the writer of the log is asked/);
  expect(await second.lua('return box.cfg.checkpoint_wal_threshold')).toEqual(['1000000000000000000']);
  await ordered.lead(second, 2);
  await ordered.follow(third, 2, second);
  await second.lua('box.space.t:replace{2}');
  await ordered.has(third, 2);
  expect(await third.lua('return box.space.s:len()')).toEqual([5]);
});
