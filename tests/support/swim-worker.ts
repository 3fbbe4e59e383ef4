/** The worker of the swim library, bundled once into a temporary folder: sources cannot run in a worker thread as they are. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

const root = path.join(import.meta.dirname, '../..');

export function bundleSwimWorker(folder = mkdtempSync(path.join(tmpdir(), 'swim-worker-'))): URL {
  const outfile = path.join(folder, 'worker.mjs');
  buildSync({ entryPoints: [path.join(root, 'swim/worker.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', minify: true });
  return pathToFileURL(outfile);
}
