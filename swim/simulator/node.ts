/** One simulated process: a machine, its own clock, and the socket buffer that fills while it is stopped. */

import type { Address, Message } from '../protocol/message.ts';
import type { Protocol } from '../protocol/swim.ts';

/** `stopped`: SIGSTOP. `gone`: the process ended, its address refuses. `silent`: the host is lost, nothing answers. */
export type NodeState = 'running' | 'stopped' | 'gone' | 'silent';

export type Datagram = { readonly message: Message; readonly from: Address };

const inboxMax = 512;

export class SimulatedNode {
  readonly index: number;
  readonly uuid: string;
  readonly address: Address;
  state: NodeState = 'running';
  /** The earliest wake-up in the queue of events. */
  wakeQueuedAt = Infinity;
  #protocol: Protocol;
  /** Rate of its clock against true time: 1.05 is 5 % fast. */
  readonly #clockRate: number;
  #inbox: Datagram[] = [];
  /** Counts restarts, so that a wake-up of an earlier life is known. */
  life = 0;

  constructor(components: { protocol: Protocol }, options: { index: number; uuid: string; address: Address; clockRate: number }) {
    this.#protocol = components.protocol;
    this.index = options.index;
    this.uuid = options.uuid;
    this.address = options.address;
    this.#clockRate = options.clockRate;
  }

  get protocol(): Protocol {
    return this.#protocol;
  }

  clock(trueMs: number): number {
    return trueMs * this.#clockRate;
  }

  /** When, in true time, the machine wants to be woken. */
  wakeAt(): number {
    return this.#protocol.wakeAt() / this.#clockRate;
  }

  /** False: the buffer is full and the datagram lost. */
  buffer(datagram: Datagram): boolean {
    if (this.#inbox.length >= inboxMax) return false;
    this.#inbox.push(datagram);
    return true;
  }

  takeInbox(): Datagram[] {
    const inbox = this.#inbox;
    this.#inbox = [];
    return inbox;
  }

  restart(protocol: Protocol): void {
    this.#protocol = protocol;
    this.#inbox = [];
    this.state = 'running';
    this.wakeQueuedAt = Infinity;
    this.life += 1;
  }
}
