import { mkdirSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionDefaults, openConnection, parseAddress, systemClock, TarantoolError } from '~/iproto/index.ts';
import { Agents, Driver, lua, statusOf, tarantoolPid, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

const alive = (pid: number) => {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
};

describe('an agent keeps its Tarantool', () => {
  const agents = new Agents();
  const driver = new Driver();
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await agents.add('one');
    driver.addReplicaset('r', [agent]);
    await driver.apply([agent], 10_000);
    await untilWritable(agent);
    await lua(agent, "box.schema.space.create('t'):create_index('p')");
  });
  afterAll(() => agents.stopAll());

  it('lets nobody in who has no password', async () => {
    const guest = await openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 5000, address: parseAddress(agent.listen) });
    try {
      const denied = (work: Promise<unknown>) => expect(work).rejects.toThrow(TarantoolError);
      await expect(guest.call('LUA', ["return require('fio').cwd()"])).rejects.toThrow("to function 'LUA' is denied");
      await denied(guest.execute("select lua('return box.cfg.memtx_memory')"));
      await denied(guest.call('box.session.su', ['admin']));
      await denied(guest.eval('return 1'));
    } finally {
      guest.close();
    }
  });

  it('starts a killed database again, with its data and writable, and says how it ended', async () => {
    await lua(agent, "box.space.t:replace{1, 'kept'}");
    const pid = tarantoolPid(agent)!;
    process.kill(pid, 'SIGKILL');
    const status = await untilStatus(agent, 'ready again', ({ state, database }) => state === 'ready' && database !== null && database.process.pid !== pid && !database.readOnly);
    expect(status.restarts).toMatchObject({ count: 1, crashLoop: false });
    expect(status.restarts.lastExit).toMatch(/^signal SIGKILL/);
    expect(await lua(agent, 'return box.space.t:get(1)[2]')).toEqual(['kept']);
  });

  it('kill -9 of the agent stops no write; the next agent attaches to the same process', async () => {
    const pid = tarantoolPid(agent)!;
    const frozen = () => readFileSync(join(agent.dataDir, 'logs/tarantool.log'), 'utf8').split("'read_only'").length;
    const before = frozen();
    await lua(agent, "WRITTEN = 0; require('fiber').create(function() while true do box.space.t:replace{100, 'x'}; WRITTEN = WRITTEN + 1; require('fiber').sleep(0.001) end end)");
    await agents.end(agent, 'SIGKILL');
    expect(alive(pid)).toBe(true);
    await agents.start(agent);
    const status = await untilStatus(agent, 'ready', ({ state, database }) => state === 'ready' && database !== null);
    expect(status.database?.process.pid).toBe(pid);
    expect(status.database?.readOnly).toBe(false);
    const [written] = await lua(agent, 'return WRITTEN');
    await waitFor(async () => ((await lua(agent, 'return WRITTEN'))[0] as number) > (written as number), { timeoutMs: 2000, what: 'writes that go on' });
    expect(frozen()).toBe(before);
  });

  it('notices the end of a process that it did not start', async () => {
    const pid = tarantoolPid(agent)!;
    process.kill(pid, 'SIGKILL');
    await untilStatus(agent, 'ready again', ({ state, database }) => state === 'ready' && database !== null && database.process.pid !== pid && !database.readOnly);
  });

  it('stops and starts by order, over a restart of the agent', async () => {
    await agent.client.stop({}, { timeoutMs: 5000 });
    await untilStatus(agent, 'stopped', ({ state, goal, database }) => state === 'stopped' && goal === 'stopped' && database === null);
    await agents.end(agent, 'SIGTERM');
    await agents.start(agent);
    expect(await untilStatus(agent, 'still stopped', ({ state }) => state === 'stopped')).toMatchObject({ database: null });
    await agent.client.start({}, { timeoutMs: 5000 });
    await untilWritable(agent);
  });

  it('says that its database does not answer, starts no second one, and goes on when it does', async () => {
    const pid = tarantoolPid(agent)!;
    process.kill(pid, 'SIGSTOP');
    const hung = await untilStatus(agent, 'failed', ({ state }) => state === 'failed', 20_000);
    expect(hung.reason).toContain('does not answer');
    expect(hung.database?.process.pid).toBe(pid);
    process.kill(pid, 'SIGCONT');
    await untilStatus(agent, 'ready', ({ state, database }) => state === 'ready' && database?.readOnly === false);
    expect(tarantoolPid(agent)).toBe(pid);
  });

  it('ends a hung database when it is told to restart', async () => {
    const pid = tarantoolPid(agent)!;
    process.kill(pid, 'SIGSTOP');
    await untilStatus(agent, 'failed', ({ state }) => state === 'failed', 20_000);
    await agent.client.restart({}, { timeoutMs: 5000 });
    await untilStatus(agent, 'another process', ({ state, database }) => state === 'ready' && database !== null && database.process.pid !== pid && !database.readOnly, 25_000);
  });

  it('restarts by order', async () => {
    const pid = tarantoolPid(agent)!;
    await agent.client.restart({}, { timeoutMs: 5000 });
    const status = await untilStatus(agent, 'another process', ({ state, database }) => state === 'ready' && database !== null && database.process.pid !== pid && !database.readOnly);
    expect(status.restarts.count).toBe(0);
  });

  it('SIGTERM takes the database along, SIGUSR2 leaves it', async () => {
    const pid = tarantoolPid(agent)!;
    await agents.end(agent, 'SIGUSR2');
    expect(alive(pid)).toBe(true);
    await agents.start(agent);
    expect((await untilWritable(agent)).database?.process.pid).toBe(pid);
    await agents.end(agent, 'SIGTERM');
    expect(alive(pid)).toBe(false);
    await agents.start(agent);
    await untilWritable(agent);
    expect(await lua(agent, 'return box.space.t:get(1)[2]')).toEqual(['kept']);
  });

  it('refuses a second agent on its data directory, with the pid of the first', async () => {
    const { code, text } = agents.refused(agent);
    expect(code).toBe(4);
    expect(text).toContain(`pid ${agent.child!.pid}`);
    expect((await statusOf(agent)).state).toBe('ready');
  });

  it('marks a crash loop, says why, goes on, and is mended by a start', async () => {
    const bad = await agents.add('bad', { flags: ['--tarantool', fakeTarantool(agents.folder)] });
    const own = new Driver();
    Object.assign(own, { config: structuredClone(driver.config), version: driver.version, hash: driver.hash });
    own.addReplicaset('bad', [bad]);
    // The other one learns of it over gossip.
    await own.apply([agent, bad], 0);
    const status = await untilStatus(bad, 'crash loop', ({ restarts }) => restarts.crashLoop, 20_000);
    expect(status.restarts.count).toBeGreaterThanOrEqual(5);
    expect(status.restarts.lastExit).toMatch(/exit code 3: out of order/);
    expect(status.state).toBe('crashed');
    expect(status.reason).toContain('out of order');
    expect(status.restarts.nextStartAt).not.toBeNull();
    rmSync(join(agents.folder, 'broken'));
    await bad.client.start({}, { timeoutMs: 5000 });
    await untilReady(bad, own.version);
  });
});

/** Works only once the file `broken` is gone. */
function fakeTarantool(folder: string): string {
  const path = join(folder, 'bin', 'tarantool');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'broken'), '');
  writeFileSync(path, `#!/bin/sh\nif [ -e ${folder}/broken ]; then echo 'out of order' >&2; exit 3; fi\nexec tarantool "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
