import { statfs } from 'node:fs/promises';
import type { z } from 'zod';
import type { MigrationsStatus } from '~/contract/shapes/migration.ts';
import type { RoleFailure } from '~/contract/shapes/roles-status.ts';
import type { DatabaseStatus, ProcessStatus } from '~/contract/shapes/status.ts';
import type { LuaStat } from '~/agent/sharding/stat.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import { ownUsage, startedAtMs, startOf, usageOf, type ProcessId, type Usage } from '~/agent/process/proc.ts';

/** What is measured: one control call to the database and a few reads of /proc, once a second and after each step. */
type Shape = Omit<z.output<typeof DatabaseStatus>, 'process'>;
/** As lua/roles/state.lua tells it. `hash`: of the bundle whose life cycle has run. `owned`: something in the schema was made for roles. */
export type RolesSample = { readonly hash: string | null; readonly roles: number; readonly functions: number; readonly doing: string | null; readonly failed: readonly RoleFailure[]; readonly owned: boolean; readonly migrations: MigrationsStatus | null };
export type Sample = { readonly configured: true; readonly peers: readonly string[]; readonly roles: RolesSample; /** Absent: its buckets cannot be told. */ readonly buckets?: LuaStat } & Shape;
export type Unconfigured = { readonly configured: false; readonly status: string; readonly version: string };

const callMs = 2000;
/** CPU shares over less than that would be noise. */
const shareOverMsMin = 500;
/** By the clock of the host, which somebody may set. */
const startEveryMs = 30_000;

/** What changes of a process, and what hardly does. */
class Watched {
  #last: { at: number; cpuMs: number; id: string } | null = null;
  #ratio = 0;
  #start: { readonly id: string; readonly at: number; readonly ms: number } | null = null;

  status(id: ProcessId, { rssBytes, cpuMs }: Usage, now: number): z.output<typeof ProcessStatus> {
    const name = `${id.pid}/${id.started}`;
    if (this.#start?.id !== name || Math.abs(now - this.#start.at) >= startEveryMs) this.#start = { id: name, at: now, ms: startedAtMs(id) };
    return { pid: id.pid, rssBytes, cpuRatio: this.#share(name, cpuMs, now), startedAt: this.#start.ms };
  }

  #share(name: string, cpuMs: number, now: number): number {
    if (this.#last?.id !== name) {
      this.#last = { at: now, cpuMs, id: name };
      this.#ratio = 0;
    } else if (now - this.#last.at >= shareOverMsMin) {
      this.#ratio = Math.max(0, (cpuMs - this.#last.cpuMs) / (now - this.#last.at));
      this.#last = { at: now, cpuMs, id: name };
    }
    return this.#ratio;
  }
}

export class Sampler {
  readonly #supervisor: Supervisor;
  readonly #now: () => number;
  readonly #path: string;
  readonly #self: ProcessId = { pid: process.pid, started: startOf(process.pid) ?? '0' };
  readonly #watched = { agent: new Watched(), database: new Watched() };
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  database: Sample | Unconfigured | null = null;
  disk = { totalBytes: 0, freeBytes: 0 };
  /** Looks in a row that got no answer from a process that is there. */
  unanswered = 0;

  constructor({ supervisor, now }: { supervisor: Supervisor; now: () => number }, { path }: { path: string }) {
    this.#supervisor = supervisor;
    this.#now = now;
    this.#path = path;
  }

  /** A look that began after the call. Those that are asked for while one waits share it. */
  refresh(): Promise<void> {
    if (this.#waiting > 0) return this.#turn;
    this.#waiting += 1;
    this.#turn = this.#turn.then(() => this.#take());
    return this.#turn;
  }

  async refreshDisk(): Promise<void> {
    const { blocks, bavail, bsize } = await statfs(this.#path);
    this.disk = { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  }

  agentProcess(now: number): z.output<typeof ProcessStatus> {
    return this.#watched.agent.status(this.#self, ownUsage(), now);
  }

  databaseProcess(now: number): z.output<typeof ProcessStatus> | null {
    const id = this.#supervisor.id;
    return id && this.#watched.database.status(id, usageOf(id.pid) ?? { rssBytes: 0, cpuMs: 0 }, now);
  }

  async #take(): Promise<void> {
    this.#waiting -= 1;
    const id = this.#supervisor.id;
    if (this.#supervisor.state !== 'up') {
      this.unanswered = 0;
      this.database = null;
      return;
    }
    try {
      // Both sides of this call are ours: the shape is that of lua/sample.lua.
      const taken = (await this.#supervisor.call('status', {}, callMs)) as Sample | Unconfigured;
      const at = taken.configured ? { ...taken, takenAt: this.#now() } : taken;
      this.database = this.#supervisor.id === id ? at : null;
      this.unanswered = 0;
    } catch {
      this.database = null;
      this.unanswered += 1;
    }
  }
}
