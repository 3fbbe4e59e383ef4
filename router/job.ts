/** One call on its way to a storage: what is to be run where, by when, and what has been tried. */
import { bodyKeys, encode, requestTypes, type Request, type Response, type Writer } from '~/iproto/index.ts';
import type { Mode } from './choose.ts';
import type { Told } from './told.ts';

export type JobGoal = {
  /** Where: the owner of a bucket, or a replicaset as a whole. */
  readonly bucket: number;
  readonly shard: string | null;
  readonly mode: Mode;
  /** What: a function's name and the array of its arguments, msgpack, one behind the other. */
  readonly run: Uint8Array;
  /** On whose behalf; null: the router's own. */
  readonly user: string | null;
};

/** Called once. `response` may hold the function's own error. */
export type JobEnd = (told: Told | undefined, response: Response | undefined) => void;

/** A body as far as the arguments of a function, of which there are so many. */
const bodyOf = (name: string, args: number): Buffer => Buffer.concat([Buffer.from([0x82, bodyKeys.functionName]), encode(name), Buffer.from([bodyKeys.tuple, 0x90 | args])]);

const bucketCall = bodyOf('coterie.bucket_call', 6);
const storageCall = bodyOf('coterie.storage_call', 5);

export class Job {
  readonly bucket: number;
  readonly shard: string | null;
  readonly mode: Mode;
  readonly user: string | null;
  readonly startedAt: number;
  readonly dueAt: number;
  readonly end: JobEnd;
  run: Uint8Array;
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
    this.run = goal.run;
    this.user = goal.user;
    this.startedAt = startedAt;
    this.dueAt = startedAt + timeoutMs;
    this.end = end;
  }

  get bytes(): number {
    return this.run.length;
  }

  /** So that one that waits keeps no more than itself: its bytes are views of what was received with others. */
  own(): void {
    this.run = Uint8Array.prototype.slice.call(this.run);
  }

  /** `epoch` null: of a read that any copy may answer. */
  request(epoch: number | null): Request {
    return { type: requestTypes.call, body: (writer) => this.#write(writer, epoch) };
  }

  #write(writer: Writer, epoch: number | null): void {
    writer.raw(this.shard === null ? bucketCall : storageCall);
    writer.write(epoch);
    if (this.shard === null) writer.write(this.bucket);
    writer.string(this.mode.write ? 'write' : 'read');
    writer.raw(this.run);
    writer.write(this.user);
  }
}
