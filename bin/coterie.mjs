#!/usr/bin/env node
// `coterie agent` and `coterie server` are programs of their own; every other word is the command line client's.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [word] = process.argv.slice(2);
const program = word === 'agent' || word === 'server' ? word : 'cli';
const bundle = new URL(`../dist/${program}/main.mjs`, import.meta.url);
if (existsSync(fileURLToPath(bundle))) {
  if (program !== 'cli') process.argv.splice(2, 1);
  await import(bundle.href);
} else {
  process.stderr.write('coterie is not built yet: run `npm run build` (or `npm run up`, which does it).\n');
  process.exitCode = 1;
}
