import { existsSync, readFileSync, writeFileSync, accessSync, constants } from 'node:fs';
import { createHash } from 'node:crypto';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { Stop } from './say.mjs';

/** What is missing on a bare Debian 12 machine with Node 20, and how it gets here: npm's packages, Debian's packages. */

export const root = join(import.meta.dirname, '../..');

/** Debian package -> a file or program that shows that it is there. */
const shownBy = {
  tarantool: ['tarantool'],
  chromium: ['chromium'],
  postgresql: ['/usr/lib/postgresql/15/bin/postgres'],
  serf: ['serf'],
};

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Stop(`Node ${process.versions.node} is too old: Coterie needs 20.19 or newer.`);
}

/** `npm ci`, unless what is installed came from this very lock file. */
export async function npmPackages(note) {
  const mark = join(root, 'node_modules/.coterie-lock');
  const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return note('there already');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  writeFileSync(mark, wanted);
}

export async function debianPackages(names, note) {
  const missing = names.filter((name) => !shownBy[name].some((file) => (file.startsWith('/') ? existsSync(file) : onPath(file))));
  if (missing.length === 0) return note('there already');
  if (!onPath('apt-get')) throw new Stop(`Missing: ${missing.join(', ')}. apt-get is not on this machine; install ${missing.join(' and ')} with its package manager and run this again (tested with Debian 12's versions).`);
  const asRoot = process.getuid() === 0 ? [] : ['sudo'];
  if (asRoot.length > 0 && !onPath('sudo')) throw new Stop(`Missing: ${missing.join(', ')}. Run as root: apt-get install ${missing.join(' ')}`);
  const apt = (...args) => {
    const [command, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    return run(command, rest);
  };
  await apt('update', '-q');
  await apt('install', '-q', '-y', '--no-install-recommends', ...missing);
  note(`installed ${missing.join(', ')}`);
}

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
