/**
 * The worker thread: its own event loop, socket and engine, so that a blocked main loop cannot make this member look
 * dead. Built as a bundle of its own.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { perform } from './calls.ts';
import { EventQueue } from './event-queue.ts';
import { SwimNode } from './node.ts';
import { machineComponents } from './machine.ts';
import { Traffic } from './traffic.ts';
import { errorData, type FromWorker, type ToWorker, type WorkerData } from './worker-messages.ts';

function serve(port: NonNullable<typeof parentPort>, { node: options, traffic }: WorkerData): void {
  const post = (message: FromWorker) => port.postMessage(message);
  const events = new EventQueue((batch) => post({ events: batch }));
  const node = new SwimNode({ ...machineComponents(), traffic: new Traffic(traffic), emit: (event) => events.add(event) }, options);
  port.on('message', (message: ToWorker) => {
    if ('eventsRead' in message) return events.read();
    const { id, call } = message;
    perform(node, call)
      .then((value) => post({ id, value }))
      .catch((error) => post({ id, error: errorData(error) }))
      .finally(() => call.kind === 'stop' && port.close());
  });
}

if (parentPort === null) throw new Error('this is the worker thread of the swim library, not a program');
serve(parentPort, workerData);
