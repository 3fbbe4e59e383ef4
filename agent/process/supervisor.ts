import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoterieError } from '~/contract/errors.ts';
import type { DataFolder } from '~/agent/data/folder.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { Control } from './control.ts';
import { lastWords } from './last-words.ts';
import { launch, readRecord, writeRecord } from './launch.ts';
import { alive, startOf, type ProcessId } from './proc.ts';
import { Restarts } from './restarts.ts';

/**
 * Keeps one Tarantool: finds the one that an agent before it has left, starts and stops it, and says at once when it
 * has ended. `silent` is a process that lives and whose control socket does not answer; it is never started twice.
 */
export type ProcessState = 'down' | 'starting' | 'up' | 'silent';

const connectMs = 10_000;
const attachMs = 3000;
const reconnectEveryMs = 250;

export class Supervisor {
  readonly restarts = new Restarts();
  readonly #folder: DataFolder;
  readonly #log: Logger;
  readonly #options: { tarantool: string; script: string; now: () => number; onChange: () => void };
  /** The directory by descriptor: a unix socket's path may have 107 bytes only. */
  readonly #directory: number;
  #state: ProcessState = 'down';
  #id: ProcessId | null = null;
  #control: Control | null = null;
  #planned = false;
  #closing = false;
  /** Of the log that the process found. */
  #logBytes = 0;

  constructor({ folder, log }: { folder: DataFolder; log: Logger }, options: { tarantool: string; script: string; now: () => number; onChange: () => void }) {
    this.#folder = folder;
    this.#log = log;
    this.#options = options;
    this.#directory = openSync(folder.root, 'r');
  }

  get state(): ProcessState {
    return this.#state;
  }

  get id(): ProcessId | null {
    return this.#id;
  }

  /** Finds a process that is there already; false when there is none. */
  async attach(): Promise<boolean> {
    const record = readRecord(this.#folder.processRecord);
    const living = record !== null && alive(record) ? record : null;
    if (living === null && !existsSync(this.#folder.controlSocket)) return false;
    try {
      const control = await this.#connected(living === null ? 0 : attachMs, () => living === null || alive(living));
      const { pid } = (await control.call('hello', {}, attachMs)) as { pid: number };
      const id = { pid, started: startOf(pid) ?? '0' };
      writeRecord(this.#folder.processRecord, id);
      this.#up(id, control);
      void this.#watchForeign(id);
      this.#log.info({ pid }, 'the database runs: attached to it');
      return true;
    } catch (error) {
      if (living === null || !alive(living)) return false;
      this.#id = living;
      this.#set('silent');
      void this.#watchForeign(living);
      void this.#reconnect(living);
      this.#log.warn({ pid: living.pid, error: String(error) }, 'the database runs and does not answer');
      return true;
    }
  }

  async start(): Promise<void> {
    if (this.#id !== null || this.#state === 'starting') return;
    this.#planned = false;
    this.#set('starting');
    const now = this.#options.now();
    this.restarts.started(now);
    this.#logBytes = statSync(this.#folder.tarantoolLog, { throwIfNoEntry: false })?.size ?? 0;
    try {
      const { child, id } = await launch(this.#folder, this.#options);
      this.#id = id;
      child.once('exit', (code, signal) => this.#ended(id, signal === null ? `exit code ${code}` : `signal ${signal}`, signal === 'SIGKILL'));
      const control = await this.#connected(connectMs, () => this.#id === id);
      if (this.#id !== id) return control.close();
      this.#up(id, control);
      this.#log.info({ pid: id.pid }, 'database process started');
    } catch (error) {
      // A process that has ended meanwhile has been noted by its exit.
      if (this.state !== 'starting') return;
      if (this.#id !== null && alive(this.#id)) process.kill(this.#id.pid, 'SIGKILL');
      else this.#noted((error as Error).message);
    }
  }

  call(method: string, params: object, timeoutMs: number): Promise<unknown> {
    if (this.#control === null) return Promise.reject(new CoterieError('UNAVAILABLE', 'There is no database process.'));
    return this.#control.call(method, params, timeoutMs);
  }

  /** Resolves when the process is gone: asked first, killed when `graceMs` have passed. */
  async stop(graceMs: number): Promise<void> {
    const id = this.#id;
    if (id === null) return;
    this.#planned = true;
    const asked = this.#control?.call('shutdown', {}, graceMs).catch(() => {});
    if (asked === undefined) this.#signal(id, 'SIGTERM');
    if (await this.#gone(id, graceMs)) return;
    this.#log.warn({ pid: id.pid }, `the database did not end within ${graceMs} ms: killed`);
    this.#signal(id, 'SIGKILL');
    await this.#gone(id, 10_000);
  }

  /** For an agent that ends: the database goes on without it. */
  detach(): void {
    this.#closing = true;
    this.#control?.close();
    closeSync(this.#directory);
  }

  #up(id: ProcessId, control: Control): void {
    this.#id = id;
    this.#control = control;
    this.#set('up');
    void control.closed.then(() => {
      if (this.#control !== control) return;
      this.#control = null;
      if (this.#closing) return;
      this.#set('silent');
      void this.#reconnect(id);
    });
  }

  #set(state: ProcessState): void {
    this.#state = state;
    if (!this.#closing) this.#options.onChange();
  }

  async #connected(withinMs: number, wanted: () => boolean): Promise<Control> {
    const path = `/proc/self/fd/${this.#directory}/control.sock`;
    const until = performance.now() + withinMs;
    for (;;) {
      try {
        return await Control.open(path);
      } catch (error) {
        if (performance.now() > until || !wanted()) throw error;
        await sleep(2);
      }
    }
  }

  async #reconnect(id: ProcessId): Promise<void> {
    while (!this.#closing && this.#id === id && this.#state === 'silent' && alive(id)) {
      const control = await this.#connected(0, () => false).catch(() => null);
      if (control !== null && this.#id === id) return this.#up(id, control);
      control?.close();
      await sleep(reconnectEveryMs, undefined, { ref: false });
    }
  }

  /** A process that is no child of ours tells nobody how it ended. */
  async #watchForeign(id: ProcessId): Promise<void> {
    while (!this.#closing && this.#id === id) {
      if (!alive(id)) return this.#ended(id, 'ended (how is not known: it was started by an agent before this one)');
      await sleep(this.#state === 'silent' ? 5 : reconnectEveryMs, undefined, { ref: false });
    }
  }

  #ended(id: ProcessId, how: string, killed = false): void {
    if (this.#id !== id) return;
    // One that was told to end has no reason to give, and one that was killed had no time to.
    const words = killed || this.#planned || this.#closing ? null : lastWords(this.#folder.tarantoolLog, this.#logBytes);
    this.#noted(words === null ? how : `${how}: ${words}`);
  }

  #noted(reason: string): void {
    this.#id = null;
    this.#control?.close();
    this.#control = null;
    if (this.#planned || this.#closing) this.#log.info({ reason }, 'database process ended');
    else {
      this.restarts.exited(this.#options.now(), reason);
      this.#log.error({ reason, nextStartInMs: (this.restarts.nextStartAt ?? 0) - this.#options.now() }, 'database process ended by itself');
    }
    this.#set('down');
  }

  async #gone(id: ProcessId, withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    while (this.#id === id && performance.now() < until) await sleep(3);
    return this.#id !== id;
  }

  #signal(id: ProcessId, signal: NodeJS.Signals): void {
    if (alive(id)) process.kill(id.pid, signal);
  }
}
