/** One call on its way to a storage: what is to be run where, by when, and what has been tried. */
import { bodyKeys, Raw, requestTypes, type Request, type Response } from '~/iproto/index.ts';
import type { Mode } from './choose.ts';
import type { Told } from './told.ts';

export type JobGoal = {
  /** Where: the owner of a bucket, or a replicaset as a whole. */
  readonly bucket: number;
  readonly shard: string | null;
  readonly mode: Mode;
  readonly name: Uint8Array;
  readonly args: Uint8Array;
  /** On whose behalf; null: the router's own. */
  readonly user: string | null;
};

/** Called once. `response` may hold the function's own error. */
export type JobEnd = (told: Told | undefined, response: Response | undefined) => void;

export class Job {
  readonly bucket: number;
  readonly shard: string | null;
  readonly mode: Mode;
  readonly user: string | null;
  readonly startedAt: number;
  readonly dueAt: number;
  readonly end: JobEnd;
  name: Uint8Array;
  args: Uint8Array;
  tries = 0;
  /** Instances that failed it. */
  tried: Set<string> | null = null;
  heldSince: number | null = null;
  retryAt = 0;
  /** Why it was not served yet. */
  lastly: Told | null = null;

  constructor(goal: JobGoal, { startedAt, timeoutMs, end }: { startedAt: number; timeoutMs: number; end: JobEnd }) {
    this.bucket = goal.bucket;
    this.shard = goal.shard;
    this.mode = goal.mode;
    this.name = goal.name;
    this.args = goal.args;
    this.user = goal.user;
    this.startedAt = startedAt;
    this.dueAt = startedAt + timeoutMs;
    this.end = end;
  }

  get bytes(): number {
    return this.name.length + this.args.length;
  }

  /** So that one that waits keeps no more than itself: its bytes are views of what was received with others. */
  own(): void {
    this.name = Uint8Array.prototype.slice.call(this.name);
    this.args = Uint8Array.prototype.slice.call(this.args);
  }

  /** `epoch` null: of a read that any copy may answer. */
  request(epoch: number | null): Request {
    const mode = this.mode.write ? 'write' : 'read';
    const where = this.shard === null ? [epoch, this.bucket, mode] : [epoch, mode];
    return {
      type: requestTypes.call,
      body: [
        [bodyKeys.functionName, this.shard === null ? 'coterie.bucket_call' : 'coterie.storage_call'],
        [bodyKeys.tuple, [...where, new Raw(this.name), new Raw(this.args), this.user]],
      ],
    };
  }
}
