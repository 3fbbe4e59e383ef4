import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { waitFor } from './wait.ts';

/** SIGSTOP, and until it has reached every thread: until then one of them may still answer. */
export async function stopProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await waitFor(() => readdirSync(`/proc/${pid}/task`).every((task) => / T /.test(stateOf(pid, task))), { timeoutMs: 20_000, what: `${pid} to stop`, everyMs: 2 });
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** Sends the signal, and resolves when the process is gone; at once where it is already. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await gone;
}

/** What follows the name, which may hold anything, in the thread's line. */
function stateOf(pid: number, task: string): string {
  const line = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
  return line.slice(line.lastIndexOf(')') + 1, line.lastIndexOf(')') + 4);
}
