/**
 * Which processes run on a node, where nodes share a host: each carries its node's mark in its environment, and so does
 * all that it starts. Tarantool writes over what the kernel shows of that, so whoever works in a folder of the node
 * belongs to it, too. A file names the folders for as long as the lab is there: what a killed one left is swept by it.
 */
import { appendFileSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const variable = 'FAULTS_NODE';
const listed = /^coterie-fault-lab-(\d+)-\d+$/;

let labs = 0;

export class Marked {
  readonly #mark: string;
  readonly #list: string;
  readonly #folders = new Map<string, string>();

  constructor() {
    sweepMarked();
    labs += 1;
    this.#mark = `${process.pid}-${labs}-`;
    this.#list = join(tmpdir(), `coterie-fault-lab-${process.pid}-${labs}`);
  }

  /** For the environment of what is started on a node; `folder`: where it works. */
  environment(node: string, folder: string | undefined): Record<string, string> {
    if (folder !== undefined && !this.#folders.has(folder)) {
      this.#folders.set(folder, node);
      appendFileSync(this.#list, `${folder}\n`);
    }
    return { [variable]: `${this.#mark}${node}` };
  }

  /** Each with its node, also those that detached themselves from what was started. */
  pids(): Map<number, string> {
    return pidsOf((mark) => (mark.startsWith(this.#mark) ? mark.slice(this.#mark.length) : null), this.#folders);
  }

  close(): void {
    rmSync(this.#list, { force: true });
  }
}

/** What labs left whose process is gone. */
export function sweepMarked(): void {
  const folders = new Map<string, string>();
  for (const name of readdirSync(tmpdir())) {
    const pid = listed.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    for (const folder of readQuietly(join(tmpdir(), name)).split('\n')) if (folder !== '') folders.set(folder, 'left');
    rmSync(join(tmpdir(), name), { force: true });
  }
  for (const pid of pidsOf((mark) => (isAlive(Number(mark.split('-')[0])) ? null : 'left'), folders).keys()) signalQuietly(pid, 'SIGKILL');
}

function pidsOf(nodeOf: (mark: string) => string | null, folders: ReadonlyMap<string, string>): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const mark = readQuietly(`/proc/${name}/environ`).split('\0').find((line) => line.startsWith(`${variable}=`))?.slice(variable.length + 1);
    const node = (mark === undefined ? null : nodeOf(mark)) ?? worksIn(name, folders);
    if (node !== null) found.set(Number(name), node);
  }
  return found;
}

function worksIn(pid: string, folders: ReadonlyMap<string, string>): string | null {
  if (folders.size === 0) return null;
  try {
    const at = `${readlinkSync(`/proc/${pid}/cwd`)}/`;
    return [...folders].find(([folder]) => at.startsWith(`${folder}/`))?.[1] ?? null;
  } catch {
    return null;
  }
}

export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Who holds the end of a TCP connection on loopback that has this port; null: nobody of them. */
export function ownerOf(port: number, pids: Iterable<number>): number | null {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => readQuietly(path).split('\n').slice(1)).map((line) => line.trim().split(/\s+/)).filter((words) => words[1]?.endsWith(end)).map((words) => `socket:[${words[9]}]`));
  return [...pids].find((pid) => linksIn(`/proc/${pid}/fd`).some((link) => inodes.has(link))) ?? null;
}

function linksIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => {
      try {
        return readlinkSync(`${folder}/${name}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
