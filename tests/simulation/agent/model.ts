import type { Memory } from '~/agent/data/memory.ts';
import type { Scheduler } from './scheduler.ts';

/** One Tarantool and one disk, as far as leadership is concerned: rows are counters per origin, like a vclock. */
export type Rows = Record<string, number>;

export const blankMemory: Memory = { stopped: false, dataOf: null, held: null, promise: null, endedAt: null, rebuild: false, diverged: null };

export type ModelWorld = {
  readonly scheduler: Scheduler;
  readonly databases: ReadonlyMap<string, ModelDatabase>;
  /** In `_cluster`. */
  readonly registered: Set<string>;
  bootstraps: number;
};

export class ModelDatabase {
  state: 'down' | 'up' = 'down';
  configured = false;
  readOnly = true;
  peers: readonly string[] = [];
  /** On disk: survive the process. */
  rows: Rows | null = null;
  #fenced = { version: 0, serial: 0 };
  #starting: 'bootstrap' | 'recover' | 'join' | null = null;
  /** Counts the processes. */
  #process = 0;

  constructor(
    readonly uuid: string,
    readonly world: ModelWorld,
  ) {}

  get starting(): boolean {
    return this.#starting !== null;
  }

  get files(): 'none' | 'data' {
    return this.rows === null ? 'none' : 'data';
  }

  begin(): void {
    this.state = 'up';
    this.#process += 1;
    this.#starting = null;
    this.configured = false;
    this.readOnly = true;
    this.#fenced = { version: 0, serial: 0 };
  }

  end(): void {
    this.state = 'down';
    this.#process += 1;
    this.#starting = null;
    this.configured = false;
    this.readOnly = true;
  }

  /** What lua/ answers, with a wait before and one behind, in which anything may happen. */
  async call(method: string, params: Record<string, unknown>): Promise<unknown> {
    await this.world.scheduler.pause(this.uuid);
    if (this.state === 'down') throw new Error('there is no process');
    if (method === 'start') return this.#start(params as never);
    const answer = this.#do(method, params);
    await this.world.scheduler.pause(this.uuid);
    return answer;
  }

  #do(method: string, params: Record<string, unknown>): unknown {
    switch (method) {
      case 'configure':
        this.peers = params.peers as string[];
        return {};
      case 'fence': {
        const { version, serial } = params as { version: number; serial: number };
        if (version >= this.#fenced.version) this.#fenced = { version, serial };
        return this.configured ? this.#freeze() : { vclock: null, starting: this.#starting };
      }
      case 'read_only':
        if (!this.configured) throw new Error('there is no database yet');
        return this.#freeze();
      case 'writable': {
        const { version, serial } = params as { version: number; serial: number };
        if (this.#fenced.version > version || this.#fenced.serial > serial) throw new Error('fenced');
        this.readOnly = false;
        return { readOnly: false };
      }
      case 'await_vclock': {
        const wanted = params.vclock as Rows;
        return { reached: Object.entries(wanted).every(([id, lsn]) => id === '0' || (this.rows?.[id] ?? 0) >= lsn), vclock: { ...this.rows } };
      }
      case 'drain':
        for (const other of this.world.databases.values()) {
          if (!other.configured || !other.peers.includes(this.uuid) || this.world.scheduler.random() < 0.2) continue;
          for (const [origin, lsn] of Object.entries(this.rows ?? {})) other.rows![origin] = Math.max(other.rows![origin] ?? 0, lsn);
        }
        return { drained: true };
      case 'forget':
        return { forgotten: [] };
      default:
        throw new Error(`the model knows no ${method}`);
    }
  }

  #freeze() {
    this.readOnly = true;
    return { readOnly: true, vclock: { ...this.rows } };
  }

  /** Goes on when the agent is killed meanwhile: it is another process. */
  async #start({ how, peers, version, serial }: { how: 'bootstrap' | 'recover' | 'join'; peers: string[]; version: number; serial: number }): Promise<unknown> {
    if (how === 'bootstrap' && (this.#fenced.version > version || this.#fenced.serial > serial)) throw new Error('fenced');
    if (this.configured || this.#starting !== null) throw new Error('configured already');
    this.#starting = how;
    const process = this.#process;
    await this.world.scheduler.pause(`tarantool ${this.uuid}`);
    if (this.#process !== process) throw new Error('the process has ended');
    this.#starting = null;
    if (how === 'bootstrap') {
      this.world.bootstraps += 1;
      this.rows = {};
      this.world.registered.add(this.uuid);
    } else if (how === 'join') {
      const source = this.world.databases.get(peers[0]!)!;
      const may = source.configured && (!source.readOnly || this.world.registered.has(this.uuid));
      if (!may) {
        this.end();
        throw new Error('join failed: the process has ended');
      }
      this.world.registered.add(this.uuid);
      this.rows = { ...source.rows };
    }
    this.configured = true;
    this.readOnly = true;
    this.peers = peers;
    return {};
  }
}
