import { mkdtempSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Control } from '~/agent/process/control.ts';
import { alive, ownUsage, startedAtMs, startOf, usageOf } from '~/agent/process/proc.ts';
import { Restarts } from '~/agent/process/restarts.ts';

describe('restarts', () => {
  it('begins again at once, then waits twice as long after each short run, at most 30 s', () => {
    const restarts = new Restarts();
    const waits: number[] = [];
    let now = 0;
    for (let i = 0; i < 10; i++) {
      restarts.started(now);
      now += 10;
      restarts.exited(now, 'signal SIGKILL');
      waits.push(restarts.nextStartAt! - now);
      now = restarts.nextStartAt!;
    }
    expect(waits).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000]);
    expect(restarts.count).toBe(10);
  });

  it('calls five short runs a crash loop, until it has run for a minute', () => {
    const restarts = new Restarts();
    for (let i = 0; i < 4; i++) {
      restarts.started(i * 10);
      restarts.exited(i * 10 + 5, 'x');
    }
    expect(restarts.crashLoop(50)).toBe(false);
    restarts.started(100);
    restarts.exited(105, 'x');
    expect(restarts.crashLoop(106)).toBe(true);
    restarts.started(4000);
    expect(restarts.crashLoop(5000)).toBe(true);
    expect(restarts.crashLoop(64_000)).toBe(false);
    restarts.exited(64_001, 'x');
    expect(restarts.nextStartAt).toBe(64_001);
  });

  it('is forgiven by a person, and keeps what happened', () => {
    const restarts = new Restarts();
    for (let i = 0; i < 6; i++) restarts.exited(i, 'exit code 1: no');
    restarts.forgive();
    expect(restarts).toMatchObject({ nextStartAt: null, count: 6, lastExit: 'exit code 1: no' });
    expect(restarts.crashLoop(10)).toBe(false);
  });
});

describe('/proc', () => {
  it('tells a process by pid and start', () => {
    const self = { pid: process.pid, started: startOf(process.pid)! };
    expect(alive(self)).toBe(true);
    expect(alive({ ...self, started: '1' })).toBe(false);
    expect(alive({ pid: 2 ** 22 + 1, started: '1' })).toBe(false);
    expect(usageOf(process.pid)!.rssBytes).toBeGreaterThan(10_000_000);
    const [own, read] = [ownUsage(), usageOf(process.pid)!];
    expect(Math.abs(own.rssBytes - read.rssBytes)).toBeLessThan(16_000_000);
    expect(Math.abs(own.cpuMs - read.cpuMs)).toBeLessThan(200);
    expect(Math.abs(startedAtMs(self) - (Date.now() - process.uptime() * 1000))).toBeLessThan(3000);
  });
});

describe('the control client', () => {
  let server: Server | null = null;
  afterEach(() => void server?.close());

  const withServer = async (serve: (socket: Socket) => void): Promise<Control> => {
    const path = join(mkdtempSync(join(tmpdir(), 'coterie-control-')), 'c.sock');
    server = createServer(serve);
    await new Promise<void>((done) => server!.listen(path, done));
    return Control.open(path);
  };

  it('matches answers that come in any order, in pieces, several at once', async () => {
    const control = await withServer((socket) => {
      const seen: { id: number; method: string }[] = [];
      let rest = '';
      socket.on('data', (data: Buffer) => {
        const lines = (rest + data.toString()).split('\n');
        rest = lines.pop()!;
        seen.push(...lines.map((line) => JSON.parse(line) as { id: number; method: string }));
        if (seen.length < 3) return;
        const text = seen.toReversed().map(({ id, method }) => `${JSON.stringify({ id, result: `${method} é` })}\n`).join('');
        for (const byte of Buffer.from(text)) socket.write(Buffer.from([byte]));
      });
    });
    expect(await Promise.all(['a', 'b', 'c'].map((method) => control.call(method, {}, 2000)))).toEqual(['a é', 'b é', 'c é']);
    control.close();
  });

  it('gives up at the deadline, and ignores what comes later', async () => {
    const control = await withServer((socket) => socket.on('data', () => setTimeout(() => socket.write('{"id":1,"result":1}\n'), 60)));
    await expect(control.call('slow', {}, 20)).rejects.toMatchObject({ code: 'TIMED_OUT' });
    await expect(control.call('slow', {}, 100)).rejects.toMatchObject({ code: 'TIMED_OUT' });
    control.close();
  });

  it('fails what waits when the other side goes, and says what Lua said', async () => {
    const control = await withServer((socket) => socket.once('data', () => {
      socket.write('{"id":1,"error":{"message":"no space","stack":"in main"}}\n');
      socket.once('data', () => socket.destroy());
    }));
    await expect(control.call('first', {}, 1000)).rejects.toMatchObject({ message: 'no space', luaStack: 'in main' });
    await expect(control.call('second', {}, 1000)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await control.closed;
    await expect(control.call('third', {}, 1000)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('closes on what is no answer', async () => {
    const control = await withServer((socket) => socket.on('data', () => socket.write('garbage\n')));
    await expect(control.call('any', {}, 1000)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
