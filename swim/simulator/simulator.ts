/**
 * Real machines over a simulated network. Time jumps from event to event and nothing sleeps; one seed decides every
 * choice, so a history can be replayed. Works on messages, not bytes, for speed.
 */

import type { Config } from '../protocol/config.ts';
import { Deadlines } from '../protocol/deadlines.ts';
import type { Effect, SwimEvent } from '../protocol/effect.ts';
import type { Address, MemberRecord, Message } from '../protocol/message.ts';
import { Protocol } from '../protocol/swim.ts';
import { Network, quietNetwork, type NetworkOptions } from './network.ts';
import { SimulatedNode, type Datagram } from './node.ts';
import { seeded } from './random.ts';

export type SimulatorOptions = {
  readonly seed: number;
  readonly nodes: number;
  readonly config: Config;
  readonly network?: Partial<NetworkOptions>;
  /** True: everyone knows everyone from the start. False: they join through the first `seeds` nodes. */
  readonly formed: boolean;
  readonly seeds?: number;
  /** Each clock runs up to this share too fast or too slow. */
  readonly clockDriftMax?: number;
  /** Events of one run; reaching it means that somebody spins. */
  readonly stepsMax?: number;
};

export type Observation = { readonly atMs: number; readonly by: SimulatedNode; readonly event: SwimEvent };

/** Sees every event, and every machine after it was called. Throws to fail the run. */
export type Checker = {
  readonly observed?: (observation: Observation) => void;
  readonly stepped?: (node: SimulatedNode, atMs: number) => void;
};

type Step =
  | { readonly kind: 'wake'; readonly node: SimulatedNode; readonly life: number }
  | { readonly kind: 'arrive'; readonly node: SimulatedNode; readonly datagram: Datagram }
  | { readonly kind: 'call'; readonly run: () => void };

const portBase = 10_000;
const stepsMaxDefault = 20_000_000;

export class Simulator {
  readonly nodes: readonly SimulatedNode[];
  readonly network: Network;
  readonly random: () => number;
  readonly checkers: Checker[] = [];
  datagrams = 0;
  #now = 0;
  #steps = 0;
  readonly #queue = new Deadlines<Step>();
  readonly #options: SimulatorOptions;
  /** The datagram that is being received, for effects that pass it on. */
  #current: Datagram | undefined;

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.random = seeded(options.seed);
    this.network = new Network({ random: this.random }, { ...quietNetwork, ...options.network });
    const indexes = Array.from({ length: options.nodes }, (_, index) => index);
    const known = options.formed ? indexes.map((index) => recordOf(index)) : [];
    const drift = options.clockDriftMax ?? 0;
    this.nodes = indexes.map((index) => {
      const clockRate = 1 + drift * (2 * this.random() - 1);
      return new SimulatedNode({ protocol: this.#machine(index, { generation: generationOf(0), known }) }, { index, uuid: uuidOf(index), address: addressOf(index), clockRate });
    });
    for (const node of this.nodes) this.#wake(node);
  }

  get now(): number {
    return this.#now;
  }

  node(index: number): SimulatedNode {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`no node ${index}`);
    return node;
  }

  at(atMs: number, run: () => void): void {
    this.#queue.add(atMs, { kind: 'call', run });
  }

  /** Runs to that moment, or until `done` says so (asked after every step). */
  run(untilMs: number, done: () => boolean = () => false): void {
    while (this.#queue.nextAt() <= untilMs) {
      if (++this.#steps > (this.#options.stepsMax ?? stepsMaxDefault)) throw new Error(`no end after ${this.#steps} steps, at ${this.#now} ms`);
      this.#now = Math.max(this.#now, this.#queue.nextAt());
      const step = this.#queue.takeDue(this.#now);
      if (step !== undefined) this.#perform(step);
      if (done()) return;
    }
    this.#now = Math.max(this.#now, untilMs);
  }

  /** SIGSTOP. */
  stop(node: SimulatedNode): void {
    if (node.state === 'running') node.state = 'stopped';
  }

  /** SIGCONT: timers and buffered datagrams come at once, either of them first. */
  resume(node: SimulatedNode): void {
    if (node.state !== 'stopped') return;
    node.state = 'running';
    if (this.random() < 0.5) this.#tick(node);
    for (const datagram of node.takeInbox()) this.#receive(node, datagram);
    this.#tick(node);
  }

  /** `gone`: its address refuses from now on. `silent`: nothing answers any more. */
  kill(node: SimulatedNode, state: 'gone' | 'silent'): void {
    node.state = state;
  }

  /** The same process once more, with a new generation. */
  restart(node: SimulatedNode): void {
    node.restart(this.#machine(node.index, { generation: generationOf(node.life + 1), known: [] }));
    this.#wake(node);
  }

  /** Calls a method of a machine and performs what comes of it. */
  call(node: SimulatedNode, method: (protocol: Protocol, now: number) => Effect[]): void {
    this.#do(node, method(node.protocol, node.clock(this.#now)));
  }

  #machine(index: number, { generation, known }: { generation: bigint; known: readonly MemberRecord[] }): Protocol {
    const seeds = Array.from({ length: Math.min(this.#options.seeds ?? 1, this.#options.nodes) }, (_, seed) => addressOf(seed));
    return new Protocol({ random: this.random }, { uuid: uuidOf(index), address: addressOf(index), generation, config: this.#options.config, seeds, known, strangersProve: true });
  }

  #perform(step: Step): void {
    switch (step.kind) {
      case 'wake':
        if (step.life !== step.node.life) return;
        step.node.wakeQueuedAt = Infinity;
        return this.#tick(step.node);
      case 'arrive':
        if (step.node.state === 'stopped') step.node.buffer(step.datagram);
        return this.#receive(step.node, step.datagram);
      case 'call':
        return step.run();
    }
  }

  #tick(node: SimulatedNode): void {
    if (node.state !== 'running') return;
    // A clock that runs slower than true time may round to just before its deadline.
    const clock = node.clock(this.#now);
    const due = node.protocol.wakeAt();
    if (due <= clock) this.#do(node, node.protocol.tick(clock));
    else if (due - clock < 1e-6) this.#do(node, node.protocol.tick(due));
    else this.#wake(node);
  }

  #receive(node: SimulatedNode, datagram: Datagram): void {
    if (node.state !== 'running') return;
    this.#current = datagram;
    this.#do(node, node.protocol.receive(node.clock(this.#now), datagram.message, datagram.from));
    this.#current = undefined;
  }

  #do(node: SimulatedNode, effects: readonly Effect[]): void {
    for (const effect of effects) this.#effect(node, effect);
    this.#wake(node);
    for (const checker of this.checkers) checker.stepped?.(node, this.#now);
  }

  #effect(node: SimulatedNode, effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        return this.#send(node, effect.to, effect.message);
      case 'forward':
        if (this.#current !== undefined) this.#send(node, effect.to, { ...this.#current.message, source: node.address });
        return;
      case 'event':
        for (const checker of this.checkers) checker.observed?.({ atMs: this.#now, by: node, event: effect.event });
        return;
      case 'checkEvidence':
        return this.#connect(node, effect);
      case 'fullSync':
        return this.#exchange(node, effect.address);
    }
  }

  #send(from: SimulatedNode, to: Address, message: Message): void {
    this.datagrams += 1;
    const target = this.nodes[to.port - portBase];
    if (target === undefined) return;
    for (const delayMs of this.network.copies(from.index, target.index)) {
      this.#queue.add(this.#now + delayMs, { kind: 'arrive', node: target, datagram: { message, from: from.address } });
    }
  }

  #connect(node: SimulatedNode, { uuid, address }: { uuid: string; address: Address }): void {
    const target = this.nodes[address.port - portBase];
    if (target === undefined || !this.#reachable(node, target)) return;
    this.at(this.#now + this.network.delay() + this.network.delay(), () => {
      if (target.state !== 'gone' || node.state !== 'running') return;
      this.call(node, (protocol, now) => protocol.evidence(now, { uuid, kind: 'refused' }));
    });
  }

  #exchange(node: SimulatedNode, address: Address): void {
    const target = this.nodes[address.port - portBase];
    if (target === undefined || !this.#reachable(node, target)) return;
    this.at(this.#now + 3 * this.network.delay(), () => {
      if (target.state !== 'running' || node.state !== 'running') return;
      const ours = node.protocol.fullState();
      const theirs = target.protocol.fullState();
      this.call(target, (protocol, now) => protocol.mergeFull(now, ours));
      this.call(node, (protocol, now) => protocol.mergeFull(now, theirs));
    });
  }

  #reachable(a: SimulatedNode, b: SimulatedNode): boolean {
    return this.network.passes(a.index, b.index) && this.network.passes(b.index, a.index);
  }

  #wake(node: SimulatedNode): void {
    const at = Math.max(this.#now, node.wakeAt());
    if (at >= node.wakeQueuedAt || at === Infinity) return;
    node.wakeQueuedAt = at;
    this.#queue.add(at, { kind: 'wake', node, life: node.life });
  }
}

export function uuidOf(index: number): string {
  const tail = index.toString(16).padStart(12, '0');
  return `5117a7ed-0000-4000-8000-${tail}`;
}

/** Microseconds since the epoch, as real ones are, so that datagrams have their real size. */
export function generationOf(life: number): bigint {
  return 1_790_000_000_000_000n + BigInt(life);
}

function addressOf(index: number): Address {
  return { host: '10.0.0.1', port: portBase + index };
}

function recordOf(index: number): MemberRecord {
  return { status: 'alive', address: addressOf(index), uuid: uuidOf(index), incarnation: { generation: generationOf(0), version: 0n }, payload: new Uint8Array() };
}
