/** A real stateboard: a Tarantool with our Lua, started as the agent starts one, which can be killed, stopped and started again. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from './database.ts';
import { stopProcess } from './stopped.ts';

export class StateboardProcess {
  readonly password = 'board password';
  readonly #path = mkdtempSync(join(tmpdir(), 'coterie-stateboard-'));
  readonly #instance = randomUUID();
  readonly #replicaset = randomUUID();
  readonly #settleSeconds: number;
  #database: Database | null = null;
  #starts = 0;

  constructor({ settleSeconds = 0 }: { readonly settleSeconds?: number } = {}) {
    this.#settleSeconds = settleSeconds;
  }

  get port(): number {
    return Number(this.#database!.listen.split(':').at(-1));
  }

  /** Resolves when it listens. At its first start there is nobody whose lease could be in the way. */
  async start({ settleSeconds = this.#starts > 0 ? this.#settleSeconds : 0 }: { readonly settleSeconds?: number } = {}): Promise<this> {
    this.#starts += 1;
    this.#database ??= await Database.make('board', this.#path);
    const { listen } = this.#database;
    await this.#database.launch();
    await this.#database.call('start_stateboard', { listen, password: this.password, settle: settleSeconds, memory: 64 * 1024 * 1024, instance: this.#instance, replicaset: this.#replicaset });
    return this;
  }

  async eval(code: string): Promise<unknown> {
    return await this.#database!.call('eval', { language: 'lua', code, timeout: 5, rows: 1_000 }, 10_000);
  }

  async pause(): Promise<void> {
    const pid = this.#database?.pid;
    if (pid !== undefined) await stopProcess(pid);
  }

  resume(): void {
    this.#database?.signal('SIGCONT');
  }

  async kill(): Promise<void> {
    await this.#database?.stop();
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#path, { recursive: true, force: true });
  }
}
