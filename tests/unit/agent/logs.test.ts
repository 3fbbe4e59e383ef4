import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { follow } from '~/agent/logs/follow.ts';
import { agentLineOf, tarantoolLineOf } from '~/agent/logs/line.ts';
import { openLogger } from '~/agent/logs/logger.ts';
import { readLogs } from '~/agent/logs/read.ts';
import { rotateHeld } from '~/agent/logs/rotate.ts';
import { lastLines } from '~/agent/logs/tail.ts';
import { lastWords } from '~/agent/process/last-words.ts';
import { waitFor } from '../../support/wait.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coterie-logs-'));
  path = join(folder, 'a.log');
});

describe('log lines', () => {
  it('reads those of Tarantool', () => {
    expect(tarantoolLineOf('2026-11-21 06:16:22.207 [22042] main/115/lua I> set it')).toEqual({ at: new Date(2026, 10, 21, 6, 16, 22, 207).getTime(), source: 'tarantool', level: 'info', text: 'main/115/lua: set it' });
    expect(tarantoolLineOf("2026-11-21 06:16:24.967 [1] main/106/lua F> can't initialize").level).toBe('fatal');
    expect(tarantoolLineOf('2026-11-21 06:16:24.965 [22109] main/113/applier coio.cc:108 !> SystemError connect').level).toBe('error');
    expect(tarantoolLineOf('stack traceback:')).toEqual({ at: null, source: 'tarantool', level: 'info', text: 'stack traceback:' });
  });

  it('reads those of the agent, and what is none', () => {
    expect(agentLineOf('{"level":40,"time":5,"pid":7,"msg":"careful"}')).toEqual({ at: 5, source: 'agent', level: 'warn', text: 'careful' });
    expect(agentLineOf('{"level":30,"time":5,"version":7,"msg":"done"}').text).toBe('done {"version":7}');
    expect(agentLineOf('half a li')).toEqual({ at: null, source: 'agent', level: 'info', text: 'half a li' });
  });
});

describe('log files', () => {
  it('gives the last lines over a rotation, whatever the block size', () => {
    writeFileSync(`${path}.1`, Array.from({ length: 3000 }, (_, i) => `old ${i} ${'x'.repeat(50)}`).join('\n').concat('\n'));
    writeFileSync(path, 'new 0\nnew 1\n');
    expect(lastLines(path, 2)).toEqual(['new 0', 'new 1']);
    const lines = lastLines(path, 2500);
    expect(lines).toHaveLength(2500);
    expect(lines[0]).toMatch(/^old 502 /);
    expect(lastLines(join(folder, 'none'), 5)).toEqual([]);
    expect(lastLines(path, 0)).toEqual([]);
  });

  it('turns over its own file, and keeps so many', () => {
    const log = openLogger(path, { level: 'info', name: 'a', now: () => 1, stderr: false, rotation: { bytesMax: 500, kept: 2 } });
    for (let i = 0; i < 60; i++) log.info({ i }, 'something');
    log.debug('not this');
    expect(statSync(path).size).toBeLessThanOrEqual(500);
    expect([1, 2, 3].map((n) => existsSync(`${path}.${n}`))).toEqual([true, true, false]);
    expect(JSON.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)!)).toEqual({ level: 30, time: 1, i: 59, msg: 'something' });
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('renames a file that another process holds, once for each that is begun', () => {
    writeFileSync(path, 'x'.repeat(600));
    expect(rotateHeld(path, { bytesMax: 1000, kept: 2 })).toBe(false);
    const held = openSync(path, 'a');
    expect(rotateHeld(path, { bytesMax: 500, kept: 2 })).toBe(true);
    expect(rotateHeld(path, { bytesMax: 0, kept: 2 })).toBe(false);
    writeSync(held, ' goes on');
    closeSync(held);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.1`, 'utf8')).toBe(`${'x'.repeat(600)} goes on`);
    expect(lastLines(path, 1)).toEqual([`${'x'.repeat(600)} goes on`]);
  });

  it('follows a file over its rotation', async () => {
    writeFileSync(path, 'before\n');
    const done = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const line of follow(path, done.signal)) seen.push(line);
    })();
    appendFileSync(path, 'one\ntw');
    await waitFor(() => seen.length === 1, { timeoutMs: 3000, what: 'the first line' });
    appendFileSync(path, 'o\n');
    await waitFor(() => seen.length === 2, { timeoutMs: 3000, what: 'the second line' });
    rotateHeld(path, { bytesMax: 1, kept: 1 });
    appendFileSync(`${path}.1`, 'three\n');
    await waitFor(() => seen.length === 3, { timeoutMs: 3000, what: 'the line that came to the renamed file' });
    appendFileSync(path, 'four\n');
    await waitFor(() => seen.length === 4, { timeoutMs: 3000, what: 'the line behind the rotation' });
    done.abort();
    await following;
    expect(seen).toEqual(['one', 'two', 'three', 'four']);
  });

  it('puts all logs in the order of time, and filters', () => {
    const files = { agent: join(folder, 'agent.log'), tarantool: join(folder, 'tarantool.log'), router: join(folder, 'router.log') };
    const at = (ms: number) => new Date(2026, 0, 1, 0, 0, 0, ms).getTime();
    writeFileSync(files.agent, `${JSON.stringify({ level: 30, time: at(1), msg: 'A1' })}\n${JSON.stringify({ level: 30, time: at(3), msg: 'A3' })}\n`);
    writeFileSync(files.tarantool, '2026-01-01 00:00:00.002 [1] main I> T2\nstack of T2\n');
    expect(readLogs(files, { source: 'all', lines: 10 }).map(({ text }) => text)).toEqual(['A1', 'main: T2', 'stack of T2', 'A3']);
    expect(readLogs(files, { source: 'all', lines: 10, filter: 'stack' }).map(({ text }) => text)).toEqual(['stack of T2']);
    expect(readLogs(files, { source: 'agent', lines: 1 }).map(({ text }) => text)).toEqual(['A3']);
    expect(readLogs(files, { source: 'router', lines: 1 })).toEqual([]);
    writeFileSync(files.router, `${JSON.stringify({ level: 30, time: at(2), msg: 'worker 1: R2' })}\n`);
    expect(readLogs(files, { source: 'all', lines: 2 }).map(({ source, text }) => `${source} ${text}`)).toEqual(['router worker 1: R2', 'agent A3']);
  });

  it('finds why a process ended, in its own lines only', () => {
    writeFileSync(path, '2026-01-01 00:00:00.002 [1] main F> of a run before\ncontrol socket at x\n2026-01-01 00:00:01.002 [1] main/106/lua F> cannot lock\n2026-01-01 00:00:01.003 [1] main I> bye\n');
    expect(lastWords(path)).toBe('cannot lock');
    appendFileSync(path, 'control socket at x\n2026-01-01 00:00:02.003 [1] main/1/lua I> ready\n');
    expect(lastWords(path)).toBe('ready');
  });

  it('takes nothing of a run before for it, also when the new one ended before it said what it is', () => {
    writeFileSync(path, '2026-01-01 00:00:00.002 [1] main F> of a run before\n');
    const from = statSync(path).size;
    expect(lastWords(path, from)).toBeNull();
    appendFileSync(path, 'out of order\n');
    expect(lastWords(path, from)).toBe('out of order');
    writeFileSync(path, 'turned over\n');
    expect(lastWords(path, from)).toBe('turned over');
  });

  it('takes a lost connection for no reason to end', () => {
    writeFileSync(path, 'control socket at x\n2026-01-01 00:00:01.002 [1] main/125/applier/u@h:1 coio.cc:108 !> SystemError connect: Connection refused\n2026-01-01 00:00:02.002 [1] main I> the end\n');
    expect(lastWords(path)).toBe('the end');
  });
});
