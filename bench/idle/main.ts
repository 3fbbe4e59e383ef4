import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { portsOfUp } from '~/tests/support/ports.ts';
import { taken } from './processes.ts';
import { reportOf, type Window } from './report.ts';

/** What the demo cluster takes when nobody asks anything of it: agents, router and server of `npm run up`, left alone. */
const startMs = 60_000;
/** Since it was ready. V8 goes on compiling what runs again and again for some minutes: a cluster at night is long past that. */
const windowsAtMs = [75_000, 480_000];
const measuredMs = 30_000;

export default async function run(args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-bench-idle-'));
  const { port, offset } = await portsOfUp();
  const data = join(folder, 'data');
  const up = spawn(process.execPath, ['scripts/up.mjs', '--port', String(port), '--offset', String(offset), '--data-dir', data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stopped = () => void up.kill('SIGTERM');
  process.once('SIGINT', stopped).once('SIGTERM', stopped);
  try {
    await ready(up);
    const { processes } = JSON.parse(readFileSync(join(data, 'up.json'), 'utf8')) as { processes: { pid: number }[] };
    const pids = processes.map(({ pid }) => pid);
    const readyAt = performance.now();
    const windows: Window[] = [];
    for (const atMs of windowsAtMs) {
      await wait(readyAt + atMs - performance.now());
      windows.push({ atMs, rows: await measured(pids) });
    }
    const text = reportOf(windows, { args, measuredMs });
    process.stdout.write(text);
    writeFileSync('bench/results/idle.md', text);
  } finally {
    stopped();
    if (up.exitCode === null) await new Promise((resolve) => up.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(pids: readonly number[]): Promise<Window['rows']> {
  const first = taken(pids);
  const begun = performance.now();
  await wait(measuredMs);
  const seconds = (performance.now() - begun) / 1000;
  return taken(first.map(({ pid }) => pid)).map((used, index) => ({ ...used, cpuRatio: (used.cpuSeconds - first[index]!.cpuSeconds) / seconds }));
}

async function ready(up: ChildProcess): Promise<void> {
  const told = new Promise<void>((resolve, reject) => {
    let said = '';
    up.stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ready in')) resolve();
      else if (said.includes('is not ready')) reject(new Error(said));
    });
    up.once('exit', () => reject(new Error(`npm run up ended:\n${said}`)));
  });
  const late = new AbortController();
  await Promise.race([told, wait(startMs, undefined, { signal: late.signal }).then(() => Promise.reject(new Error(`the demo cluster was not ready within ${startMs / 1000} s`)))]).finally(() => late.abort());
}
