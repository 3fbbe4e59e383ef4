import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** The server's own directory: who it is, the one-time link, and a lock, so that two servers never are the same one. */

/** As of the last start. No secret is in it. */
export type ServerInfo = { readonly url: string; readonly provider: 'sqlite' | 'postgresql' };
const infoFile = 'server-info.json';

export type DataDir = {
  /** Drawn at the first start; gossip uuid of this server. */
  readonly uuid: string;
  /** For people and for locks: `host-1a2b3c4d`. */
  readonly owner: string;
  readonly claimFile: string;
  /** Tells commands on this machine where the server is reached and what it keeps its data in. */
  tell(info: ServerInfo): void;
  release(): void;
};

export function openDataDir(path: string): DataDir {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  const lockFile = join(path, 'server.pid');
  const holder = holderOf(lockFile);
  if (holder !== null) throw new Error(`${path} is in use by the server with pid ${holder}. Stop it, or choose another --data-dir.`);
  writeFileSync(lockFile, `${process.pid} ${startedAt(process.pid) ?? ''}`, { mode: 0o600 });
  const idFile = join(path, 'server-id');
  if (!existsSync(idFile)) writeFileSync(idFile, randomUUID(), { mode: 0o600 });
  const uuid = readFileSync(idFile, 'utf8').trim();
  return { uuid, owner: `${hostname()}-${uuid.slice(0, 8)}`, claimFile: join(path, 'claim-link'), tell: (info) => writeFileSync(join(path, infoFile), JSON.stringify(info), { mode: 0o600 }), release: () => rmSync(lockFile, { force: true }) };
}

/** Null where no server has been started on this directory. */
export function infoIn(path: string): ServerInfo | null {
  const file = join(path, infoFile);
  // Written by `tell`.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ServerInfo) : null;
}

/** The pid in the file, where that very process still runs: a pid alone may have gone to somebody else since. */
function holderOf(lockFile: string): number | null {
  if (!existsSync(lockFile)) return null;
  const [pid, started] = readFileSync(lockFile, 'utf8').split(' ');
  const now = startedAt(Number(pid));
  return now !== null && now === started && Number(pid) !== process.pid ? Number(pid) : null;
}

/** Start time in clock ticks since boot; null when there is no such process. */
function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in parentheses and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** The cluster secret. A file that others can read is refused: whoever has it owns the cluster. */
export function readSecret(path: string): string {
  if (!existsSync(path)) throw new Error(`There is no secret file ${path}. Make one on the first host and copy it to the others: openssl rand -hex 32 > ${path} && chmod 600 ${path}`);
  if ((statSync(path).mode & 0o077) !== 0) throw new Error(`${path} can be read by others: chmod 600 ${path}`);
  return readFileSync(path, 'utf8').trim();
}
