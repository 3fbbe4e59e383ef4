/**
 * The floor under our own figures on this machine: as many Node processes, threads, sealed datagrams and events as the
 * task needs, and no protocol. What this takes cannot be saved.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { BareReport, BareRequest } from './bare-member.ts';
import type { BenchKind, BenchMember, SeenEvent } from './cluster.ts';
import type { Namespace } from './namespace.ts';

const firstPort = 21_000;
/** One ping and its answer are two of the datagrams that a member of ours in profile `fast` sends and gets when idle. */
const pingEveryMs = 310;

function bundle(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'swim-bare-'));
  const entryPoints = ['bare-member', 'bare-worker'].map((name) => path.join(import.meta.dirname, `${name}.ts`));
  buildSync({ entryPoints, outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', target: 'node20', minify: true });
  return path.join(folder, 'bare-member.mjs');
}

export function bare(namespace: Namespace, count: number): BenchKind {
  const program = bundle();
  return {
    title: 'floor: bare Node datagrams',
    prepare: async (index) => {
      const [command, args] = namespace.wrap(process.execPath, [program]);
      const child = spawn(command, args, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const seen: SeenEvent[] = [];
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      const tell = (request: BareRequest) => child.send(request);
      const hears = (word: 'ready' | 'running') => new Promise<void>((resolve) => child.on('message', (report: BareReport) => report === word && resolve()));
      child.on('message', (report: BareReport) => {
        if (typeof report === 'object') seen.push({ kind: report.kind, about: String(report.about), atMs: report.atMs });
      });
      await hears('ready');
      return {
        join: async (): Promise<BenchMember> => {
          const running = hears('running');
          tell({ start: { index, count, firstPort, pingEveryMs } });
          await running;
          return {
            name: String(index),
            pid: child.pid ?? 0,
            events: async () => seen,
            leave: async () => void tell('leave'),
            silence: () => child.kill('SIGSTOP'),
            signal: (signal) => void child.kill(signal),
            kill: async () => {
              child.kill('SIGKILL');
              await gone;
            },
          };
        },
      };
    },
  };
}
