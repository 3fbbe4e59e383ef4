import { spawn } from 'node:child_process';
import { Stop } from './say.mjs';

/** Programs that are run to their end, and what becomes of them when a person does not wait for it. */

/** At work now: the child, whether it leads a process group of its own, and how long it may take to stop. */
const atWork = new Map();
let ending = false;

/**
 * Resolves to the program's output; a failure shows the end of that output. It gets a group of its own, so that Ctrl-C
 * reaches us alone and we stop it with all that it has started; not with `terminal`, for programs that talk to the person.
 * `graceMs` is how long it may go on once it is told to stop.
 */
export function run(command, args, options = {}) {
  const { env = {}, cwd, show = false, terminal = show, graceMs = 2000 } = options;
  return new Promise((resolve, reject) => {
    const child = watched(spawn(command, args, { cwd, detached: !terminal, stdio: [terminal ? 'inherit' : 'ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'], env: { ...process.env, ...env } }), { leads: !terminal, graceMs });
    const output = [];
    child.stdout?.on('data', (data) => output.push(data));
    child.stderr?.on('data', (data) => output.push(data));
    child.on('error', (error) => reject(new Stop(`${command} cannot be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (ending) return;
      const text = Buffer.concat(output).toString();
      if (code === 0) return resolve(text);
      const tail = text.trimEnd().split('\n').slice(-40).join('\n');
      reject(new Stop(`${[command, ...args].join(' ')} ended with ${signal ?? `code ${code}`}${tail ? `:\n${tail}` : ''}`));
    });
  });
}

/** Stopped by `endOnSignals`, as what `run` starts is. */
export function watched(child, { leads = false, graceMs = 20_000 } = {}) {
  atWork.set(child, { leads, graceMs });
  child.once('error', () => atWork.delete(child));
  child.once('close', () => atWork.delete(child));
  return child;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Ctrl-C and its like: whatever is at work is stopped and waited for before we end. A half-done `npm ci` that went on
 * behind our back would spoil the next one. A second signal does not wait. Returns what takes this back.
 */
export function endOnSignals() {
  const tell = (name, isDue = () => true) => {
    for (const [{ pid }, { leads }] of [...atWork].filter(([, { graceMs }]) => isDue(graceMs))) {
      try {
        process.kill(leads ? -pid : pid, name);
      } catch {
        // It has ended by itself.
      }
    }
  };
  const stop = async () => {
    if (ending) {
      tell('SIGKILL');
      process.exit(130);
    }
    ending = true;
    process.stdout.write('\n');
    const toldAt = Date.now();
    tell('SIGINT');
    while (atWork.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      tell('SIGKILL', (graceMs) => Date.now() - toldAt > graceMs);
    }
    process.exit(130);
  };
  for (const signal of signals) process.on(signal, stop);
  return () => signals.forEach((signal) => process.off(signal, stop));
}
