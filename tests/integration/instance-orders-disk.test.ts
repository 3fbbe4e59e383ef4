import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../support/database.ts';
import { Ordered } from '../support/ordered.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { waitFor } from '../support/wait.ts';

const limits = { timeoutMs: 20_000 };
const folder = mkdtempSync(join(tmpdir(), 'coterie-disk-'));

describe('what an instance says of its disk', () => {
  const ordered = new Ordered('kill');
  let disk: SmallDisk;
  let master: Database;
  let replica: Database;
  const sick = (one: Database, like: RegExp | null) => waitFor(async () => {
    const report = await ordered.look(one);
    return (like === null ? report.sick === null : like.test(report.sick ?? '')) && report;
  }, { ...limits, what: `${one.name} to say ${like}` });

  beforeAll(async () => {
    disk = await SmallDisk.mount(join(folder, 'disk'), { megabytes: 24 });
    master = await ordered.databases.add('master');
    await ordered.lead(master, 1);
    await master.lua("box.schema.space.create('t', {id = 700}):create_index('p')");
    replica = await Database.make('replica', disk.path);
    ordered.databases.all.push(replica);
    await replica.start('join', ordered.databases.replicaset, [master]);
    await ordered.follow(replica, 1, master);
  });
  afterAll(async () => {
    await ordered.databases.remove();
    disk.unmount();
    rmSync(folder, { recursive: true, force: true });
  });

  it('nothing while it takes rows, and the canary only sings where nothing else is written', async () => {
    const rows = async () => (await master.lua<[number]>('return box.info.vclock[0] or 0'))[0];
    const before = await rows();
    await sick(master, null);
    await waitFor(async () => (await rows()) > before, { ...limits, what: 'the canary' });
    const quiet = await rows();
    await master.lua("for i = 1, 40 do box.space.t:replace{i} require('fiber').sleep(0.05) end");
    expect((await rows()) - quiet).toBeLessThanOrEqual(1);
    await sick(replica, null);
  });

  it('that it is full, on a replica that is only read too, until there is room', async () => {
    disk.fill();
    const report = await sick(replica, /^the disk is full$/);
    expect(report.writable).toBe(false);
    // No row can be written there, and it is stopped all the same.
    const [refused] = await replica.lua("for i = 1, 100 do local ok, failure = pcall(box.space._coterie_barrier.replace, box.space._coterie_barrier, {1, require('digest').urandom(100000)}) if not ok then return tostring(failure) end end");
    expect(refused).toMatch(/write to disk/i);
    expect(await ordered.obeyed(replica, { kind: 'demote', epoch: 1 })).toMatchObject({ demoted: 1, upstream: null, writable: false });
    disk.free();
    await ordered.obeyed(replica, { kind: 'follow', epoch: 1, upstream: master.uuid });
    await sick(replica, null);
  });

  it('that a row is late', async () => {
    // A disk that hangs cannot be had everywhere: the write that does stands in for it.
    await master.lua("touch = require('leadership').touch require('leadership').touch = function() require('fiber').sleep(6) end");
    expect(await sick(master, /^its disk has not taken a row for [23456] s$/)).toMatchObject({ writable: true });
    await master.lua("require('leadership').touch = touch");
    await sick(master, null);
  });

  it('nothing of it while a row waits for a synchronous transaction only', async () => {
    await master.lua("box.cfg{replication_synchro_quorum = 31, replication_synchro_timeout = 5} box.schema.space.create('s', {is_sync = true}):create_index('p')");
    await master.lua("over = nil require('fiber').create(function() pcall(box.space.s.replace, box.space.s, {1}) over = true end)");
    const said: (string | null)[] = [];
    await waitFor(async () => {
      said.push((await ordered.look(master)).sick);
      return (await master.lua('return over'))[0];
    }, { ...limits, what: 'the end of the transaction' });
    expect(said.filter((one) => one !== null)).toEqual([]);
    await master.lua('box.cfg{replication_synchro_quorum = 1}');
  });
});
