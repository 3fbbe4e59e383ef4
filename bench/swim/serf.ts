/** HashiCorp's serf as Debian ships it: events are read from its log as it writes them. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { clockMs, type BenchKind, type BenchMember, type EventKind, type SeenEvent } from './cluster.ts';
import type { Namespace } from './namespace.ts';

const firstPort = 18_000;
const firstRpcPort = 19_000;

const patterns: readonly [EventKind, RegExp][] = [
  ['join', /EventMemberJoin: (\S+)/],
  ['dead', /EventMemberFailed: (\S+)/],
  ['left', /EventMemberLeave: (\S+)/],
  ['suspect', /memberlist: Suspect (\S+) has failed/],
];

export function serf(namespace: Namespace): BenchKind {
  return {
    title: 'serf (lan)',
    prepare: async (index) => ({ join: async (seed) => start(namespace, index, seed) }),
  };
}

function start(namespace: Namespace, index: number, seed: number | undefined): BenchMember {
  const name = `n${index}`;
  const join = seed === undefined ? [] : [`-retry-join=127.0.0.1:${firstPort + seed}`, '-retry-interval=100ms'];
  const args = ['agent', `-node=${name}`, `-bind=127.0.0.1:${firstPort + index}`, `-rpc-addr=127.0.0.1:${firstRpcPort + index}`, '-profile=lan', '-log-level=info', ...join];
  const [command, all] = namespace.wrap('serf', args);
  const child = spawn(command, all, { stdio: ['ignore', 'pipe', 'ignore'] });
  const seen: SeenEvent[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const atMs = clockMs();
    for (const [kind, pattern] of patterns) {
      const about = pattern.exec(line)?.[1];
      if (about !== undefined) seen.push({ kind, about, atMs });
    }
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    name,
    pid: child.pid ?? 0,
    events: async () => seen,
    leave: async () => {
      child.kill('SIGINT');
      await gone;
    },
    silence: () => void (namespace.silence(firstPort + index) || child.kill('SIGSTOP')),
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
