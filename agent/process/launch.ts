import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { DataFolder } from '~/agent/data/folder.ts';
import { startOf, type ProcessId } from './proc.ts';

/**
 * Starts `tarantool` in a session of its own, so that neither Ctrl-C nor the agent's end reaches it. Its output goes
 * to a file, and its pid and start time to another, by which an agent that comes later finds it again.
 */
export type Launched = { readonly child: ChildProcess; readonly id: ProcessId };

export function launch(folder: DataFolder, { tarantool, script }: { tarantool: string; script: string }): Promise<Launched> {
  rmSync(folder.controlSocket, { force: true });
  const output = openSync(folder.tarantoolLog, 'a', 0o600);
  // The socket is named relative to the work directory: a socket's path may have 107 bytes only.
  const child = spawn(tarantool, [script, '../control.sock', relative(folder.tarantool, folder.tarantoolLog)], { cwd: folder.tarantool, detached: true, stdio: ['ignore', output, output], env: cleanEnvironment(process.env) });
  closeSync(output);
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(error.code === 'ENOENT' ? `${tarantool} is not installed: apt install tarantool, or set --tarantool` : `${tarantool} cannot be started: ${error.message}`));
    });
    child.once('spawn', () => {
      try {
        const id = { pid: child.pid!, started: startOf(child.pid!) ?? '0' };
        writeRecord(folder.processRecord, id);
        child.unref();
        resolve({ child, id });
      } catch (error) {
        // One that no later agent would find must not run.
        child.kill('SIGKILL');
        reject(error as Error);
      }
    });
  });
}

/** What belongs to the agent, secrets above all, is none of the database's business. */
export function cleanEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('COTERIE_') && !name.startsWith('NODE_') && name !== 'DATABASE_URL'));
  // Node's own types ask for a NODE_ENV that no program but ours needs.
  return kept as NodeJS.ProcessEnv;
}

export const writeRecord = (path: string, id: ProcessId): void => writeFileSync(path, JSON.stringify(id), { mode: 0o600 });

export function readRecord(path: string): ProcessId | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(path, 'utf8')) as ProcessId;
    return Number.isInteger(pid) && typeof started === 'string' ? { pid, started } : null;
  } catch {
    return null;
  }
}
