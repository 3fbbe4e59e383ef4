/**
 * Brings each call to the instance that serves it, and answers it exactly once: with the storage's answer as it came, or
 * with why there is none. What is learnt from an answer (another owner, another master) is kept for all calls.
 */
import { errorCodes, IprotoError, statuses, responseError, type Clock, type Request, type Response, type RequestOptions } from '~/iproto/index.ts';
import { chooseInstance, type Candidate } from './choose.ts';
import type { Cluster, Shard } from './cluster.ts';
import { Holding } from './holding.ts';
import { Job, type JobEnd, type JobGoal } from './job.ts';
import type { BucketMap } from './map.ts';
import { numberOf, readRefusal, textOf, type Refusal } from './refusals.ts';
import { nextStep, type Failure } from './retry.ts';
import { late, outcomeUnknown, overloaded, type Told } from './told.ts';
import type { Upstream } from './upstream.ts';

export type RelayComponents = {
  readonly clock: Clock;
  readonly cluster: Cluster;
  /** Undefined until a storage said how many buckets there are. */
  readonly map: () => BucketMap | undefined;
  /** The map lacks something: ask the storages soon. */
  readonly onUnknown: () => void;
  readonly onRetry: (why: string) => void;
};

export type RelayOptions = {
  readonly inFlightMax: number;
  readonly heldMax: number;
  readonly heldBytesMax: number;
  readonly holdMs: number;
  readonly readTryMs: number;
  readonly lagMaxMs: number;
};

const failedBefore = 'the function failed';

export class Relay {
  readonly #components: RelayComponents;
  readonly #options: RelayOptions;
  readonly #holding: Holding;
  #inFlight = 0;
  #turn = 0;

  constructor(components: RelayComponents, options: RelayOptions) {
    this.#components = components;
    this.#options = options;
    this.#holding = new Holding(
      { clock: components.clock, retry: (job) => this.#send(job), giveUp: (job, told) => this.#end(job, told), late: (job) => this.#lateOf(job) },
      options,
    );
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get held(): number {
    return this.#holding.size;
  }

  news(): void {
    this.#holding.news();
  }

  submit(goal: JobGoal, timeoutMs: number, end: JobEnd): void {
    const { inFlightMax } = this.#options;
    if (this.#inFlight >= inFlightMax) return end(overloaded('inFlight', this.#inFlight, inFlightMax), undefined);
    this.#inFlight += 1;
    this.#send(new Job(goal, { startedAt: this.#components.clock.now(), timeoutMs, end }));
  }

  /** As `submit`, with a promise of what came. A function's own error is told too. */
  ask(goal: JobGoal, timeoutMs: number): Promise<{ told: Told } | { response: Response }> {
    return new Promise((resolve) => this.submit(goal, timeoutMs, (told, response) => resolve(told === undefined ? { response: response! } : { told })));
  }

  #send(job: Job): void {
    const leftMs = job.dueAt - this.#components.clock.now();
    if (leftMs <= 0) return this.#end(job, this.#lateOf(job));
    const shard = this.#shardOf(job);
    if (!shard) return;
    const instance = this.#instanceFor(job, shard);
    if (!instance) return this.#wait(job, unavailable(job, shard));
    job.tries += 1;
    // A read that hangs is asked for elsewhere; a write is not, so it may take all the time there is.
    const alone = job.mode.write || shard.instances.length === 1;
    const timeoutMs = alone ? leftMs : Math.min(leftMs, this.#options.readTryMs);
    try {
      this.#submit(job, { shard, instance, timeoutMs });
    } catch (error) {
      if (!(error instanceof IprotoError)) throw error;
      this.#lost(job, { shard, instance }, error);
    }
  }

  #submit(job: Job, { shard, instance, timeoutMs }: { shard: Shard; instance: Upstream; timeoutMs: number }): void {
    // With an epoch only its master answers a read, and so with what was written last.
    const request: Request = job.request(instance === shard.master ? Math.max(shard.epoch, 0) : null);
    const options: RequestOptions = { timeoutMs };
    instance.submit(request, (error, response) => {
      if (response === undefined) return this.#lost(job, { shard, instance }, error!);
      if (response.status < statuses.error) return this.#end(job, undefined, response);
      this.#failed(job, { shard, instance }, response);
    }, options);
  }

  #shardOf(job: Job): Shard | undefined {
    const { cluster, map, onUnknown } = this.#components;
    if (job.shard !== null) {
      const shard = cluster.shards.get(job.shard);
      if (!shard) this.#end(job, { kind: 'unavailable', code: errorCodes.NO_CONNECTION, message: `there is no replicaset ${job.shard} any more; nothing was done`, sharding: 'NO_SUCH_REPLICASET' });
      return shard;
    }
    const buckets = map();
    const owner = buckets?.ownerOf(job.bucket);
    const shard = owner === undefined ? undefined : cluster.shards.get(owner);
    if (shard) return shard;
    if (buckets && !buckets.has(job.bucket)) {
      this.#end(job, { kind: 'refused', code: errorCodes.ILLEGAL_PARAMS, message: `Bucket is unreachable: bucket id is out of range: ${job.bucket} is not from 1 to ${buckets.count}`, sharding: 'NO_ROUTE_TO_BUCKET', bucket: job.bucket });
      return undefined;
    }
    onUnknown();
    const why = buckets ? `no storage that can be reached says that it owns bucket ${job.bucket}` : 'no storage has said yet which buckets there are: was the group bootstrapped?';
    this.#wait(job, { kind: 'unavailable', code: errorCodes.NO_CONNECTION, message: `${why}; nothing was done`, sharding: 'NO_ROUTE_TO_BUCKET', bucket: job.bucket });
    return undefined;
  }

  #instanceFor(job: Job, shard: Shard): Upstream | undefined {
    const { mode, tried } = job;
    if (mode.write) return shard.master?.up ? shard.master : undefined;
    // The usual case, without a list: the master is as near as any.
    if (!mode.balance && !mode.preferReplica && tried === null && shard.master?.up && shard.master.distance === 0 && !shard.master.slow) return shard.master;
    const candidates: (Candidate & { instance: Upstream })[] = shard.instances.map((instance) => ({
      uuid: instance.uuid, master: instance === shard.master, up: instance.up, slow: instance.slow, distance: instance.distance, lagMs: instance.lagMs, instance,
    }));
    return chooseInstance(candidates, { mode, tried, turn: this.#turn++, lagMaxMs: this.#options.lagMaxMs })?.instance;
  }

  #failed(job: Job, at: { shard: Shard; instance: Upstream }, response: Response): void {
    const { code, message } = responseError(response);
    const refusal = readRefusal(code, message);
    if (refusal === undefined) return this.#end(job, { kind: 'failed', code, message: message === '' ? failedBefore : message }, response);
    const learnt = this.#learn(job, at, refusal);
    const told = toldOf(job, refusal, message);
    this.#next(job, at, { failure: { kind: 'refused', refusal }, learnt, told, response });
  }

  #lost(job: Job, at: { shard: Shard; instance: Upstream }, error: IprotoError): void {
    if (error.kind === 'requestTimeout' && !job.mode.write) at.instance.wasSlow();
    if (!job.mode.write) (job.tried ??= new Set()).add(at.instance.uuid);
    const failure: Failure = { kind: 'lost', error: error.kind, notExecuted: error.notExecuted };
    const safe = error.notExecuted || !job.mode.write;
    const told: Told = error.kind === 'limitExceeded'
      ? { kind: 'overloaded', code: errorCodes.SYSTEM, message: `OVERLOADED {"limit":"instance"}: ${error.message}` }
      : safe
        ? { kind: 'unavailable', code: errorCodes.NO_CONNECTION, message: `${error.message}; nothing was done`, sharding: 'UNREACHABLE_MASTER' }
        : error.kind === 'requestTimeout' ? { ...outcomeUnknown(error.message), code: errorCodes.TIMEOUT } : outcomeUnknown(error.message);
    this.#next(job, at, { failure, learnt: false, told });
  }

  #next(job: Job, { shard, instance }: { shard: Shard; instance: Upstream }, { failure, learnt, told, response }: { failure: Failure; learnt: boolean; told: Told; response?: Response }): void {
    const others = !job.mode.write && shard.instances.some((other) => other !== instance && other.up && !job.tried?.has(other.uuid));
    const step = nextStep(failure, { write: job.mode.write, tries: job.tries, learnt, others });
    if (step === 'tell') return this.#end(job, told, response);
    this.#components.onRetry(failure.kind === 'refused' ? failure.refusal.code : failure.kind === 'lost' ? failure.error : 'failed');
    job.lastly = told;
    // Not within the turn in which it failed: a refusal at once would make a deep stack of a long series.
    if (step === 'again') setImmediate(() => this.#send(job));
    else this.#wait(job, told);
  }

  #learn(job: Job, { shard, instance }: { shard: Shard; instance: Upstream }, { code, facts }: Refusal): boolean {
    const { cluster, map, onUnknown } = this.#components;
    if (code === 'WRONG_BUCKET') {
      const learnt = map()?.redirect({ bucket: numberOf(facts, 'bucket') ?? job.bucket, generation: numberOf(facts, 'generation') ?? -1, from: shard.uuid, to: textOf(facts, 'at') }) ?? false;
      // A replica may not have heard yet of what its master has.
      if (!job.mode.write) (job.tried ??= new Set()).add(instance.uuid);
      if (textOf(facts, 'at') === null || !learnt) onUnknown();
      return learnt && textOf(facts, 'at') !== null;
    }
    if (code !== 'WRONG_EPOCH') return false;
    const known = numberOf(facts, 'known');
    const learnt = known !== null && cluster.learnMaster(shard.uuid, known, textOf(facts, 'master'));
    if (!learnt) onUnknown();
    return learnt && shard.master?.up === true;
  }

  #wait(job: Job, told: Told): void {
    job.lastly = told;
    this.#holding.hold(job);
  }

  #lateOf(job: Job): Told {
    const timeoutMs = job.dueAt - job.startedAt;
    if (this.#components.clock.now() < job.dueAt && job.lastly !== null) return job.lastly;
    return late(timeoutMs, job.lastly?.message.replace(/; nothing was done$/, '') ?? null);
  }

  #end(job: Job, told: Told | undefined, response?: Response): void {
    this.#inFlight -= 1;
    job.end(told, response);
  }
}

function unavailable(job: Job, shard: Shard): Told {
  const named = shard.alias === '' ? shard.uuid : shard.alias;
  const at = { kind: 'unavailable', code: errorCodes.NO_CONNECTION } as const;
  if (!job.mode.write) return { ...at, message: `no instance of replicaset ${named} can be reached; nothing was done`, sharding: 'UNREACHABLE_REPLICASET' };
  if (!shard.master) return { ...at, message: `replicaset ${named} has no master that is known here; nothing was done`, sharding: 'MISSING_MASTER' };
  return { ...at, message: `the master of replicaset ${named}, ${shard.master.uri}, cannot be reached; nothing was done`, sharding: 'UNREACHABLE_MASTER' };
}

function toldOf(job: Job, { code, verdict }: Refusal, message: string): Told {
  if (code === 'OUTCOME_UNKNOWN') return { kind: 'unknown', code: errorCodes.PROC_LUA, message };
  if (verdict === 'tell') return { kind: 'failed', code: errorCodes.PROC_LUA, message };
  const sharding = ({ WRONG_BUCKET: 'WRONG_BUCKET', BUCKET_MOVING: 'TRANSFER_IS_IN_PROGRESS', WRONG_EPOCH: 'NON_MASTER', LEASE_EXPIRED: 'NON_MASTER', GATED: 'NON_MASTER', NOT_SHARDED: 'NO_ROUTE_TO_BUCKET' } as const)[code];
  return { kind: 'unavailable', code: errorCodes.NO_CONNECTION, message, sharding, bucket: job.bucket };
}
