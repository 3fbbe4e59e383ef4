/**
 * Runs the protocol on a network: performs its effects, wakes it in time, and measures how late its own timers are.
 * After a late wake-up everything that waits in the socket is read before any time-out is judged.
 */

import type { Effect, SwimEvent } from './protocol/effect.ts';
import type { Address, MemberRecord, Message } from './protocol/message.ts';
import type { Protocol } from './protocol/swim.ts';
import type { RawPacket, Wire } from './wire/wire.ts';

export type EngineComponents = {
  readonly protocol: Protocol;
  readonly wire: Wire;
  readonly send: (to: Address, bytes: Uint8Array) => void;
  readonly emit: (event: SwimEvent) => void;
  readonly refuses: (address: Address) => Promise<boolean>;
  /** Fails quietly with undefined. */
  readonly exchangeTables: (address: Address) => Promise<readonly MemberRecord[] | undefined>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** After each thing done: in how many ms there is something to do again. */
  readonly rested?: (dueInMs: number) => void;
  /** Runs something after the event loop has read its sockets once more. */
  readonly turn: (run: () => void) => void;
};

export type EngineCounters = {
  /** Datagrams that were not understood, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly unsendable: number;
  readonly evidenceChecks: number;
  readonly timerLateMsMax: number;
};

const lateMsMin = 50;
const punctualMs = 3;
const checksMax = 32;
const exchangesMax = 4;
/** Turns of the event loop; each reads up to 32 datagrams. */
const drainTurnsMax = 64;
const timerMsMax = 60_000;

type Packet = { readonly raw: RawPacket; readonly message: Message };

export class Engine {
  readonly #parts: EngineComponents;
  readonly #rejected = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined = undefined;
  #dueAt = Infinity;
  #stopped = false;
  #draining = false;
  #lateTold = false;
  #received = 0;
  #unsendable = 0;
  #evidenceChecks = 0;
  #checking = 0;
  #exchanging = 0;
  #timerLateMsMax = 0;

  constructor(components: EngineComponents) {
    this.#parts = components;
  }

  start(): void {
    this.#rest();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** For calls from outside: `run` asks the protocol something and gives back what it wants done. */
  run(ask: (protocol: Protocol, now: number) => Effect[]): void {
    if (this.#stopped) return;
    this.#perform(ask(this.#parts.protocol, this.#parts.now()));
    this.#rest();
  }

  receive(bytes: Uint8Array, from: Address): void {
    if (this.#stopped || bytes.length === 0) return;
    this.#received++;
    const { protocol, wire } = this.#parts;
    const now = this.#parts.now();
    this.#noteLateness(now);
    const received = wire.decode(now, bytes, from);
    if (!received.ok) {
      this.#rejected.set(received.reason, (this.#rejected.get(received.reason) ?? 0) + 1);
      return;
    }
    this.#perform(protocol.receive(now, received.message, from), received);
    this.#rest();
  }

  counters(): EngineCounters {
    return {
      rejected: Object.fromEntries(this.#rejected),
      unsendable: this.#unsendable,
      evidenceChecks: this.#evidenceChecks,
      timerLateMsMax: this.#timerLateMsMax,
    };
  }

  #rest(): void {
    this.#arm();
    this.#parts.rested?.(this.#dueAt - this.#parts.now());
  }

  #arm(): void {
    if (this.#stopped || this.#draining) return;
    const at = this.#parts.protocol.wakeAt();
    if (at === this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = at;
    if (at === Infinity) return;
    const delayMs = Math.min(timerMsMax, Math.max(0, Math.ceil(at - this.#parts.now())));
    this.#timer = setTimeout(() => this.#wake(), delayMs);
  }

  #wake(): void {
    const now = this.#parts.now();
    this.#noteLateness(now);
    // In time: what could be waiting in the socket came within the time-out's own precision.
    if (now - this.#dueAt < punctualMs) return this.#tick(now);
    this.#draining = true;
    this.#drain(drainTurnsMax, this.#received);
  }

  /** One turn reads what waits in the socket; a turn that reads nothing means that it is empty. */
  #drain(turnsLeft: number, receivedBefore: number): void {
    this.#parts.turn(() => {
      if (this.#stopped) return;
      if (turnsLeft > 1 && this.#received > receivedBefore) return this.#drain(turnsLeft - 1, this.#received);
      this.#draining = false;
      this.#tick(this.#parts.now());
    });
  }

  #tick(now: number): void {
    this.#lateTold = false;
    this.#dueAt = Infinity;
    this.#perform(this.#parts.protocol.tick(now));
    this.#rest();
  }

  /** A process that was stopped may read its socket before its timers fire. */
  #noteLateness(now: number): void {
    const lateMs = now - this.#dueAt;
    if (!(lateMs > 0) || this.#draining) return;
    this.#timerLateMsMax = Math.max(this.#timerLateMsMax, this.#dueAt === -Infinity ? 0 : lateMs);
    if (lateMs < lateMsMin || this.#lateTold || this.#dueAt === -Infinity) return;
    this.#lateTold = true;
    this.#parts.protocol.timerLate(now, lateMs);
  }

  #perform(effects: readonly Effect[], packet?: Packet): void {
    for (const effect of effects) this.#performOne(effect, packet);
  }

  #performOne(effect: Effect, packet: Packet | undefined): void {
    switch (effect.kind) {
      case 'send':
        return this.#send(effect.to, this.#parts.wire.encode(effect.message));
      case 'forward':
        return packet && this.#forward(effect.to, packet);
      case 'event':
        return this.#parts.emit(effect.event);
      case 'checkEvidence':
        return void this.#check(effect);
      case 'fullSync':
        return void this.#exchange(effect.address);
    }
  }

  #forward(to: Address, { raw, message }: Packet): void {
    const source = this.#parts.protocol.self().address;
    this.#send(to, this.#parts.wire.forward(raw, { ...message, source }));
  }

  #send(to: Address, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) this.#unsendable++;
    else this.#parts.send(to, bytes);
  }

  async #check({ uuid, address }: { uuid: string; address: Address }): Promise<void> {
    if (this.#checking >= checksMax) return;
    this.#checking++;
    this.#evidenceChecks++;
    const refused = await this.#parts.refuses(address).catch(() => false);
    this.#checking--;
    if (refused) this.run((protocol, now) => protocol.evidence(now, { uuid, kind: 'refused' }));
  }

  async #exchange(address: Address): Promise<void> {
    if (this.#exchanging >= exchangesMax) return;
    this.#exchanging++;
    const records = await this.#parts.exchangeTables(address);
    this.#exchanging--;
    if (records !== undefined) this.run((protocol, now) => protocol.mergeFull(now, records));
  }
}
