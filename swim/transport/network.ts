/** All that an engine needs of a network; the real one and the one in memory are interchangeable. */

import type { Address } from '../protocol/message.ts';
import type { StreamGuard } from '../sync/guard.ts';
import type { StreamMessage } from '../sync/message.ts';
import type { Answer, Question } from '../sync/tcp.ts';
import type { OpenTransport } from './transport.ts';

export type StreamServer = { close(): Promise<void> };

export interface Network {
  readonly open: OpenTransport;
  /** Serves streams at the address of an opened transport. */
  serve(address: Address, components: { guard: StreamGuard; answer: Answer }): Promise<StreamServer>;
  ask(to: Address, question: Question): Promise<StreamMessage>;
  /** Whether nobody listens at the address, as far as the network says so. False as soon as the signal goes off. */
  refuses(address: Address, signal: AbortSignal): Promise<boolean>;
}
