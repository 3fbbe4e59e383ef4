import { accessSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { step, Stop } from './say.mjs';

/** What is missing on a bare Debian 12 machine with Node 20, and how it gets here: npm's packages, Debian's packages. */

export const root = join(import.meta.dirname, '../..');

/** Debian package -> the file or program that shows that it is there. */
const shownBy = {
  tarantool: 'tarantool',
  chromium: '/usr/bin/chromium',
  postgresql: '/usr/lib/postgresql/15/bin/postgres',
  serf: 'serf',
  'etcd-server': 'etcd',
  // The server itself, too, under another name: its own package would start one on this machine.
  'redis-tools': 'redis-check-rdb',
  patroni: 'patroni',
  // In sbin, which is not on everybody's PATH.
  iproute2: '/usr/sbin/ip',
  nftables: '/usr/sbin/nft',
  procps: '/usr/sbin/sysctl',
};

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Stop(`Node ${process.versions.node} is too old: Coterie needs 20.19 or newer.`);
}

/** `npm ci`, unless what is installed came from this very lock file. */
export const npmPackages = () => step('npm packages', installNpm, { usually: 'half a minute, once' });

async function installNpm(note) {
  const mark = join(root, 'node_modules/.coterie-lock');
  const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8').trim() === wanted) return note('there already');
  if (!onPath('npm')) throw new Stop('npm is not on this machine: it comes with Node (https://nodejs.org), or as the Debian package npm.');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  writeFileSync(mark, wanted);
}

/** What Node runs and, unless `pages` is false, the dashboard. */
export const build = (options) => step('build', async (note) => {
  // Not before npm's packages are there.
  const { buildAll } = await import('../build.mjs');
  note((await buildAll(options)).join(', ') || 'nothing has changed');
}, { usually: 'half a minute, once' });

export async function debianPackages(names) {
  const missing = names.filter((name) => !isThere(shownBy[name]));
  const asRoot = missing.length === 0 || process.getuid() === 0 ? [] : ['sudo'];
  if (missing.length > 0) await mayInstall(missing, asRoot);
  await step('Debian packages', async (note) => {
    if (missing.length === 0) return note('there already');
    const apt = (...args) => {
      const [command, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
      // Killed in the middle, dpkg would leave packages half configured.
      return run(command, rest, { terminal: asRoot.length > 0, graceMs: 120_000 });
    };
    await apt('update', '-q');
    await apt('install', '-q', '-y', '--no-install-recommends', ...missing);
    const still = missing.filter((name) => !isThere(shownBy[name]));
    if (still.length > 0) throw new Stop(`${still.join(', ')} is installed, but ${still.map((name) => shownBy[name]).join(', ')} is not found: is /usr/bin on the PATH?`);
    note(`installed ${missing.join(', ')}`);
  }, { usually: `installing ${missing.join(', ')}` });
}

/** Where the tests look for what is not on the PATH. */
export const toolsFolder = join(root, 'node_modules/.coterie-tools');

/**
 * Prometheus's promtool, which tests alert rules. Out of Debian's package, without installing it: that would start a
 * Prometheus on this machine, and none is wanted.
 */
export const promtool = () => step('promtool', async (note) => {
  if (onPath('promtool') || existsSync(join(toolsFolder, 'promtool'))) return note('there already');
  if (!onPath('apt-get')) throw new Stop('promtool is missing, which comes with Prometheus (https://prometheus.io): put it on the PATH, then run this again.');
  const folder = mkdtempSync(join(tmpdir(), 'coterie-promtool-'));
  try {
    const asRoot = process.getuid() === 0;
    const download = () => run('apt-get', ['download', '-q', ...(asRoot ? ['-o', 'APT::Sandbox::User=root'] : []), 'prometheus'], { cwd: folder });
    // A fresh machine has no lists of packages yet.
    await download().catch(async () => {
      const [command, ...rest] = [...(asRoot ? [] : ['sudo']), 'apt-get', 'update', '-q'];
      await run(command, rest, { terminal: !asRoot, graceMs: 120_000 });
      await download();
    });
    const [archive] = readdirSync(folder);
    await run('dpkg-deb', ['-x', archive, 'files'], { cwd: folder });
    mkdirSync(toolsFolder, { recursive: true });
    copyFileSync(join(folder, 'files/usr/bin/promtool'), join(toolsFolder, 'promtool'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  note('taken out of the Debian package prometheus');
}, { usually: 'a few seconds, once' });

/** Ends with what to do where we cannot; asks for sudo's password on a line of its own. */
async function mayInstall(missing, asRoot) {
  const needed = missing.map((name) => `  ${name.padEnd(10)}  ${shownBy[name].startsWith('/') ? shownBy[name] : `the program ${shownBy[name]} on the PATH`}`).join('\n');
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  const wanting = (rest) => new Stop(`Missing (package of Debian 12, and what is looked for):\n${needed}\n${rest}\nThen run this again. npm run verify needs none of these.`);
  if (!onPath('apt-get')) throw wanting('There is no apt-get on this machine: install with its own package manager what Debian 12 has under these names (Tarantool 2.6, PostgreSQL 15).');
  if (asRoot.length === 0) return;
  if (!onPath('sudo')) throw wanting(`You are not root, and there is no sudo. As root:\n  ${command}`);
  if (await run('sudo', ['-n', 'true'], { terminal: true }).then(() => true, () => false)) return;
  const asks = process.stdin.isTTY;
  if (asks) process.stdout.write(`  Missing: ${missing.join(', ')}. sudo apt-get installs it, and asks for your password.\n`);
  const allowed = asks && (await run('sudo', ['-v'], { show: true }).then(() => true, () => false));
  if (!allowed) throw wanting(`You are not root, and sudo does not let you. As root:\n  ${command}`);
}

const isThere = (shown) => (shown.startsWith('/') ? existsSync(shown) : onPath(shown));

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
