/**
 * What is left of a member when everything is taken away but its thread, its socket and its cipher: it knows all
 * addresses, pings everybody at its start and one after another then, answers pings, and tells when somebody goes.
 */

import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { Envelope } from '~/swim/envelope.ts';
import { Keyring } from '~/swim/keyring.ts';
import { UdpTransport } from '~/swim/transport/udp.ts';

export type BareOptions = { readonly index: number; readonly count: number; readonly firstPort: number; readonly pingEveryMs: number };
export type BareEvent = { readonly kind: 'join' | 'left'; readonly about: number };

const ping = 0;
const ack = 1;
const quit = 2;
/** As long as a sealed ping of ours is. */
const plainBytes = 45;

async function run(port: MessagePort, options: BareOptions): Promise<void> {
  const report: MessagePort['postMessage'] = port.postMessage.bind(port);
  const { index, count, firstPort, pingEveryMs } = options;
  const envelope = new Envelope(new Keyring([new Uint8Array(32).fill(5)]), { clusterName: 'bench', context: 'datagram' });
  const known = new Set<number>();
  const others = Array.from({ length: count }, (_, other) => other).filter((other) => other !== index);
  const transport = await UdpTransport.open({ host: '127.0.0.1', port: firstPort + index }, { receive, failed: () => undefined });
  const send = (to: number, kind: number) => {
    const plain = new Uint8Array(plainBytes);
    plain[0] = kind;
    plain[1] = index;
    transport.send({ host: '127.0.0.1', port: firstPort + to }, envelope.seal(plain));
  };
  const tell = (kind: BareEvent['kind'], about: number) => report({ kind, about } satisfies BareEvent);

  function receive(bytes: Uint8Array): void {
    const [kind, from = 0] = envelope.open(bytes) ?? [];
    if (kind === ping) send(from, ack);
    if (kind === quit) tell('left', from);
    else if (!known.has(from)) {
      known.add(from);
      tell('join', from);
    }
  }

  let turn = 0;
  const next = () => {
    const other = others[turn++ % others.length];
    if (other !== undefined) send(other, ping);
    setTimeout(next, pingEveryMs);
  };
  port.on('message', () => {
    for (const other of others) send(other, quit);
  });
  for (const other of others) send(other, ping);
  setTimeout(next, pingEveryMs * Math.random());
  report('running');
}

if (parentPort === null) throw new Error('this is a worker thread, not a program');
void run(parentPort, workerData as BareOptions);
