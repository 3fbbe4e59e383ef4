/**
 * SWIM group membership: who is alive, at which address, with which payload. One `Swim` is one member of one group.
 * The engine runs in a worker thread, so calls give promises; `inline` keeps it on the calling thread.
 */

import { EventEmitter } from 'node:events';
import { perform } from './calls.ts';
import { SwimError } from './error.ts';
import type { KeyInfo } from './keyring.ts';
import { machineComponents } from './machine.ts';
import { SwimNode, type NodeEvent, type Stats } from './node.ts';
import { checkOptions, type NodeOptions } from './options.ts';
import type { MemberView } from './protocol/effect.ts';
import type { Address } from './protocol/message.ts';
import type { PeerKeys } from './sync/rotation.ts';
import { Traffic, type Datagrams } from './traffic.ts';
import type { Network } from './transport/network.ts';
import { WorkerHost, type Host } from './worker-host.ts';
import type { Call, Results } from './worker-messages.ts';

export { SwimError, type SwimErrorCode, type Obstacle } from './error.ts';
export type { KeyInfo } from './keyring.ts';
export type { Stats } from './node.ts';
export type { NodeOptions } from './options.ts';
export type { Config, ProfileName } from './protocol/config.ts';
export type { MemberView } from './protocol/effect.ts';
export type { Address, Incarnation, Status } from './protocol/message.ts';
export type { PeerKeys } from './sync/rotation.ts';
export type { Datagrams } from './traffic.ts';
export { MemoryNetwork } from './transport/memory.ts';
export type { Network } from './transport/network.ts';

export type SwimOptions = NodeOptions & {
  /** The bundle of `worker.ts`. Absent: `worker.mjs` beside this file. */
  readonly workerUrl?: URL;
  /** Run on the calling thread: then a blocked loop makes this member look dead. */
  readonly inline?: true;
  /** Another network than the machine's; only inline. */
  readonly network?: Network;
};

export type SwimEvents = {
  join: [MemberView];
  /** Somebody accuses it; nothing is decided yet. */
  suspect: [MemberView];
  /** An accusation was refuted, or a dead or departed member is back. */
  alive: [MemberView];
  dead: [MemberView];
  left: [MemberView];
  payload: [MemberView];
  address: [MemberView];
  /** Two live members claim one uuid: the member as known, and where the other one is. */
  conflict: [MemberView, Address];
  /** The ring of this member changed, by this or by another one: keep `keyring.export()`. */
  keyring: [readonly KeyInfo[]];
  /** The engine is of no more use; stop it and start another. */
  failed: [SwimError];
};

export interface SwimKeyring {
  list(): Promise<readonly KeyInfo[]>;
  /** The rings of all other members; rejects when one does not tell. */
  survey(): Promise<readonly PeerKeys[]>;
  /** On all members. Gives the key's id. */
  install(key: Uint8Array): Promise<string>;
  /** On all members, refused unless all have the key. */
  use(id: string): Promise<void>;
  /** On all members, refused while one still seals with it. */
  remove(id: string): Promise<void>;
  /** Here alone, and in place of all others; the first one seals. For a member that was away while the keys were changed. */
  take(keys: readonly Uint8Array[]): Promise<void>;
  /** The keys themselves, for keeping: give them as `keyring` at the next start. */
  export(): Promise<readonly Uint8Array[]>;
}

export interface Swim {
  /** Settles when the sockets are bound; joining the seeds goes on from there. Gives the advertised address. */
  start(): Promise<Address>;
  /** Leaves nothing open. Without `leave` before it, the others will find this member dead. */
  stop(): Promise<void>;
  leave(): Promise<void>;
  /** Everyone else, the dead included while they are remembered. */
  members(): Promise<readonly MemberView[]>;
  self(): Promise<MemberView>;
  /** At most 1200 bytes. */
  setPayload(payload: Uint8Array): Promise<void>;
  /** Pings an address; whoever answers becomes a member. */
  probe(address: Address): Promise<void>;
  stats(): Promise<Stats>;
  /** So far, without a question to the engine; null: it does not run, or does not get on. */
  traffic(): Datagrams | null;
  readonly keyring: SwimKeyring;
  on<K extends keyof SwimEvents>(event: K, listener: (...args: SwimEvents[K]) => void): this;
  off<K extends keyof SwimEvents>(event: K, listener: (...args: SwimEvents[K]) => void): this;
  once<K extends keyof SwimEvents>(event: K, listener: (...args: SwimEvents[K]) => void): this;
}

/** Throws `SwimError` `optionsInvalid`. */
export function createSwim(options: SwimOptions): Swim {
  const { workerUrl = new URL('./worker.mjs', import.meta.url), inline, network, ...node } = options;
  checkOptions(node);
  if (network !== undefined && inline !== true) throw new SwimError('optionsInvalid', 'a network of its own needs inline: true');
  return new Member((emit) => {
    if (inline !== true) return new WorkerHost({ emit }, { workerUrl, node });
    const traffic = new Traffic();
    const components = { ...machineComponents(), ...(network && { network }) };
    return new InlineHost(new SwimNode({ ...components, traffic, emit }, node), traffic);
  });
}

class InlineHost implements Host {
  readonly traffic: Traffic;
  readonly #node: SwimNode;

  constructor(node: SwimNode, traffic: Traffic) {
    this.#node = node;
    this.traffic = traffic;
  }

  call(call: Call): Promise<unknown> {
    return perform(this.#node, call);
  }

  close(): Promise<void> {
    return this.#node.stop();
  }
}

class Member extends EventEmitter<SwimEvents> implements Swim {
  readonly #open: (emit: (event: NodeEvent) => void) => Host;
  #host: Host | undefined = undefined;

  constructor(open: (emit: (event: NodeEvent) => void) => Host) {
    super();
    this.#open = open;
  }

  readonly keyring: SwimKeyring = {
    list: () => this.#call({ kind: 'keyList' }),
    survey: () => this.#call({ kind: 'keySurvey' }),
    install: (key) => this.#call({ kind: 'keyInstall', key }),
    use: (id) => this.#call({ kind: 'keyUse', id }),
    remove: (id) => this.#call({ kind: 'keyRemove', id }),
    take: (keys) => this.#call({ kind: 'keyTake', keys }),
    export: () => this.#call({ kind: 'keyExport' }),
  };

  async start(): Promise<Address> {
    if (this.#host !== undefined) throw new SwimError('startFailed', 'started already');
    const host = this.#open((event) => this.#tell(event));
    this.#host = host;
    try {
      return await this.#call({ kind: 'start' });
    } catch (error) {
      this.#host = undefined;
      await host.close();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    if (host === undefined) return;
    await host.call({ kind: 'stop' }).catch(() => undefined);
    await host.close();
  }

  leave(): Promise<void> {
    return this.#call({ kind: 'leave' });
  }

  members(): Promise<readonly MemberView[]> {
    return this.#call({ kind: 'members' });
  }

  self(): Promise<MemberView> {
    return this.#call({ kind: 'self' });
  }

  setPayload(payload: Uint8Array): Promise<void> {
    return this.#call({ kind: 'setPayload', payload });
  }

  probe(address: Address): Promise<void> {
    return this.#call({ kind: 'probe', address });
  }

  stats(): Promise<Stats> {
    return this.#call({ kind: 'stats' });
  }

  traffic(): Datagrams | null {
    return this.#host?.traffic.read() ?? null;
  }

  /** The host answers a call with what `perform` gives for its kind, which is what `Results` lists. */
  async #call<C extends Call>(call: C): Promise<Results[C['kind']]> {
    if (this.#host === undefined) throw new SwimError('notRunning', 'this member is not running');
    return (await this.#host.call(call)) as Results[C['kind']];
  }

  #tell(event: NodeEvent): void {
    switch (event.kind) {
      case 'conflict':
        return void this.emit('conflict', event.member, event.claimed);
      case 'keyring':
        return void this.emit('keyring', event.keys);
      case 'failed':
        return void this.emit('failed', new SwimError('engineFailed', event.message));
      case 'join':
      case 'suspect':
      case 'alive':
      case 'dead':
      case 'left':
      case 'payload':
      case 'address':
        return void this.emit(event.kind, event.member);
    }
  }
}
