import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Starts `store-writer.ts` as a process of its own, which ends with this one. */
export type Writer = { readonly child: ChildProcess; /** Resolves when its store is open. */ readonly opened: Promise<void>; /** Versions that it decided; rejects when it fails. */ readonly won: Promise<number[]> };

export function startWriter(url: string, name: string, rounds: number): Writer {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'store-writer.ts'), url, name, String(rounds)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, error] = ['', ''];
  child.stderr!.on('data', (chunk: Buffer) => void (error += String(chunk)));
  const opened = new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      out += String(chunk);
      if (out.startsWith('open\n')) resolve();
    });
    child.once('exit', () => reject(new Error(`${name} ended: ${error}`)));
  });
  const won = new Promise<number[]>((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(out.split('\n')[1]!) as number[]) : reject(new Error(`${name} ended with ${code}: ${error}`))));
  });
  // Whoever only kills a writer does not ask what it won.
  won.catch(() => undefined);
  opened.catch(() => undefined);
  return { child, opened, won };
}
