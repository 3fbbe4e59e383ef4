import { join } from 'node:path';
import { ConfigKeeper } from '~/agent/config/keeper.ts';
import type { Gossip } from '~/agent/gossip.ts';
import { openGossip } from '~/agent/gossip-swim.ts';
import { Soon } from '~/agent/lifecycle/soon.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { StatusFeed } from '~/agent/status/feed.ts';
import { agentVersion } from '~/agent/version.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { AgentStatus, LifeCycle } from '~/contract/shapes/status.ts';
import { lockEnd } from '~/core/apply/participant-state.ts';
import type { CommittedVersion } from '~/core/apply/version.ts';
import type { GossipPayload } from '~/link/gossip-payload.ts';
import { inetNetwork } from '~/swim/transport/inet.ts';
import type { Documents } from './documents.ts';
import { Door, isTaken } from './door.ts';
import { noTroubles, troubled, type Fault } from './faults.ts';
import { drawn } from './figures.ts';
import { Gate } from './gate.ts';
import { gossipConfig } from './gossip-config.ts';
import { handlersOf } from './handlers.ts';
import type { Leadership } from './leadership.ts';
import { changesAt, freshDatabase, lifeOf, type Database, type Life } from './life.ts';
import { MemoryStore } from './memory-store.ts';
import type { Place } from './population.ts';
import { databaseOf, hostOf } from './report.ts';

/**
 * One agent and its Tarantool as the rest of the cluster sees them: real gossip, the real link with its tokens, the
 * real two-phase apply; only the database and the machine below are made up.
 */

export type InstanceParts = {
  readonly log: Logger;
  readonly documents: Documents;
  readonly leadership: Leadership;
  readonly find: (uuid: string) => SimulatedInstance | null;
  readonly now: () => number;
  readonly onCommitted: (committed: CommittedVersion) => void;
};

export type InstanceOptions = {
  readonly uuid: string;
  readonly place: Place;
  readonly cluster: string;
  readonly keys: { readonly token: Uint8Array; readonly gossip: Uint8Array; readonly ringInTransit: Uint8Array };
  readonly seeds: readonly string[];
  readonly dataDir: string;
  /** What it had committed when the simulation ended the last time. */
  readonly committed: CommittedVersion | null;
};

/** As the real agent: what follows each other within milliseconds is told once. */
const passAfterMs = 250;
const settledAfterMs = 100;

export class SimulatedInstance {
  readonly gate = new Gate();
  readonly feed = new StatusFeed(() => this.status());
  readonly #store: MemoryStore;
  readonly #door: Door;
  readonly #passing = new Soon(() => this.#pass(), passAfterMs);
  readonly #settling = new Soon(() => this.publish(), settledAfterMs);
  #keeper: ConfigKeeper;
  #gossip: Gossip | null = null;
  #gossipPort = 0;
  #up = false;
  #since: number;
  #database: Database = freshDatabase;
  #troubles = noTroubles;
  #crashes: { count: number; lastAt: number | null } = { count: 0, lastAt: null };
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly parts: InstanceParts,
    readonly options: InstanceOptions,
  ) {
    this.#since = parts.now();
    this.#store = new MemoryStore(options.committed, parts.onCommitted);
    this.#keeper = this.#newKeeper();
    this.#door = new Door({ handlers: handlersOf(this), gate: this.gate }, { key: options.keys.token, uuid: options.uuid });
  }

  get uuid(): string {
    return this.options.uuid;
  }

  get alias(): string {
    const config = this.config;
    return config?.instances[this.uuid]?.alias ?? config?.expelled[this.uuid]?.alias ?? this.options.place.name;
  }

  get keeper(): ConfigKeeper {
    return this.#keeper;
  }

  get gossip(): Gossip | null {
    return this.#gossip;
  }

  get config(): ClusterConfig | null {
    return this.parts.documents.configOf(this.#keeper.state.committed);
  }

  /** Its agent runs and answers. */
  get answers(): boolean {
    return this.#up && !this.gate.shut;
  }

  get running(): boolean {
    return this.#up;
  }

  /** As its peers find it: there, and with its database. */
  get isUp(): boolean {
    return this.answers && this.life().state === 'ready';
  }

  /** The same for all members of its replicaset. */
  get group(): number {
    const replicaset = this.config?.instances[this.uuid]?.replicaset;
    return replicaset === undefined ? this.options.place.index : Number.parseInt(replicaset.slice(0, 6), 16);
  }

  life(): Life {
    return lifeOf({ uuid: this.uuid, config: this.config, database: this.#database }, this.parts.now());
  }

  async start(): Promise<void> {
    if (this.#up) return;
    this.#up = true;
    this.gate.open();
    await this.#keeper.start();
    await this.#door.open();
    // While it was away somebody may have been given its port.
    this.#gossip = await this.#gossiping(this.#gossipPort).catch((error: unknown) => (isTaken(error) ? this.#gossiping(0) : Promise.reject(error)));
    this.#gossipPort = Number(this.gate.address.slice(this.gate.address.lastIndexOf(':') + 1));
    this.changed();
  }

  /** `abruptly`: nobody hears a goodbye. */
  async stop({ abruptly }: { abruptly: boolean }): Promise<void> {
    if (!this.#up) return;
    this.#up = false;
    clearTimeout(this.#timer);
    if (abruptly) this.gate.shut = true;
    this.#keeper.stop();
    await Promise.all([this.#door.close(), this.#gossip?.stop()]);
    this.#gossip = null;
    this.#keeper = this.#newKeeper();
    await this.#keeper.start();
  }

  async suffer(fault: Fault): Promise<void> {
    this.#troubles = troubled(this.#troubles, fault);
    switch (fault.kind) {
      case 'kill':
        return this.stop({ abruptly: true });
      case 'start':
        return this.start();
      case 'hang':
        this.gate.shut = true;
        return;
      case 'resume':
        this.gate.open();
        break;
      case 'crash':
        this.#crashes = { count: this.#crashes.count + 1, lastAt: this.parts.now() };
        this.busy('connecting', { crashedMs: fault.seconds * 1000, busyMs: 400 });
        return;
      case 'lag':
      case 'memory':
      case 'disk':
      case 'replication':
      case 'calm':
        break;
    }
    this.changed();
  }

  /** Its database begins anew: down for a while, then on its way for a while. */
  busy(busyAs: LifeCycle, { crashedMs = 0, busyMs }: { crashedMs?: number; busyMs: number }): void {
    const now = this.parts.now();
    this.#since = now + crashedMs;
    this.#database = { stopped: false, crashedUntil: now + crashedMs, busyUntil: now + crashedMs + busyMs, busyAs };
    this.changed();
  }

  halt(): void {
    this.#database = { ...this.#database, stopped: true };
    this.changed();
  }

  publish(): void {
    if (this.answers) this.feed.publish();
  }

  /** Something other than figures may be different. */
  changed(): void {
    const { now, leadership, find } = this.parts;
    clearTimeout(this.#timer);
    // Before the look: what ends between the two is looked at again, rather than never.
    const at = changesAt(this.#database, now());
    const life = this.life();
    if (at !== Infinity) this.#timer = setTimeout(() => this.changed(), Math.max(1, at - now()));
    const { committed, appliedVersion } = this.#keeper.state;
    if (life.state === life.goal && committed && appliedVersion !== committed.meta.version) this.#keeper.tell({ kind: 'applied', version: committed.meta.version, message: null });
    const config = this.config;
    const replicaset = config?.instances[this.uuid]?.replicaset;
    if (config && replicaset !== undefined && leadership.consider(config, replicaset, now())) for (const uuid of config.replicasets[replicaset]!.priority) find(uuid)?.tellSoon();
    this.tellSoon();
  }

  tellSoon(): void {
    this.#settling.poke();
    this.#passing.poke();
  }

  status(): AgentStatus {
    const { parts, options } = this;
    const now = parts.now();
    const { state, goal, reason, runs } = this.life();
    const { committed, appliedVersion, candidate, conflict } = this.#keeper.state;
    const config = this.config;
    const own = config?.instances[this.uuid];
    const { count, lastAt } = this.#crashes;
    return {
      uuid: this.uuid,
      alias: this.alias,
      uri: own?.uri ?? options.place.uri,
      http: this.#door.address,
      gossip: this.gate.address,
      zone: own ? own.zone : options.place.zone,
      agentVersion,
      at: now,
      state,
      goal,
      reason: reason ?? conflict?.sentence ?? null,
      stack: null,
      config: committed && { version: committed.meta.version, hash: committed.meta.hash },
      appliedVersion,
      candidate: candidate && { runId: candidate.runId, version: candidate.content.meta.version, owner: candidate.owner, expiresAt: lockEnd(candidate) },
      ...hostOf({ index: options.place.index, since: this.#since }, this.#troubles),
      database: runs && own ? databaseOf({ uuid: this.uuid, index: options.place.index, since: this.#since, group: this.group, config: config!, replicaset: own.replicaset, leadership: parts.leadership, troubles: this.#troubles, ready: state === 'ready' }, now) : null,
      restarts: { count, crashLoop: false, lastExitAt: lastAt, lastExit: lastAt === null ? null : 'signal SIGKILL', nextStartAt: this.#database.crashedUntil > now ? this.#database.crashedUntil : null },
    };
  }

  payload(): GossipPayload {
    const { alias, uri, http, zone, state, config, database } = this.status();
    const replicaset = this.config?.instances[this.uuid]?.replicaset ?? null;
    return { kind: 'agent', alias, uri, http, zone, state, config: config && { version: config.version, hash: config.hash.slice(0, 16) }, replicaset, readOnly: database?.readOnly ?? null };
  }

  #pass(): void {
    this.#gossip?.setPayload(this.payload());
  }

  async #gossiping(port: number): Promise<Gossip> {
    const { uuid, cluster, seeds, keys, dataDir } = this.options;
    const address = `127.0.0.1:${port}`;
    const gossip = await openGossip({ log: this.parts.log }, { uuid, cluster, seeds, bind: address, advertise: address, profile: 'lan', key: keys.gossip, stateFile: null, keysFile: join(dataDir, `gossip-keys-${uuid}.json`), inline: true, config: gossipConfig, network: this.gate.network(inetNetwork()) });
    gossip.onChange(() => this.#heard());
    await gossip.start(this.payload());
    return gossip;
  }

  /** A version that others have and this one has not: the keeper fetches it from one of them. */
  #heard(): void {
    const own = this.#keeper.state.committed?.meta.version ?? 0;
    for (const { uuid, payload } of this.#gossip?.members() ?? []) {
      if (payload?.kind === 'agent' && payload.config && payload.config.version > own) this.#keeper.tell({ kind: 'gossipVersionSeen', peer: uuid, ...payload.config });
    }
  }

  #newKeeper(): ConfigKeeper {
    const { documents, find, log, now } = this.parts;
    let known = this.#store.configured(this.options.uuid, documents);
    return new ConfigKeeper({
      store: this.#store,
      parse: documents.parse,
      log,
      now,
      objection: async () => null,
      askPeers: () => answersOfNobody(),
      pullFrom: async (peer) => (find(peer)?.answers === true ? find(peer)!.keeper.state.committed : null),
      onApply: () => {
        const placed = this.config?.instances[this.uuid] !== undefined;
        // The first configuration that names it makes it begin or copy its data, which takes a moment.
        if (placed && !known) this.busy('bootstrapping', { busyMs: 200 + 600 * drawn(this.options.place.index, 5) });
        known = placed;
        this.changed();
      },
      onCandidate: () => {},
      onChange: () => this.#settling.poke(),
    });
  }
}

/** A candidate that nobody decides runs out; a decided version is seen in the gossip of the others. */
async function* answersOfNobody(): AsyncGenerator<never> {}
