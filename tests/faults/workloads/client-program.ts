/** The client process as one file for Node, made once: started from its sources it would take a second of a processor each time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve as absolute } from 'node:path';
import { build } from 'esbuild';

let made: Promise<string> | null = null;

export function clientProgram(): Promise<string> {
  made ??= make();
  return made;
}

async function make(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-fault-client-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'client.mjs');
  await build({ entryPoints: [absolute('tests/faults/workloads/client-main.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20.19', packages: 'external', absWorkingDir: absolute('.'), logLevel: 'warning' });
  return outfile;
}
