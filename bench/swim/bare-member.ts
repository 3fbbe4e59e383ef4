/** The process around a bare worker: its parent starts it, hears its events over IPC, and tells it to go. */

import { Worker } from 'node:worker_threads';
import type { BareEvent, BareOptions } from './bare-worker.ts';

export type BareRequest = { readonly start: BareOptions } | 'leave';
export type BareReport = 'ready' | 'running' | (BareEvent & { readonly atMs: number });

let worker: Worker | undefined;

function report(message: BareReport): void {
  process.send?.(message);
}

process.on('message', (request: BareRequest) => {
  if (request === 'leave') {
    worker?.postMessage('leave', []);
    return;
  }
  worker = new Worker(new URL('./bare-worker.mjs', import.meta.url), { workerData: request.start });
  worker.on('message', (message: 'running' | BareEvent) => report(message === 'running' ? message : { ...message, atMs: performance.timeOrigin + performance.now() }));
});
process.on('disconnect', () => process.exit());
report('ready');
