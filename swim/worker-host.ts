/** The main thread's side of the worker: starts it, passes calls on, hands events out. */

import { Worker } from 'node:worker_threads';
import { SwimError } from './error.ts';
import type { NodeEvent } from './node.ts';
import type { NodeOptions } from './options.ts';
import { Traffic } from './traffic.ts';
import { errorFrom, type Call, type FromWorker, type ToWorker, type WorkerData } from './worker-messages.ts';

/** Whatever performs calls: a worker, or a node on this thread. */
export interface Host {
  readonly traffic: Traffic;
  call(call: Call): Promise<unknown>;
  /** After this no call is answered and nothing is left open. */
  close(): Promise<void>;
}

export type WorkerHostOptions = { readonly workerUrl: URL; readonly node: NodeOptions };

/** The engine needs little; without limits V8 takes what it can get. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

export class WorkerHost implements Host {
  readonly traffic = new Traffic();
  readonly #worker: Worker;
  readonly #post: (message: ToWorker) => void;
  readonly #emit: (event: NodeEvent) => void;
  readonly #waiting = new Map<number, Waiting>();
  #ended: SwimError | undefined = undefined;
  #closing = false;
  #nextId = 1;

  constructor({ emit }: { emit: (event: NodeEvent) => void }, { workerUrl, node }: WorkerHostOptions) {
    this.#emit = emit;
    const workerData: WorkerData = { node, traffic: this.traffic.memory };
    this.#worker = new Worker(workerUrl, { workerData, name: 'swim', resourceLimits });
    this.#post = this.#worker.postMessage.bind(this.#worker);
    this.#worker.on('message', (message: FromWorker) => this.#read(message));
    this.#worker.on('error', (error) => this.#end(`the swim worker failed: ${error.message}`));
    this.#worker.on('exit', () => this.#end('the swim worker ended'));
  }

  call(call: Call): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ id, call });
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
  }

  #read(message: FromWorker): void {
    if ('events' in message) {
      this.#post({ eventsRead: true });
      for (const event of message.events) this.#emit(event);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(errorFrom(message.error));
    else waiting?.resolve(message.value);
  }

  #end(message: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new SwimError(this.#closing ? 'notRunning' : 'engineFailed', message);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
    if (!this.#closing) this.#emit({ kind: 'failed', message });
  }
}
