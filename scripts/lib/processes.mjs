import { closeSync, existsSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';

/** Processes of ours, named by pid and start time: a pid alone may be somebody else's by now. */

/** Start time in clock ticks since boot; null when there is no such process (or only its zombie). */
export function startedAt(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : fields[19];
  } catch {
    return null;
  }
}

export const alive = ({ pid, started }) => startedAt(pid) === started && started !== null;

/** Starts a program in its own session, so that Ctrl-C reaches only us and we stop it in order. Output goes to `log`. */
export function launch(command, args, { log, cwd, env }) {
  const output = openSync(log, 'a', 0o600);
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve({ child, pid: child.pid, started: startedAt(child.pid) }));
  });
}

/** A killed process may still be busy in the kernel. */
const deathMs = 5000;

/** Asks to stop, waits, then insists. Resolves when all are gone. */
export async function stopAll(processes, { graceMs }) {
  const signal = (name) => processes.filter(alive).forEach(({ pid }) => process.kill(pid, name));
  const gone = async (limitMs) => {
    const until = Date.now() + limitMs;
    while (processes.some(alive) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 25));
  };
  signal('SIGTERM');
  await gone(graceMs);
  signal('SIGKILL');
  await gone(deathMs);
}

export function portTaken(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1000 });
    const answer = (taken) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/** "node dist/server/main.mjs (pid 4711)", as far as /proc lets us see; Linux only. */
export function holderOf(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    if (!existsSync(table)) continue;
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${hex}`) && fields[3] === '0A') inodes.add(`socket:[${fields[9]}]`);
    }
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const held = readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`)));
      if (held) return `${readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim().slice(0, 120)} (pid ${pid})`;
    } catch {
      // Another user's process, or one that has just ended: its descriptors cannot be read.
    }
  }
  return 'another process';
}
