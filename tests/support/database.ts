/** A Tarantool with our Lua, without an agent: tests speak to it as an agent would, over its control socket. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Control } from '~/agent/process/control.ts';
import { connectionDefaults, openConnection, parseAddress, systemClock, type Connection } from '~/iproto/index.ts';
import { freeAddress } from './ports.ts';
import { endProcess, hasEnded } from './stopped.ts';
import { waitFor } from './wait.ts';

const callMs = 20_000;
const smallMemoryBytes = 64 * 2 ** 20;
export const password = 'replication';

/** Seconds of CLOCK_MONOTONIC, the clock of deadlines. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e9;

export type Interval = { epoch: number; from: number; to: number | null; flagAt: number | null; why: string; ended: string | null };
export type Told = {
  managed: boolean; epoch: number; saved: boolean; master: string | null; owner: boolean; frozen: boolean; lapsed: boolean; writable: boolean; gated: string | null; readOnly: boolean;
  deadlineLeftMs: number | null; fencedSince: number | null; enforced: number; copies: number | null; guard: { on: boolean; by: 'trigger' | 'kill'; refused: number; gated: number; killInMs: number | null; spaces?: number };
  fence: { looks: number; alive: boolean; lateMs: number; lateMaxMs: number; lateRecentMaxMs: number }; intervals: Interval[]; now: number;
};
export type Closed = { epoch: number; readOnly: boolean; vclock: Record<string, number>; tookMs: number };
export type Promoted = { epoch: number; readOnly: boolean; vclock: Record<string, number>; tookMs: number; readOnlyMs: number };
type Evaluated = { ok: boolean; values: unknown[]; error: string | null };

export class Database {
  readonly uuid = randomUUID();
  readonly folder: string;
  readonly #open: Connection[] = [];
  #child: ChildProcess | null = null;
  #control: Control | null = null;

  private constructor(readonly name: string, parent: string, readonly listen: string) {
    this.folder = join(parent, name);
    mkdirSync(join(this.folder, 'data'), { recursive: true });
  }

  static async make(name: string, parent: string): Promise<Database> {
    return new Database(name, parent, await freeAddress());
  }

  /** Where its snapshots and logs are. */
  get data(): string {
    return join(this.folder, 'data');
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  /** The process alone, without box.cfg. */
  async launch(): Promise<void> {
    const output = openSync(join(this.folder, 'log'), 'a');
    rmSync(join(this.folder, 'control.sock'), { force: true });
    const child = spawn('tarantool', [resolve('lua/main.lua'), '../control.sock', '../log'], { cwd: this.data, stdio: ['ignore', output, output] });
    closeSync(output);
    this.#child = child;
    this.#control = await waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`${this.name} ended with ${child.exitCode}: ${this.log}`);
        return Control.open(join(this.folder, 'control.sock')).catch(() => null);
      },
      { timeoutMs: 20_000, what: `the control socket of ${this.name}` },
    );
  }

  async start(how: 'bootstrap' | 'recover' | 'join', replicaset: string, peers: readonly Database[] = [], memoryBytes = smallMemoryBytes): Promise<void> {
    await this.launch();
    await this.call('start', { how, replicaset, instance: this.uuid, listen: this.listen, peers: peers.map(({ listen }) => listen), password, memory: memoryBytes, version: 1, serial: 0 });
  }

  call<T = unknown>(method: string, params: object = {}, timeoutMs = callMs): Promise<T> {
    return this.#control!.call(method, params, timeoutMs) as Promise<T>;
  }

  /** A second agent, or the same one after its restart. */
  another(): Promise<Control> {
    return Control.open(join(this.folder, 'control.sock'));
  }

  /** As when the agent is gone. */
  hangUp(): void {
    this.#control?.close();
  }

  async lua<T extends unknown[] = unknown[]>(code: string): Promise<T> {
    const { ok, values, error } = await this.call<Evaluated>('eval', { code, language: 'lua', timeout: 10, rows: 10_000 });
    if (!ok) throw new Error(error!);
    return values as T;
  }

  told = (): Promise<Told> => this.call<Told>('lease');

  promote(epoch: number, seconds: number | 'forever', more: object = {}): Promise<Promoted> {
    return this.call<Promoted>('promote', { epoch, deadline: seconds === 'forever' ? seconds : monotonic() + seconds, password, peers: [], ...more });
  }

  renew(epoch: number, seconds: number, more: object = {}): Promise<Told> {
    return this.call<Told>('lease_set', { epoch, deadline: monotonic() + seconds, ...more });
  }

  async connect(user: string | null = 'app'): Promise<Connection> {
    const credentials = user === null ? {} : { credentials: { user, password: 'secret' } };
    const connection = await openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 10_000, address: parseAddress(this.listen), ...credentials });
    this.#open.push(connection);
    return connection;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ended by itself, by which signal. */
  ended(): Promise<NodeJS.Signals | null> {
    const child = this.#child!;
    return waitFor(() => hasEnded(child), { timeoutMs: 20_000, what: `the end of ${this.name}` }).then(() => child.signalCode);
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    for (const connection of this.#open.splice(0)) connection.close();
    this.#control?.close();
    if (child === null) return;
    // One that is stopped would not hear of it; SIGKILL needs no hearing.
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    await endProcess(child, signal);
  }
}

/** Instances of one replicaset in a temporary folder. */
export class Databases {
  readonly folder = mkdtempSync(join(tmpdir(), 'coterie-lease-'));
  readonly replicaset = randomUUID();
  readonly all: Database[] = [];

  /** `memoryBytes`: for rows. */
  constructor(readonly memoryBytes?: number) {}

  /** The first begins the replicaset and is left read-only. */
  async add(name: string, from: readonly Database[] = []): Promise<Database> {
    const database = await Database.make(name, this.folder);
    this.all.push(database);
    await database.start(from.length === 0 ? 'bootstrap' : 'join', this.replicaset, from, this.memoryBytes);
    return database;
  }

  async remove(): Promise<void> {
    await Promise.all(this.all.map((database) => database.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A user that may do anything, and a space to write to. */
export const schema = `
  box.schema.user.create('app', {password = 'secret'})
  box.schema.user.grant('app', 'read,write,execute', 'universe')
  box.schema.space.create('t', {id = 700}):create_index('p')`;
