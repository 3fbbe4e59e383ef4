import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { waitFor } from './wait.ts';

/** A private PostgreSQL: its own data in a temporary folder, a free loopback port, nothing shared with the system's. */
export type Postgres = {
  /** `postgresql://...` of a new, empty database. */
  createDatabase(name: string): string;
  stop(): Promise<void>;
};

const bin = '/usr/lib/postgresql/15/bin';

/** PostgreSQL refuses to run as root; Debian's package makes this user. */
const asRoot = process.getuid?.() === 0;
const command = (program: string, args: readonly string[]) => (asRoot ? { file: 'runuser', args: ['-u', 'postgres', '--', join(bin, program), ...args] } : { file: join(bin, program), args: [...args] });

function idOf(flag: '-u' | '-g'): number {
  return Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim());
}

function run(program: string, args: readonly string[]): void {
  const { file, args: all } = command(program, args);
  const ran = spawnSync(file, all, { encoding: 'utf8', timeout: 60_000 });
  if (ran.status !== 0) throw new Error(`${program} failed: ${ran.error?.message ?? ''}${ran.stderr}${ran.stdout}`);
}

export async function startPostgres(): Promise<Postgres> {
  if (!existsSync(join(bin, 'postgres'))) throw new Error('PostgreSQL 15 is missing: apt-get install postgresql');
  const folder = mkdtempSync(join(tmpdir(), 'coterie-pg-'));
  chmodSync(folder, 0o700);
  if (asRoot) chownSync(folder, idOf('-u'), idOf('-g'));
  const data = join(folder, 'data');
  run('initdb', ['-D', data, '-U', 'coterie', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C']);
  const port = await freePort();
  // A test's database may be lost at a power cut; that it keeps its promises to others does not hang on fsync.
  const { file, args } = command('postgres', ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off', '-c', 'max_connections=60']);
  const log: string[] = [];
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  child.stderr.on('data', (chunk: Buffer) => log.length < 200 && log.push(String(chunk)));
  const ready = () => {
    const probe = command('pg_isready', ['-h', '127.0.0.1', '-p', String(port), '-q']);
    if (child.exitCode !== null) throw new Error(`postgres ended: ${log.join('')}`);
    return spawnSync(probe.file, probe.args).status === 0;
  };
  await waitFor(ready, { timeoutMs: 30_000, what: 'PostgreSQL to accept connections', everyMs: 50 }).catch((error: unknown) => {
    stopGroup(child, 'SIGKILL');
    throw error;
  });
  return {
    createDatabase: (name) => {
      run('createdb', ['-h', '127.0.0.1', '-p', String(port), '-U', 'coterie', name]);
      return `postgresql://coterie@127.0.0.1:${port}/${name}`;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      stopGroup(child, 'SIGINT');
      const timer = setTimeout(() => stopGroup(child, 'SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The group: `runuser` stands between us and postgres. SIGINT is PostgreSQL's fast shutdown. */
function stopGroup(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): void {
  if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, signal);
}
