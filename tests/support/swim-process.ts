/** Starts members as processes of their own, so that they can be stopped, killed and measured like real ones. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { Address, MemberView, Stats, SwimEvents, SwimOptions } from '~/swim/index.ts';
import type { MemberReport, MemberRequest } from './swim-member.ts';
import { bundleSwimWorker } from './swim-worker.ts';

export type SeenEvent = { readonly event: keyof SwimEvents; readonly uuid: string; readonly atMs: number };
export type Usage = { readonly user: number; readonly system: number; readonly rss: number; readonly open: readonly string[] };
type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;

export type Wrap = (command: string, args: readonly string[]) => [string, string[]];

export const asItIs: Wrap = (command, args) => [command, [...args]];

const root = path.join(import.meta.dirname, '../..');

export function swimUuid(n: number): string {
  return `${String(n).padStart(8, '0')}-0000-1000-8000-${String(n).padStart(12, '0')}`;
}

/** Wall clock with a fraction, comparable between processes of one machine. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** The program and its worker, bundled; start as many of it as you like. */
export function bundleSwimMember(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'swim-member-'));
  bundleSwimWorker(folder);
  const outfile = path.join(folder, 'member.mjs');
  buildSync({ entryPoints: [path.join(root, 'tests/support/swim-member.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', minify: true });
  return outfile;
}

export class SwimProcess {
  readonly events: SeenEvent[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #nextId = 1;

  /** `wrap` may put another command around it, for example one that changes the network namespace. */
  constructor(program: string, { wrap = asItIs }: { wrap?: Wrap } = {}) {
    const [command, args] = wrap(process.execPath, [program]);
    this.#child = spawn(command, args, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (message: MemberReport) => this.#read(message));
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`member ended: ${code ?? signal}`));
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  start = (options: Omit<SwimOptions, 'workerUrl'>) => this.#ask<Address>({ method: 'start', options });
  members = () => this.#ask<MemberView[]>({ method: 'members' });
  stats = () => this.#ask<Stats>({ method: 'stats' });
  usage = () => this.#ask<Usage>({ method: 'usage' });
  leave = () => this.#ask<void>({ method: 'leave' });
  stop = () => this.#ask<void>({ method: 'stop' });
  block = (ms: number) => this.#ask<void>({ method: 'block', ms });
  setPayload = (payload: Uint8Array) => this.#ask<void>({ method: 'setPayload', payload });
  installKey = (key: Uint8Array) => this.#ask<string>({ method: 'install', key });
  useKey = (key: string) => this.#ask<void>({ method: 'use', key });
  removeKey = (key: string) => this.#ask<void>({ method: 'remove', key });

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** kill -9, and wait until it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }

  async statuses(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.members()).map(({ uuid, status }) => [uuid, status]));
  }

  saw(event: keyof SwimEvents, uuid: string): SeenEvent | undefined {
    return this.events.find((one) => one.event === event && one.uuid === uuid);
  }

  #ask<T>(request: WithoutId<MemberRequest>): Promise<T> {
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, ...request });
    }) as Promise<T>;
  }

  #read(message: MemberReport): void {
    if ('event' in message) {
      this.events.push(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.value);
    else waiting?.reject(new Error(message.error));
  }
}
