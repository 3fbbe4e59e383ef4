import { spawn } from 'node:child_process';
import { quoted } from '~/contract/copy-as.ts';
import { waitFor } from './wait.ts';

/** A program as a person has it: on a terminal (`script` of util-linux makes one), which shows what is typed unless the program hides it. */
export async function typed(words: readonly string[], { env, asked, answer }: { env: NodeJS.ProcessEnv; asked: string; answer: string }): Promise<{ shown: string; status: number | null }> {
  const line = words.map(quoted).join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], { env: { ...env, SHELL: '/bin/sh' }, stdio: ['pipe', 'pipe', 'pipe'] });
  let shown = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  try {
    await waitFor(() => shown.includes(asked) || ended(), { timeoutMs: 20_000, what: `"${asked}"` });
    child.stdin.write(answer);
    await waitFor(ended, { timeoutMs: 20_000, what: 'the program to end' });
  } finally {
    if (!ended()) child.kill('SIGKILL');
  }
  return { shown, status: child.exitCode };
}
