import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cleanEnvironment } from './launch.ts';

/**
 * A program that does one thing and tells about it line by line. It has a deadline, and nothing of the agent's own
 * environment; what it says on stderr comes back with its end, up to a limit.
 */
export type ProgramOptions = { readonly timeoutMs: number; readonly signal?: AbortSignal; readonly onLine?: (line: string) => void };
export type ProgramEnd = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly late: boolean; readonly said: string };

const saidCharsMax = 4000;
const lineCharsMax = 64 * 1024;

/** Rejects only where it cannot be started. The whole process group is killed when the time is up. */
export function runProgram(file: string, args: readonly string[], { timeoutMs, signal, onLine }: ProgramOptions): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: cleanEnvironment(process.env) });
    let late = false;
    let said = '';
    const kill = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, timeoutMs);
    signal?.addEventListener('abort', kill, { once: true });
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      reject(new Error(error.code === 'ENOENT' ? `${file} is not there` : `${file} cannot be started: ${error.message}`));
    });
    child.once('spawn', () => {
      if (signal?.aborted) kill();
    });
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => onLine?.(line.slice(0, lineCharsMax)));
    child.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-saidCharsMax)));
    child.once('close', (code, ended) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      resolve({ code, signal: ended, late, said: said.trim() });
    });
  });
}
