import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agents, Driver, lua, statusOf, tarantoolPid, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { SmallDisk } from '../support/small-disk.ts';

/** What a disk without a free byte does to an agent: nothing is half done, all is said, and it ends when there is space. */

describe('an agent on a full disk', () => {
  let agents: Agents;
  let driver: Driver;
  let small: TestAgent;
  let other: TestAgent;
  let disk: SmallDisk;

  beforeAll(async () => {
    agents = new Agents();
    driver = new Driver();
    disk = await SmallDisk.mount(join(agents.folder, 'small'), { megabytes: 48 });
    [small, other] = (await agents.addMany(['small', 'other'])) as [TestAgent, TestAgent];
    driver.addReplicaset('r1', [small, other]);
    await driver.apply([small, other]);
    await Promise.all([untilReady(small, 1), untilReady(other, 1), untilWritable(small)]);
    await lua(small, "box.schema.space.create('t'):create_index('pk') box.space.t:insert{1}");
    disk.fill();
  });
  afterAll(async () => {
    await Promise.all(agents.all.map((agent) => agents.end(agent, 'SIGTERM')));
    disk?.unmount();
    await agents.stopAll();
  });

  const configs = () => readdirSync(join(small.dataDir, 'config')).filter((name) => name.endsWith('.json'));

  it('refuses to prepare, says why, and keeps nothing of it', async () => {
    const before = await statusOf(small);
    driver.config.sections = { 'big.txt': 'x'.repeat(100_000) };
    const { runId, answers } = await driver.prepare([small, other]);
    expect(answers[0]).toMatchObject({ ok: false, code: 'disk', message: expect.stringMatching(/cannot be written to this instance's disk: .*no space left/) });
    expect(answers[1]).toMatchObject({ ok: true });
    await other.client.abort({ runId }, { timeoutMs: 5000 });
    expect(configs()).toHaveLength(1);
    expect(await statusOf(small)).toMatchObject({ state: 'ready', appliedVersion: before.appliedVersion, candidate: null });
  });

  it('says that a write failed, goes on reading, and shows the disk', async () => {
    // Tarantool has reserved a piece of its log before: so many rows still fit.
    const [written, sentence] = (await lua(small, "local digest = require('digest') for id = 2, 10000 do local ok, failure = pcall(box.space.t.insert, box.space.t, {id, digest.urandom(10000)}) if not ok then return id - 1, tostring(failure) end end")) as [number, string];
    expect(sentence).toMatch(/write to disk/i);
    expect(await lua(small, 'return box.space.t:count()')).toEqual([written]);
    const { disk: shown } = await untilStatus(small, 'its disk to be shown as full', ({ disk: { freeBytes } }) => freeBytes < 64 * 1024, 30_000);
    expect(shown.totalBytes).toBeGreaterThan(40_000_000);
  });

  it('goes on by itself when there is space', async () => {
    const before = tarantoolPid(small);
    disk.free();
    await driver.apply([small, other], 5000);
    await Promise.all([untilReady(small, 2), untilReady(other, 2)]);
    await lua(small, 'box.space.t:replace{3}');
    expect(tarantoolPid(small)).toBe(before);
    const logged = readFileSync(join(small.dataDir, 'logs/agent.log'), 'utf8').trimEnd().split('\n');
    for (const line of logged) expect(() => JSON.parse(line), line).not.toThrow();
    expect(logged.length).toBeLessThan(500);
  });

  it('an agent that was killed there says why it does not start, again and again, and leaves nothing lying about', async () => {
    disk.fill();
    const before = tarantoolPid(small);
    await agents.end(small, 'SIGKILL');
    for (let time = 0; time < 2; time++) {
      const { code, text } = agents.refused(small);
      expect(text).toMatch(/^coterie agent: its data directory cannot be used: ENOSPC: no space left on device/);
      expect(text).not.toContain('    at ');
      expect(code).toBe(1);
    }
    expect(readdirSync(small.dataDir).filter((name) => name.startsWith('agent.lock'))).toEqual(['agent.lock']);
    disk.free();
    await agents.start(small);
    await untilReady(small, 2);
    expect(tarantoolPid(small)).toBe(before);
  });
});
