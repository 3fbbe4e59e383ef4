// Bundles what Node runs (dist/) and builds the dashboard (.next/), each only when its sources have changed.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startedAt } from './lib/processes.mjs';
import { endOnSignals, run } from './lib/run.mjs';

const root = join(import.meta.dirname, '..');
const bundled = ['contract', 'core', 'link', 'swim', 'iproto', 'state', 'lua', 'agent', 'router', 'server', 'cli', 'scripts/build.mjs', 'tsconfig.json', 'package-lock.json'];
const paged = ['app', 'contract', 'core/issues', 'next.config.js', 'next.config.ts', 'proxy.ts', 'postcss.config.mjs', 'public', 'package-lock.json'];

/** What finds files of its own beside it (native code, WebAssembly, workers, the dashboard) stays where npm has put it. */
const apart = ['next', '@prisma/*', '@libsql/*', 'libsql', '@node-rs/argon2', 'pg', 'pino'];

/**
 * V8 keeps the whole text of a program for as long as it runs, with two bytes to each character once a single one is
 * beyond Latin-1: without the comments of libraries, which have such, an agent takes 3 MB less. Names and lines stay, for
 * whoever reads a stack.
 */
const small = { charset: 'ascii', minifyWhitespace: true, lineLimit: 160 };

function* filesOf(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) return void (yield path);
  for (const name of readdirSync(path).toSorted()) if (name !== 'docs' || !path.endsWith('public')) yield* filesOf(join(path, name));
}

function digestOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) for (const file of filesOf(join(root, part))) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

async function whenChanged({ mark, parts, made }, build) {
  const file = join(root, mark);
  const digest = digestOf(parts);
  if (existsSync(file) && readFileSync(file, 'utf8') === digest && existsSync(join(root, made))) return false;
  await build();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, digest);
  return true;
}

async function bundle() {
  const { build } = await import('esbuild');
  const dist = join(root, 'dist');
  // Built beside and then moved in: whoever starts a program meanwhile finds the old one whole or the new one whole.
  const fresh = join(dist, `.new-${process.pid}`);
  const fades = join(dist, `.old-${process.pid}`);
  clearAway(dist);
  const common = { absWorkingDir: root, bundle: true, platform: 'node', format: 'esm', target: 'node20.19', outExtension: { '.js': '.mjs' }, logLevel: 'warning', legalComments: 'none', sourcemap: 'linked', ...small };
  const banner = { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" };
  // Libraries are in the bundle: to find and read some hundred files of them would be a third of the time that an agent takes to start.
  const program = (name, entries) => existsSync(join(root, Object.values(entries)[0])) && build({ ...common, banner, external: apart, entryPoints: entries, outdir: join(fresh, name) });
  // The gossip worker stands beside each program that starts it: it is found relative to the running file.
  const worker = existsSync(join(root, 'swim/worker.ts')) ? { worker: 'swim/worker.ts' } : {};
  await Promise.all([
    program('agent', { main: 'agent/main.ts', simulated: 'agent/simulated/main.ts', ...worker }),
    program('router', { main: 'router/main.ts' }),
    program('server', { main: 'server/main.ts', ...worker }),
    program('swim', { index: 'swim/index.ts', ...worker }),
    existsSync(join(root, 'cli/main.ts')) &&
      build({
        ...common,
        entryPoints: { main: 'cli/main.ts' },
        outdir: join(fresh, 'cli'),
        splitting: true,
        minify: true,
        sourcemap: false,
        banner,
      }),
  ]);
  for (const file of filesOf(fresh)) if (file.endsWith('.mjs') && /[^\0-\x7f]/.test(readFileSync(file, 'latin1'))) throw new Error(`${file} is not ASCII: whoever runs it would hold its text twice as large.`);
  cpSync(join(root, 'lua'), join(fresh, 'lua'), { recursive: true });
  mkdirSync(fades);
  for (const name of readdirSync(fresh)) {
    if (existsSync(join(dist, name))) renameSync(join(dist, name), join(fades, name));
    renameSync(join(fresh, name), join(dist, name));
  }
  for (const folder of [fresh, fades]) rmSync(folder, { recursive: true });
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  mkdirSync(join(root, 'public/docs'), { recursive: true });
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) cpSync(join(swagger, file), join(root, 'public/docs', file));
}

/** What builds have left that were stopped in the middle; a build beside this one keeps its own. */
function clearAway(dist) {
  for (const name of existsSync(dist) ? readdirSync(dist) : []) {
    const pid = /^\.(?:new|old)-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && startedAt(pid) === null) rmSync(join(dist, name), { recursive: true, force: true });
  }
}

const next = () => run(process.execPath, ['node_modules/next/dist/bin/next', 'build'], { cwd: root, env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } });

/** Resolves to what was rebuilt. `pages: false` leaves the dashboard alone. */
export async function buildAll({ pages = true } = {}) {
  const rebuilt = [];
  if (await whenChanged({ mark: 'dist/.sources', parts: bundled, made: 'dist/cli/main.mjs' }, bundle)) rebuilt.push('programs');
  if (pages && existsSync(join(root, 'app/layout.tsx')) && (await whenChanged({ mark: '.next/.sources', parts: paged, made: '.next/BUILD_ID' }, next))) rebuilt.push('dashboard');
  return rebuilt;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endOnSignals();
  const rebuilt = await buildAll({ pages: !process.argv.includes('--no-pages') });
  process.stdout.write(rebuilt.length > 0 ? `built ${rebuilt.join(' and ')}\n` : 'nothing has changed\n');
}
