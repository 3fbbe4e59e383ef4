/**
 * Several workers on one port: the first process hands out clients and passes messages on, each worker routes by itself.
 * One that ends is started again, with a pause that grows while it keeps ending.
 */
import cluster, { type Worker } from 'node:cluster';
import type { FromRouter, Stats, ToRouter } from '~/link/router-protocol.ts';

export type WorkersComponents = { readonly say: (message: FromRouter) => void; readonly onEnd: () => void };

const pauses = { firstMs: 100, maxMs: 5_000 };
const settledMs = 30_000;

type Slot = { readonly number: number; worker: Worker | undefined; stats: Stats | undefined; startedAt: number; failures: number };

export class Workers {
  readonly #components: WorkersComponents;
  readonly #slots: Slot[];
  #start: Extract<ToRouter, { kind: 'start' }>;
  #ready = 0;
  #drained = 0;
  #draining = false;
  #left = 0;

  constructor(components: WorkersComponents, start: Extract<ToRouter, { kind: 'start' }>) {
    this.#components = components;
    this.#start = start;
    this.#slots = Array.from({ length: start.settings.workers }, (_, index) => ({ number: index + 1, worker: undefined, stats: undefined, startedAt: 0, failures: 0 }));
    for (const slot of this.#slots) this.#fork(slot);
  }

  /** A worker that is started later gets the newest of everything. */
  tell(message: Exclude<ToRouter, { kind: 'start' }>): void {
    if (message.kind === 'topology') this.#start = { ...this.#start, topology: message.topology };
    if (message.kind === 'users') this.#start = { ...this.#start, users: message.users };
    if (message.kind === 'drain') this.#draining = true;
    for (const { worker } of this.#slots) this.#send(worker, message);
  }

  #fork(slot: Slot): void {
    const worker = cluster.fork({ COTERIE_ROUTER_WORKER: String(slot.number) });
    slot.worker = worker;
    slot.startedAt = performance.now();
    worker.on('message', (message: FromRouter) => (message.kind === 'up' ? this.#send(worker, this.#draining ? { kind: 'drain' } : this.#start) : this.#heard(slot, message)));
    // It is told as long as it has not been seen to be gone.
    worker.on('error', () => {});
    worker.on('exit', () => this.#ended(slot));
  }

  #send(worker: Worker | undefined, message: ToRouter): void {
    if (worker?.isConnected()) worker.send(message);
  }

  #heard(slot: Slot, message: Exclude<FromRouter, { kind: 'up' }>): void {
    const { say } = this.#components;
    switch (message.kind) {
      case 'ready':
        this.#ready += 1;
        return void (this.#ready === this.#slots.length && say(message));
      case 'stats':
        slot.stats = message.stats[0];
        return void (slot.number === 1 && say({ kind: 'stats', stats: this.#slots.flatMap(({ stats }) => stats ?? []) }));
      case 'failed':
        return say(message);
      case 'drained':
        this.#left += message.left;
    }
  }

  #ended(slot: Slot): void {
    const { say, onEnd } = this.#components;
    slot.worker = undefined;
    if (this.#draining) {
      this.#drained += 1;
      if (this.#drained < this.#slots.length) return;
      say({ kind: 'drained', left: this.#left });
      return onEnd();
    }
    slot.failures = performance.now() - slot.startedAt > settledMs ? 1 : slot.failures + 1;
    say({ kind: 'failed', message: `worker ${slot.number} ended; it is started again` });
    setTimeout(() => !this.#draining && this.#fork(slot), Math.min(pauses.maxMs, pauses.firstMs * 2 ** slot.failures)).unref();
  }
}
