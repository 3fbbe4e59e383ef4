import { execFileSync } from 'node:child_process';
import { chmodSync, constants, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { HostHook, signOf, type HostSettings } from '~/agent/failover/host-hook.ts';
import { timeoutBySysfs, Watchdog } from '~/agent/failover/watchdog.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { waitFor } from '../../support/wait.ts';

const none: HostSettings = { hostWatchdog: null, fenceCommand: null, stonithCommand: null, stonithPolicy: 'try' };
const victim = { instance: 'uuid-1', replicaset: 'uuid-r', epoch: 7, reason: 'It does not answer; "quoted" $HOME' };

let folder: string;
let lines: string[];
let clock = 0;
let scripts = 0;
const note = (data: object | string, text?: string) => void lines.push(typeof data === 'string' ? data : `${text} ${JSON.stringify(data)}`);
const log: Logger = { debug: note, info: note, warn: note, error: note, fatal: note };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coterie-host-'));
  lines = [];
});

const device = (): string => {
  const path = join(folder, 'watchdog');
  writeFileSync(path, '');
  return path;
};
const watchdogOf = (path: string, { seconds = 1, refuses = null, asked = [] }: { seconds?: number | null; refuses?: string | null; asked?: number[] } = {}) =>
  new Watchdog({ log, setTimeout: async (_device, wanted) => (asked.push(wanted), refuses), timeoutOf: () => seconds, now: () => clock }, path);

const script = (text: string): string => {
  const path = join(folder, `program-${(scripts += 1)}`);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o700);
  return path;
};

describe('the watchdog of the host', () => {
  it('is opened by the first sign of life, kept by each one, and switched off in order', async () => {
    const path = device();
    const asked: number[] = [];
    const watchdog = watchdogOf(path, { asked });
    const hook = new HostHook({ log, watchdog }, { ...none, hostWatchdog: path });
    expect(watchdog.armed).toBe(false);
    hook.alive(1880);
    await waitFor(() => watchdog.armed, { timeoutMs: 5000, what: 'the watchdog' });
    hook.alive(1880);
    hook.alive(1880);
    expect(readFileSync(path, 'utf8')).toBe('111');
    expect(asked).toEqual([1]);
    expect(hook.problem).toBeNull();
    await hook.suspend();
    expect(readFileSync(path, 'utf8')).toBe('111V');
    expect(watchdog.armed).toBe(false);
    await hook.suspend();
    hook.alive(1880);
    await waitFor(() => watchdog.armed, { timeoutMs: 5000, what: 'the watchdog again' });
    await hook.close();
    expect(readFileSync(path, 'utf8')).toBe('111V1V');
    expect(watchdog.armed).toBe(false);
  });

  it('says where it acts too late, or nobody knows when', async () => {
    const path = device();
    for (const [options, limitMs, problem] of [
      [{ seconds: 60 }, 1880, /acts after 60 s, later than the lease allows \(1880 ms\)/],
      [{ seconds: null, refuses: 'wdctl is not there' }, 1880, /when .* acts is not known: wdctl is not there/],
      [{ seconds: 1 }, 900, /acts after 1 s, later .* \(900 ms\): no watchdog acts within less than a second/],
    ] as const) {
      const watchdog = watchdogOf(path, options);
      watchdog.alive(limitMs);
      await waitFor(() => watchdog.armed, { timeoutMs: 5000, what: 'the watchdog' });
      expect(watchdog.problem).toMatch(problem);
      await watchdog.suspend();
    }
  });

  it('reports a device that cannot be had, once, and tries again', async () => {
    const path = join(folder, 'gone');
    const watchdog = watchdogOf(path);
    watchdog.alive(2000);
    await waitFor(() => watchdog.problem, { timeoutMs: 5000, what: 'the problem' });
    await watchdog.suspend();
    clock += 5000;
    watchdog.alive(2000);
    await watchdog.suspend();
    expect(lines.filter((line) => line.includes('cannot be opened')).length).toBe(1);
    writeFileSync(path, '');
    watchdog.alive(2000);
    await watchdog.suspend();
    expect(readFileSync(path, 'utf8')).toBe('');
    clock += 5000;
    watchdog.alive(2000);
    await waitFor(() => watchdog.armed, { timeoutMs: 5000, what: 'the watchdog' });
    expect(watchdog.problem).toBeNull();
  });

  it('writes to a device that somebody reads', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const watchdog = watchdogOf(path);
    watchdog.alive(2000);
    await waitFor(() => watchdog.armed, { timeoutMs: 5000, what: 'the watchdog' });
    watchdog.alive(2000);
    await watchdog.suspend();
    const got = Buffer.alloc(10);
    expect(got.toString('utf8', 0, readSync(reader, got))).toBe('11V');
  });

  it('knows the time of a device from sysfs', () => {
    const path = device();
    mkdirSync(join(folder, 'sys', 'watchdog0'), { recursive: true });
    writeFileSync(join(folder, 'sys', 'watchdog0', 'timeout'), '15\n');
    expect(timeoutBySysfs(path, join(folder, 'sys'))).toBe(15);
    expect(timeoutBySysfs(path, join(folder, 'nowhere'))).toBeNull();
  });
});

describe('the sign that a host gets', () => {
  it('is that of life only while the lease holds, and none before an instance past it is known to have stopped', () => {
    const leads = { writable: true, leads: true, deadline: 1000 };
    expect(signOf(leads, 1000)).toBe('alive');
    expect(signOf(leads, 1001)).toBe('silent');
    expect(signOf({ ...leads, leads: false }, 500)).toBe('silent');
    expect(signOf({ ...leads, deadline: null }, 500)).toBe('silent');
    for (const now of [500, 5000]) expect(signOf({ ...leads, writable: false }, now)).toBe('off');
  });
});

describe('programs that fence', () => {
  it('get instance, replicaset, epoch and reason as they are, and nothing of the agent', async () => {
    process.env.COTERIE_SECRET = 'secret';
    const out = join(folder, 'out');
    const hook = new HostHook({ log }, { ...none, fenceCommand: script(`for a in "$@"; do echo "$a"; done > ${out}; env >> ${out}`) });
    expect(await hook.fence(victim)).toEqual({ ran: true, ok: true, sentence: 'fence_command has done it.' });
    delete process.env.COTERIE_SECRET;
    const text = readFileSync(out, 'utf8');
    expect(text.split('\n').slice(0, 4)).toEqual(['uuid-1', 'uuid-r', '7', victim.reason]);
    expect(text).not.toContain('COTERIE_');
    expect(lines.some((line) => line.includes('exit code 0'))).toBe(true);
  });

  it('run once at a time for the same instance and epoch', async () => {
    const out = join(folder, 'out');
    const hook = new HostHook({ log }, { ...none, fenceCommand: script(`echo x >> ${out}; while [ ! -e ${folder}/go ]; do sleep 0.02; done`) });
    const both = [hook.fence(victim), hook.fence(victim)];
    await waitFor(() => existsSync(out), { timeoutMs: 10_000, what: 'the program' });
    writeFileSync(join(folder, 'go'), '');
    expect((await Promise.all(both)).every(({ ok }) => ok)).toBe(true);
    expect(readFileSync(out, 'utf8')).toBe('x\n');
  });

  it('fail with what they said, and are ended with the agent', async () => {
    const failing = script('echo no such host >&2; exit 3');
    expect(await new HostHook({ log }, { ...none, fenceCommand: failing }).fence(victim)).toEqual({ ran: true, ok: false, sentence: 'fence_command ended with exit code 3: no such host.' });
    const hook = new HostHook({ log }, { ...none, fenceCommand: script('sleep 60') });
    const outcome = hook.fence(victim);
    await hook.close();
    expect(await outcome).toMatchObject({ ok: false, sentence: expect.stringContaining('SIGKILL') as string });
  });

  it('decide on a take-over where the policy says so', async () => {
    const stonithCommand = script('exit 1');
    expect(await new HostHook({ log }, { ...none, stonithCommand, stonithPolicy: 'require' }).stonith(victim)).toMatchObject({ ran: true, ok: false });
    expect(await new HostHook({ log }, { ...none, stonithCommand, stonithPolicy: 'try' }).stonith(victim)).toMatchObject({ ran: true, ok: true, sentence: 'stonith_command ended with exit code 1.' });
    expect(await new HostHook({ log }, { ...none, stonithCommand: script('exit 0'), stonithPolicy: 'require' }).stonith(victim)).toMatchObject({ ok: true });
    expect(await new HostHook({ log }, none).stonith(victim)).toEqual({ ran: false, ok: true, sentence: 'There is no stonith_command.' });
  });

  it('have to be there when the agent starts', () => {
    const plain = join(folder, 'plain');
    writeFileSync(plain, '', { mode: 0o600 });
    for (const [name, settings] of [['host_watchdog', { hostWatchdog: join(folder, 'none') }], ['fence_command', { fenceCommand: plain }], ['stonith_command', { stonithCommand: join(folder, 'none') }]] as const) {
      expect(() => new HostHook({ log }, { ...none, ...settings })).toThrow(name);
    }
  });
});
