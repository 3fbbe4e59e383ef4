/**
 * Being the proxy of somebody's indirect ping: the datagram is passed on untouched, and when the target stays silent the
 * asker is told so. Hearing "nothing" from a helper is how the asker knows that its own network works.
 */

import type { Config } from './config.ts';
import type { Counters } from './counters.ts';
import { sameAddress } from './address.ts';
import type { Deadlines } from './deadlines.ts';
import type { Members } from './members.ts';
import type { Address, Message, Routing } from './message.ts';
import type { Outbox } from './outbox.ts';
import type { Postman } from './postman.ts';
import { RateLimit } from './rateLimit.ts';
import type { Timer } from './timer.ts';

export type Relay = { readonly asker: Address; readonly target: Address; readonly probe: number };

const relaysMax = 64;

type Components = {
  readonly members: Members;
  readonly outbox: Outbox;
  readonly postman: Postman;
  readonly counters: Counters;
  readonly deadlines: Deadlines<Timer>;
};

export class Relays {
  readonly #parts: Components;
  readonly #config: Config;
  readonly #limit: RateLimit;
  readonly #open = new Set<Relay>();

  constructor(components: Components, config: Config) {
    this.#parts = components;
    this.#config = config;
    this.#limit = new RateLimit(config.forwardsPerSecondMax);
  }

  /** Only between members: a proxy for strangers would be an amplifier. */
  forward(now: number, message: Message, routing: Routing): void {
    const { members, counters, outbox } = this.#parts;
    const known = members.get(message.senderUuid) !== undefined && members.at(routing.target) !== undefined;
    if (!known || !this.#limit.take(now)) {
      counters.forwardsRefused += 1;
      return;
    }
    counters.forwarded += 1;
    outbox.add({ kind: 'forward', to: routing.target });
    const nack = message.trailer?.nack;
    if (nack?.kind === 'request') this.#watch(now, { asker: routing.source, target: routing.target, probe: nack.probe });
    if (isAck(message)) this.#answered(routing);
  }

  watches(relay: Relay): boolean {
    return this.#open.has(relay);
  }

  onTimer(relay: Relay): void {
    if (!this.#open.delete(relay)) return;
    this.#parts.postman.send({ address: relay.asker }, { nack: { kind: 'answer', probe: relay.probe } });
  }

  /** After a pause of our own nothing we did not hear is the target's fault. */
  drop(): void {
    this.#open.clear();
  }

  #watch(now: number, relay: Relay): void {
    if (this.#open.size >= relaysMax) return;
    this.#open.add(relay);
    this.#parts.deadlines.add(now + this.#config.nackAfterMs, { kind: 'relay', relay });
  }

  #answered(routing: Routing): void {
    for (const relay of this.#open) {
      if (sameAddress(relay.asker, routing.target) && sameAddress(relay.target, routing.source)) this.#open.delete(relay);
    }
  }
}

function isAck(message: Message): boolean {
  return message.sections.some((section) => section.kind === 'failureDetection' && section.type === 'ack');
}
