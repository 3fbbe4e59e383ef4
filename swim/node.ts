/**
 * One member on a network: sockets, wire, key ring and engine put together. Lives in the worker thread, or on the
 * calling thread for members inside a simulation.
 */

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine, type EngineCounters } from './engine.ts';
import { Envelope } from './envelope.ts';
import { messageOf, SwimError } from './error.ts';
import { nextGeneration } from './generation.ts';
import { Keyring, type KeyInfo } from './keyring.ts';
import { checkAddress, type NodeOptions } from './options.ts';
import { profiles, type Config } from './protocol/config.ts';
import type { MemberView, SwimEvent } from './protocol/effect.ts';
import type { Address, MemberRecord } from './protocol/message.ts';
import { Protocol, type Stats as ProtocolStats } from './protocol/swim.ts';
import { ReplayWindow } from './replay.ts';
import { noGuard, sealedGuard, type StreamGuard } from './sync/guard.ts';
import type { StreamMessage } from './sync/message.ts';
import { Rotation } from './sync/rotation.ts';
import type { Traffic } from './traffic.ts';
import type { Network, StreamServer } from './transport/network.ts';
import type { Transport, TransportCounters } from './transport/transport.ts';
import { PlainWire } from './wire/plain.ts';
import { SealedWire } from './wire/sealed.ts';
import { TarantoolWire } from './wire/tarantool.ts';
import type { Wire } from './wire/wire.ts';

export type NodeEvent =
  | SwimEvent
  | { readonly kind: 'keyring'; readonly keys: readonly KeyInfo[] }
  | { readonly kind: 'failed'; readonly message: string };

export type Stats = ProtocolStats & TransportCounters & EngineCounters & { readonly rttMs: Readonly<Record<string, number>> };

export type NodeComponents = {
  readonly network: Network;
  readonly emit: (event: NodeEvent) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly microseconds: () => bigint;
  readonly random: () => number;
  /** Where it notes what it sends and receives. */
  readonly traffic: Traffic;
};

const versionWord = 0x020600;
const replayOptions = { windowMs: 30_000, sendersMax: 16_384 };
const bindTriesMax = 20;
const exchangeTriesMax = 3;
const exchangeAgainMs = 200;
/** Who may wait for the network at once: looks at addresses, exchanges of tables, questions about keys. */
const waitersMax = 64;
/** Until the second farewell is out. */
const farewellMs = 60;

type Running = {
  readonly engine: Engine;
  readonly protocol: Protocol;
  readonly transport: Transport;
  readonly streams: StreamServer | undefined;
  readonly rotation: Rotation | undefined;
};

export class SwimNode {
  readonly #parts: NodeComponents;
  readonly #options: NodeOptions;
  readonly #keyring: Keyring | undefined;
  readonly #guard: StreamGuard | undefined;
  /** Goes off when this member is stopped. */
  readonly #stopped = new AbortController();
  #running: Running | undefined = undefined;
  #starting = false;

  constructor(components: NodeComponents, options: NodeOptions) {
    this.#parts = components;
    this.#options = options;
    setMaxListeners(waitersMax, this.#stopped.signal);
    this.#keyring = options.keyring && new Keyring(options.keyring);
    this.#guard = guardFor(options, this.#keyring);
  }

  /** The address at which others reach this member. */
  async start(): Promise<Address> {
    if (this.#starting) throw new SwimError('startFailed', 'started already');
    this.#starting = true;
    const generation = await nextGeneration(this.#options.stateFile, this.#parts.microseconds());
    const { transport, streams, connect } = await this.#open();
    const address = advertised(this.#options, transport.address);
    const protocol = this.#protocol(address, generation);
    const wire = this.#wire({ generation, withSource: address.host !== transport.address.host || address.port !== transport.address.port });
    const engine = this.#engine({ protocol, wire, transport });
    this.#running = { engine, protocol, transport, streams, rotation: this.#rotation(protocol) };
    connect(engine);
    engine.start();
    return address;
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    running.engine.stop();
    this.#stopped.abort();
    await Promise.all([running.transport.close(), running.streams?.close()]);
  }

  /** Tells everybody and settles when it is told; the member is silent afterwards and still has to be stopped. */
  async leave(): Promise<void> {
    const { engine, transport } = this.#run();
    engine.run((protocol, now) => protocol.leave(now));
    await transport.flushed();
    await sleep(farewellMs);
    await transport.flushed();
  }

  members(): MemberView[] {
    return this.#run().protocol.members();
  }

  self(): MemberView {
    return this.#run().protocol.self();
  }

  setPayload(payload: Uint8Array): void {
    this.#run().engine.run((protocol, now) => protocol.setPayload(now, payload));
  }

  probe(address: Address): void {
    checkAddress(address, 1);
    this.#run().engine.run((protocol, now) => protocol.probe(now, address));
  }

  stats(): Stats {
    const { engine, protocol, transport } = this.#run();
    const rttMs = Object.fromEntries(protocol.members().flatMap(({ uuid, rttMs: rtt }) => (rtt === undefined ? [] : [[uuid, rtt]])));
    return { ...protocol.stats(), ...transport.counters(), ...engine.counters(), rttMs };
  }

  keyring(): Keyring {
    if (this.#keyring === undefined) throw new SwimError('keyRefused', 'this member has no key ring');
    return this.#keyring;
  }

  rotation(): Rotation {
    const { rotation } = this.#run();
    if (rotation === undefined) throw new SwimError('keyRefused', 'this member has no key ring');
    return rotation;
  }

  #run(): Running {
    if (this.#running === undefined) throw new SwimError('notRunning', 'this member is not running');
    return this.#running;
  }

  /** Datagram and stream sockets on one port number; with port 0 another one is tried when only one of them is free. */
  async #open() {
    let engine: Engine | undefined;
    const connect = (one: Engine) => void (engine = one);
    const { bind } = this.#options;
    for (let tries = 1; ; tries++) {
      let transport: Transport | undefined;
      try {
        transport = await this.#parts.network.open(bind, {
          receive: (bytes, from) => engine?.receive(bytes, from),
          failed: (error) => this.#parts.emit({ kind: 'failed', message: error.message }),
        });
        return { transport, streams: await this.#serve(transport.address), connect };
      } catch (cause) {
        await transport?.close();
        const again = transport !== undefined && bind.port === 0 && tries < bindTriesMax;
        if (!again) throw new SwimError('startFailed', `cannot bind ${bind.host}:${bind.port}: ${messageOf(cause)}`, { cause });
      }
    }
  }

  async #serve(address: Address): Promise<StreamServer | undefined> {
    if (this.#guard === undefined) return undefined;
    return this.#parts.network.serve(address, { guard: this.#guard, answer: (request) => this.#answer(request) });
  }

  async #answer(request: StreamMessage): Promise<StreamMessage> {
    const running = this.#running;
    if (running === undefined) return { kind: 'refused', reason: 'starting or stopping' };
    if (request.kind === 'table') {
      running.engine.run((protocol, now) => protocol.mergeFull(now, request.records));
      return { kind: 'table', records: running.protocol.fullState() };
    }
    if (request.kind !== 'keyring' || running.rotation === undefined) return { kind: 'refused', reason: 'not understood' };
    try {
      return { kind: 'keys', keys: running.rotation.answer(request.command) };
    } catch (error) {
      return { kind: 'refused', reason: messageOf(error) };
    }
  }

  #ask(to: Address, request: StreamMessage): Promise<StreamMessage> {
    if (this.#guard === undefined) return Promise.reject(new Error('this wire has no streams'));
    return this.#parts.network.ask(to, { guard: this.#guard, request, signal: this.#stopped.signal });
  }

  #engine({ protocol, wire, transport }: { protocol: Protocol; wire: Wire; transport: Transport }): Engine {
    const { now, emit, network, traffic } = this.#parts;
    return new Engine({
      protocol,
      wire,
      now,
      emit,
      turn: setImmediate,
      rested: (dueInMs) => traffic.note(transport.counters(), dueInMs),
      send: (to, bytes) => transport.send(to, bytes),
      refuses: (address) => network.refuses(address, this.#stopped.signal),
      exchangeTables: (address) => this.#exchangeTables(protocol, address),
    });
  }

  /** A member that everybody joins at once may have no stream left for a moment. */
  async #exchangeTables(protocol: Protocol, address: Address): Promise<readonly MemberRecord[] | undefined> {
    for (let tries = 1; ; tries++) {
      const reply = await this.#ask(address, { kind: 'table', records: protocol.fullState() }).catch(() => undefined);
      if (reply?.kind === 'table') return reply.records;
      if (tries >= exchangeTriesMax || this.#running === undefined) return undefined;
      await sleep(exchangeAgainMs * tries * (0.5 + this.#parts.random()), undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }

  #protocol(address: Address, generation: bigint): Protocol {
    const { uuid, profile, config, seeds, payload, nat } = this.#options;
    const settings: Config = { ...profiles[profile], ...(nat && { hardEvidence: false }), ...config };
    return new Protocol({ random: this.#parts.random }, { uuid, address, generation, config: settings, seeds, ...(payload && { payload }), ...(this.#keyring && { strangersProve: true }) });
  }

  #wire({ generation, withSource }: { generation: bigint; withSource: boolean }): Wire {
    const { clusterName, tarantoolCipher, nat } = this.#options;
    if (tarantoolCipher !== undefined) return new TarantoolWire(tarantoolCipher);
    if (this.#keyring === undefined) return new PlainWire();
    const envelope = new Envelope(this.#keyring, { clusterName, context: 'datagram' });
    return new SealedWire({ envelope, replay: new ReplayWindow(replayOptions) }, { version: versionWord, generation, withSource: withSource || nat === true });
  }

  #rotation(protocol: Protocol): Rotation | undefined {
    if (this.#keyring === undefined) return undefined;
    return new Rotation({
      keyring: this.#keyring,
      ask: (to, request) => this.#ask(to, request),
      peers: () => protocol.members().filter(({ status }) => status === 'alive' || status === 'suspected'),
      changed: (keys) => this.#parts.emit({ kind: 'keyring', keys }),
    });
  }
}

function guardFor({ clusterName, tarantoolCipher }: NodeOptions, keyring: Keyring | undefined): StreamGuard | undefined {
  if (keyring !== undefined) return sealedGuard(keyring, { clusterName });
  return tarantoolCipher === undefined ? noGuard : undefined;
}

function advertised({ advertise }: NodeOptions, bound: Address): Address {
  if (advertise === undefined) return bound;
  return advertise.port === 0 ? { host: advertise.host, port: bound.port } : advertise;
}
