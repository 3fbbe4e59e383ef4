import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarantoolPid } from '~/tests/support/agents.ts';
import { ProcessCluster } from '~/tests/support/process-cluster.ts';
import { Raised } from '~/tests/support/raised.ts';

/** Issues about the databases, each raised by a real Tarantool that is in that state, and mended by what the issue offers. */

let cluster: ProcessCluster;
let raised: Raised;

beforeAll(async () => {
  cluster = new ProcessCluster();
  raised = new Raised(cluster);
  await cluster.server();
  await cluster.claim();
  await cluster.add('a', 'b');
  await cluster.addWith(['c'], ['--tarantool', breakable(cluster.folder)]);
  await cluster.heard(['a', 'b', 'c']);
  const document = 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n      c: {}\n';
  expect((await cluster.post('/topology/apply', { document })).status).toBe(200);
  await cluster.allReady();
  await cluster.ignoreCrashes();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

/** A Tarantool that does not start while there is a file `broken`. */
function breakable(folder: string): string {
  const path = join(folder, 'bin', 'tarantool');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(path, `#!/bin/sh\nif [ -e ${folder}/broken ]; then echo 'out of order' >&2; exit 3; fi\nexec tarantool "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('its process', () => {
  it('crashed, crashes in a loop, and starts by the repair once its cause is gone', async () => {
    writeFileSync(join(cluster.folder, 'broken'), '');
    process.kill(tarantoolPid(cluster.agent('c'))!, 'SIGKILL');
    expect(await raised.issue('crashed', 'c')).toMatchObject({ severity: 'critical', sentence: expect.stringContaining('The Tarantool of c crashed'), repair: { operation: 'instance.restart', input: { instance: 'c' } } });
    const found = await raised.issue('crash-loop', 'c');
    expect(found).toMatchObject({ severity: 'critical', sentence: expect.stringContaining('out of order') });
    expect((await raised.all()).some(({ code }) => code === 'crashed')).toBe(false);
    rmSync(join(cluster.folder, 'broken'));
    await raised.mend(found, 'instance.restart');
    await raised.cleared('crash-loop');
    await cluster.allReady();
  }, 120_000);

  it('was stopped by hand', async () => {
    expect((await cluster.post('/instance/b/stop', {})).status).toBe(200);
    const found = await raised.issue('stopped', 'b');
    expect(found.severity).toBe('warning');
    await raised.mend(found, 'instance.start');
    await raised.cleared('stopped');
    await cluster.allReady();
  }, 60_000);
});

it('two masters', async () => {
  // As when its agent cannot make it read-only again: whatever box.cfg is told, it stays writable.
  await raised.lua('b', "local meta = getmetatable(box.cfg) local set = meta.__call meta.__call = function(self, how) how = how or {} how.read_only = false return set(self, how) end box.cfg{}");
  const found = await raised.issue('two-masters');
  expect(found).toMatchObject({ severity: 'critical', object: { kind: 'replicaset', name: 's1' }, sentence: expect.stringMatching(/a and b are all writable/), repair: { input: { instance: 'b' } } });
  await raised.mend(found, 'instance.stop');
  await raised.cleared('two-masters');
  expect((await cluster.post('/instance/b/start', {})).status).toBe(200);
  await cluster.allReady();
}, 90_000);

describe('replication', () => {
  it('is broken: nothing is pulled from peers that are up', async () => {
    await raised.lua('b', 'box.cfg{replication = {}}');
    const found = await raised.issue('replication-broken', 'b');
    expect(found).toMatchObject({ severity: 'critical', sentence: expect.stringContaining('although both are up') });
    await raised.mend(found, 'replicaset.restartReplication');
    await raised.cleared('replication-broken');
  }, 90_000);

  it('has stopped at a conflict', async () => {
    await raised.lua('a', "box.schema.space.create('t'):create_index('pk')");
    await cluster.allReady();
    for (const alias of ['a', 'b', 'c']) await raised.lua(alias, 'box.cfg{replication = {}}');
    await raised.lua('b', "while not pcall(box.space.t.insert, box.space.t, {1, 'b'}) do box.cfg{read_only = false} end");
    await raised.lua('a', "box.space.t:insert{1, 'a'}");
    expect((await cluster.post('/replicaset/s1/restart-replication', {})).status).toBe(200);
    const found = await raised.issue('replication-stopped', 'b');
    expect(found).toMatchObject({ severity: 'critical', sentence: expect.stringMatching(/Duplicate key exists/), wayOut: expect.stringContaining('coterie instance rebuild b') });
    // Its own row goes before that of the other one comes, on both sides.
    for (const alias of ['b', 'a']) await raised.lua(alias, 'while not pcall(box.space.t.delete, box.space.t, 1) do box.cfg{read_only = false} end');
    await raised.mend(found, 'replicaset.restartReplication');
    await raised.cleared('replication-stopped');
  }, 90_000);

  it('lags: rows come faster than they are applied', async () => {
    await raised.lua('a', "box.schema.space.create('v', {engine = 'vinyl'}):create_index('pk')");
    await cluster.allReady();
    await raised.lua('c', "slow = function(_, new) require('fiber').sleep(0.4) return new end box.space.v:before_replace(slow)");
    await raised.lua('a', 'for id = 1, 100 do box.space.v:insert{id} end');
    const found = await raised.issue('replication-lagging', 'c');
    expect(found).toMatchObject({ severity: 'warning', sentence: expect.stringContaining('c has been more than 10 s behind a') });
    expect((await raised.view('c')).lagSeconds).toBeGreaterThan(10);
    await raised.lua('c', 'box.space.v:before_replace(nil, slow)');
    await raised.cleared('replication-lagging');
    expect(await raised.lua('c', 'return box.space.v:len()')).toEqual([100]);
  }, 120_000);
});

it('memory is low', async () => {
  await raised.lua('a', "box.schema.space.create('m', {temporary = true}):create_index('pk')");
  await cluster.allReady();
  await raised.lua('c', "for id = 1, 1e6 do if not pcall(box.space.m.insert, box.space.m, {id, ('x'):rep(20000)}) then return end end");
  expect(await raised.issue('memory-low', 'c')).toMatchObject({ severity: 'critical', sentence: expect.stringMatching(/c has used .* of .*: it refuses writes when the rest is gone/) });
  await raised.lua('a', 'box.space.m:drop()');
  // What was inserted is also Lua's, until that collects its garbage: by itself it does so when somebody works there.
  await raised.lua('c', 'while box.space.m ~= nil do require("fiber").sleep(0.01) end collectgarbage() collectgarbage()');
  await raised.cleared('memory-low');
}, 90_000);
