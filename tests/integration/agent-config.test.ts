import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentClient } from '~/link/client.ts';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner } from '~/link/token.ts';
import { Agents, Driver, lua, statusOf, tarantoolPid, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

describe('an agent takes part in the two-phase apply', () => {
  const agents = new Agents();
  const driver = new Driver();
  let a: TestAgent;
  let b: TestAgent;
  beforeAll(async () => {
    [a, b] = (await agents.addMany(['a', 'b'])) as [TestAgent, TestAgent];
    driver.addReplicaset('rs', [a, b]);
    await driver.apply(agents.all, 10_000);
    await untilWritable(a);
    await untilReady(b, 1);
  });
  afterAll(() => agents.stopAll());

  it('applies a section without touching the database', async () => {
    const pids = agents.all.map(tarantoolPid);
    const changes = () => readFileSync(join(a.dataDir, 'logs/tarantool.log'), 'utf8').split('configuration option').length;
    const before = changes();
    driver.config.sections.note = 'hello';
    expect(await driver.apply(agents.all, 5000)).toEqual([{ committed: true, applied: true, message: null }, { committed: true, applied: true, message: null }]);
    expect(changes()).toBe(before);
    expect(agents.all.map(tarantoolPid)).toEqual(pids);
  });

  it('refuses Lua that does not compile, with the place', async () => {
    driver.config.sections['bad.lua'] = 'return (';
    const { answers } = await driver.prepare([a]);
    expect(answers[0]).toMatchObject({ ok: false, code: 'refused', message: expect.stringContaining('bad.lua:1') });
    delete driver.config.sections['bad.lua'];
  });

  it('resolves a doubt after being killed between prepare and commit: the peer has committed', async () => {
    driver.config.sections.note = 'in doubt';
    const { runId, candidate, answers } = await driver.prepare(agents.all, { ttlMs: 60_000 });
    expect(answers).toEqual([{ ok: true }, { ok: true }]);
    await agents.end(b, 'SIGKILL');
    const { version, hash } = candidate.meta;
    await a.client.commit({ runId, version, hash, waitMs: 1000 }, { timeoutMs: 5000 });
    Object.assign(driver, { version, hash });
    await agents.start(b);
    const status = await untilReady(b, version);
    expect(status.config).toEqual({ version, hash });
    expect(status.candidate).toBeNull();
  });

  it('keeps a candidate over kill -9, answers for it, and commits it afterwards', async () => {
    driver.config.sections.note = 'kept';
    const { runId, candidate } = await driver.prepare(agents.all, { ttlMs: 60_000 });
    await agents.end(b, 'SIGKILL');
    await agents.start(b);
    expect(await b.client.outcome({ runId }, { timeoutMs: 2000 })).toMatchObject({ outcome: 'prepared' });
    const { version, hash } = candidate.meta;
    const commits = await Promise.all(agents.all.map(({ client }) => client.commit({ runId, version, hash, waitMs: 5000 }, { timeoutMs: 8000 })));
    expect(commits.every(({ committed }) => committed)).toBe(true);
    Object.assign(driver, { version, hash });
    await untilReady(b, version);
  });

  it('pulls what was decided while it was away', async () => {
    await agents.end(b, 'SIGTERM');
    driver.config.sections.note = 'missed';
    await driver.apply([a], 1000);
    driver.config.sections.note = 'missed twice';
    await driver.apply([a], 1000);
    await agents.start(b);
    await untilReady(b, driver.version);
  });

  it('lets a lock go that nobody decides', async () => {
    driver.config.sections.note = 'left over';
    const { answers } = await driver.prepare(agents.all, { ttlMs: 700 });
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const held = await a.client.prepare({ runId: randomUUID(), owner: 'another', base: { version: driver.version, hash: driver.hash! }, candidate: driver.next(), ttlMs: 1000 }, { timeoutMs: 2000 });
    expect(held).toMatchObject({ ok: false, code: 'locked' });
    await untilStatus(a, 'no candidate', ({ candidate }) => candidate === null, 5000);
    await driver.apply(agents.all, 5000);
    await untilReady(b, driver.version);
  });

  it('uses the version before when the newest file is damaged, and gets the newest again', async () => {
    await agents.end(b, 'SIGKILL');
    const folder = join(b.dataDir, 'config');
    const newest = readdirSync(folder).filter((name) => name.endsWith('.json')).toSorted().at(-1)!;
    const text = readFileSync(join(folder, newest), 'utf8');
    writeFileSync(join(folder, newest), text.slice(0, text.length - 20));
    await agents.start(b);
    await untilReady(b, driver.version);
    expect(readFileSync(join(b.dataDir, 'logs/agent.log'), 'utf8')).toContain('is damaged and set aside');
  });

  it('keeps everything to itself: modes of files and sockets', () => {
    expect(statSync(a.dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(a.dataDir, 'control.sock')).mode & 0o777).toBe(0o600);
    for (const name of ['identity.json', 'agent.json', 'logs/agent.log', 'logs/tarantool.log']) expect(statSync(join(a.dataDir, name)).mode & 0o077).toBe(0);
  });

  it('has no secret in logs, arguments or environment of the database', async () => {
    const { replicationPassword } = keysOf(agents.secret, 'test');
    const shown = [
      ...agents.all.flatMap(({ dataDir }) => ['logs/agent.log', 'logs/tarantool.log', 'agent.json'].map((name) => readFileSync(join(dataDir, name), 'utf8'))),
      ...agents.all.flatMap((agent) => ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${tarantoolPid(agent)}/${name}`, 'latin1'))),
      JSON.stringify(await lua(a, 'return box.cfg.replication')),
      JSON.stringify(await statusOf(a)),
    ].join('\n');
    expect(shown).not.toContain(replicationPassword);
    expect(shown).not.toContain(agents.secret);
  });

  it('refuses a wrong secret', async () => {
    const signer = new TokenSigner(keysOf(randomBytes(32).toString('hex'), 'test').token, { name: 'stranger' });
    const stranger = agentClient({ uuid: a.uuid, alias: 'a', http: a.http }, signer);
    await expect(stranger.ping({}, { timeoutMs: 2000 })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    // A token for another agent is of no use either.
    const misled = agentClient({ uuid: b.uuid, alias: 'b', http: a.http }, agents.signer);
    await expect(misled.ping({}, { timeoutMs: 2000 })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('survives garbage on its HTTP port and on the control socket', async () => {
    const [host, port] = a.http.split(':') as [string, string];
    const throwAt = (target: { host: string; port: number } | { path: string }, bytes: Buffer) =>
      new Promise<void>((done) => {
        const socket = connect(target, () => socket.end(bytes));
        socket.on('error', () => {});
        socket.on('close', () => done());
        socket.setTimeout(6000, () => socket.destroy());
        socket.resume();
      });
    for (let round = 0; round < 5; round++) {
      await throwAt({ host, port: Number(port) }, randomBytes(20_000));
      await throwAt({ path: join(a.dataDir, 'control.sock') }, Buffer.concat([randomBytes(5000), Buffer.from('\n{"id":1}\n')]));
    }
    await throwAt({ path: join(a.dataDir, 'control.sock') }, Buffer.alloc(5 * 1024 * 1024, 'x'));
    const status = await statusOf(a);
    expect(status).toMatchObject({ state: 'ready', restarts: { count: 0 } });
    expect(await lua(a, 'return 1')).toEqual([1]);
  });

  it('says what was wrong with a call, and keeps the console within its limits', async () => {
    await expect(a.client.fence({ version: 'x', by: b.uuid } as never, { timeoutMs: 2000 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const endless = await a.client.eval({ language: 'lua', code: 'while true do pcall(function() while true do end end) end', timeoutMs: 300, rowsMax: 10 }, { timeoutMs: 5000 });
    expect(endless).toMatchObject({ ok: false, error: expect.stringContaining('deadline') });
    const rows = await a.client.eval({ language: 'lua', code: 'local r = {} for i = 1, 100 do r[i] = i end return r, 2^60, -0x7fffffffffffffffLL', timeoutMs: 1000, rowsMax: 10 }, { timeoutMs: 5000 });
    expect(rows).toMatchObject({ ok: true, truncated: true, values: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], '1152921504606846976', '-9223372036854775807'] });
    const sql = await a.client.eval({ language: 'sql', code: "select 1 as one, 'x' as two", timeoutMs: 1000, rowsMax: 10 }, { timeoutMs: 5000 });
    expect(sql).toMatchObject({ ok: true, values: [[1, 'x']], columns: [{ name: 'ONE', type: 'integer' }, { name: 'TWO', type: 'string' }] });
  });

  it('shows its logs and follows them', async () => {
    const lines = await a.client.logs({ source: 'all', lines: 50 }, { timeoutMs: 2000 });
    expect(new Set(lines.map(({ source }) => source))).toEqual(new Set(['agent', 'tarantool']));
    const done = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { text } of a.client.followLogs({ source: 'tarantool', lines: 0, filter: 'Marker' }, { signal: done.signal, idleMs: 10_000 })) seen.push(text);
    })();
    await waitFor(
      async () => {
        await lua(a, "require('log').info('marker of the test')");
        return seen.length > 0;
      },
      { timeoutMs: 5000, what: 'the line in the stream', everyMs: 100 },
    );
    done.abort();
    await following;
    expect(seen[0]).toContain('marker of the test');
  });
});
