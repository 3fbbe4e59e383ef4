/**
 * A router's worker: clients in front, storages behind, and between them the map of buckets. It keeps nothing that a
 * restart would lose.
 */
import { formatAddress, IprotoServer, parseAddress, serverDefaults, type Address, type Clock } from '~/iproto/index.ts';
import { Cluster } from './cluster.ts';
import { Crud } from './crud/crud.ts';
import { Figures } from './figures.ts';
import { Front } from './front.ts';
import type { Settings, Stats, Topology, Users } from '~/link/router-protocol.ts';
import { Relay } from './relay.ts';
import { Scanner } from './scanner.ts';
import { Shards } from './shards.ts';
import { Upstream } from './upstream.ts';

export type RouterComponents = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Buffer;
  readonly log: (sentence: string) => void;
  readonly usage: () => { readonly memoryBytes: number; readonly cpuMs: number };
};

/** A router that was here before, and is ending, may still have the port. */
const portWaitMs = 3_000;
const portAgainMs = 20;

export type RouterOptions = { readonly settings: Settings; readonly worker: number; readonly instanceUuid: string };

export class Router {
  readonly #components: RouterComponents;
  readonly #options: RouterOptions;
  readonly #cluster: Cluster;
  readonly #scanner: Scanner;
  readonly #relay: Relay;
  readonly #front: Front;
  readonly #server: IprotoServer;
  readonly #figures = new Figures();
  readonly #startedAt: number;
  #users = new Map<string, Buffer>();

  constructor(components: RouterComponents, options: RouterOptions) {
    const { clock, random, randomBytes, log } = components;
    const { settings } = options;
    this.#components = components;
    this.#options = options;
    this.#startedAt = clock.now();
    const onNews = () => this.#relay?.news();
    const upstreamOptions = { credentials: settings.credentials, connections: settings.connectionsPerInstance };
    const cluster = new Cluster({ open: (entry) => new Upstream({ clock, random, onUp: () => this.#connected() }, entry, upstreamOptions), onNews }, settings);
    const scanner = new Scanner({ clock, cluster, onNews, log }, { scanMs: settings.scanMs, askMs: settings.readTryMs, group: settings.group });
    const map = () => scanner.map;
    const onUnknown = () => scanner.wake();
    const relay = new Relay({ clock, cluster, map, onUnknown, onRetry: (why) => this.#figures.retried(why) }, { ...settings, ...settings.limits });
    const shards = new Shards({ relay, cluster, map, now: clock.now, holdPrefix: options.instanceUuid }, settings);
    const crud = new Crud({ relay, cluster, map, clock, onUnknown }, { callTimeoutMs: settings.callTimeoutMs, rowsMax: settings.limits.rowsMax, schemaMs: settings.scanMs, hash: settings.hash });
    const front = new Front({ relay, figures: this.#figures, now: clock.now, map, onUnknown, crud: crud.serve, ask: shards.ask }, settings);
    this.#cluster = cluster;
    this.#scanner = scanner;
    this.#relay = relay;
    this.#front = front;
    this.#server = new IprotoServer(
      { clock, randomBytes, storedHashOf: (user) => this.#users.get(user), handle: front.handle },
      {
        ...serverDefaults, listen: parseAddress(settings.listen), instanceUuid: options.instanceUuid, guest: settings.guest,
        connectionsMax: settings.limits.connectionsMax, inFlightMax: settings.limits.clientInFlightMax, frameBytesMax: settings.limits.frameBytesMax,
      },
    );
  }

  /** Resolves with where it listens. */
  async start(topology: Topology, users: Users): Promise<string> {
    this.setUsers(users);
    this.setTopology(topology);
    this.#scanner.start();
    return formatAddress(await this.#listen());
  }

  async #listen(): Promise<Address> {
    const { clock } = this.#components;
    const until = clock.now() + portWaitMs;
    for (;;) {
      try {
        return await this.#server.start();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        if (clock.now() >= until) throw new Error(`${this.#options.settings.listen} is another program's: give the router another address`, { cause: error });
        await new Promise<void>((resolve) => clock.after(portAgainMs, resolve));
      }
    }
  }

  setTopology(topology: Topology): void {
    this.#scanner.forget(this.#cluster.apply(topology));
    this.#scanner.wake();
  }

  /** Who has logged in already stays. */
  setUsers(users: Users): void {
    this.#users = new Map(Object.entries(users).map(([name, hash]) => [name, Buffer.from(hash, 'base64')]));
  }

  /** Answers what is at work, for as long as `drainMs`, and ends. Resolves with how many calls were cut off. */
  async drain(drainMs = this.#options.settings.drainMs): Promise<number> {
    this.#front.drain();
    await this.#server.stop(drainMs);
    const left = this.#relay.inFlight;
    this.#scanner.stop();
    this.#cluster.stop();
    return left;
  }

  stats(): Stats {
    const { clock, usage } = this.#components;
    const map = this.#scanner.map;
    const shards = [...this.#cluster.shards.values()];
    return {
      worker: this.#options.worker,
      upMs: clock.now() - this.#startedAt,
      connections: this.#server.sessions.size,
      inFlight: this.#relay.inFlight,
      held: this.#relay.held,
      calls: this.#figures.calls(),
      retries: this.#figures.retries(),
      map: { count: map?.count ?? 0, known: map?.known ?? 0, ageMs: this.#scanner.ageMs, conflicts: map?.conflicts ?? 0, totals: Object.fromEntries(map?.totals() ?? []) },
      pools: shards.flatMap(({ instances }) => instances.map(({ uuid, uri, connections, inFlight, slow }) => ({ instance: uuid, uri, up: connections.up, connections: connections.all, inFlight, slow }))),
      masters: Object.fromEntries(shards.map(({ uuid, masterUuid, epoch }) => [uuid, { instance: masterUuid, epoch }])),
      ...usage(),
    };
  }

  #connected(): void {
    this.#relay.news();
    this.#scanner.wake();
  }
}
