import { join } from 'node:path';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { Beat } from './beat.ts';
import { ConfigKeeper } from './config/keeper.ts';
import { objectionOf } from './config/objection.ts';
import { ConfigStore } from './config/store.ts';
import { filesIn } from './data/files.ts';
import { openFolder, type DataFolder } from './data/folder.ts';
import { identityIn } from './data/identity.ts';
import { takeLock } from './data/lock.ts';
import { MemoryFile } from './data/memory.ts';
import type { Failover } from './failover/failover.ts';
import { openFailover, type AgentFailover } from './failover/open.ts';
import { openGossip } from './gossip-swim.ts';
import type { Gossip } from './gossip.ts';
import { gather, type GatherParts } from './lifecycle/gather.ts';
import { Latecomer } from './lifecycle/latecomer.ts';
import { Reconciler } from './lifecycle/reconciler.ts';
import { Soon } from './lifecycle/soon.ts';
import { doStep, stopDatabase, type StepParts } from './lifecycle/steps.ts';
import { handlersOf } from './link/handlers.ts';
import { listen, type Listener } from './link/listener.ts';
import { Peers } from './link/peers.ts';
import type { Logger } from './logs/logger.ts';
import { answeredMetrics } from './metrics/door.ts';
import { readMetrics } from './metrics/read.ts';
import { TidyUp } from './tidy-up.ts';
import { rotateHeld } from './logs/rotate.ts';
import { Operations } from './operations.ts';
import { Supervisor } from './process/supervisor.ts';
import type { Settings } from './settings/resolve.ts';
import { openRoles, type AgentRoles } from './roles/open.ts';
import { openRouter, type AgentRouter } from './router/open.ts';
import { openSharding, type AgentSharding } from './sharding/open.ts';
import { StatusFeed } from './status/feed.ts';
import { gossipFigures } from './status/gossip-figures.ts';
import { GossipWord } from './status/gossip-word.ts';
import { Sampler } from './status/sampler.ts';
import { payloadOf, statusOf } from './status/status.ts';
import { agentVersion } from './version.ts';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner } from '~/link/token.ts';

/** One agent: makes its parts, connects them, and stops them in order. */
export type AgentOptions = {
  readonly settings: Settings;
  readonly secret: string;
  /** By which other hosts may read /metrics. */
  readonly metricsToken?: string | null;
  /** By which it enters etcd, where the configuration names a user. */
  readonly statePassword?: string | null;
  readonly log: Logger;
  /** Where `main.lua` is. */
  readonly luaFolder: string;
  /** The router's program; null: there is none. */
  readonly routerFile: string | null;
  /** In tests: gossip on this thread. */
  readonly inlineGossip?: boolean;
};

const tellAfterMs = 10;
const hearAfterMs = 20;
const settledAfterMs = 150;
const rareEverySeconds = 10;
const stopStepMs = 3000;
const stopHandOverMs = 1500;

export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { settings, log } = options;
  const folder = openFolder(settings.dataDir);
  const release = takeLock(folder.lock);
  try {
    const uuid = await identityIn(folder.identity);
    const memory = await MemoryFile.open(folder.memory, (sentence) => log.warn(sentence));
    const agent = new Agent({ folder, release, uuid, memory, gossip: await gossipOf(options, { folder, uuid }) }, options);
    await agent.start();
    return agent;
  } catch (error) {
    release();
    throw error;
  }
}

function gossipOf({ settings, secret, log, inlineGossip }: AgentOptions, { folder, uuid }: { folder: DataFolder; uuid: string }): Promise<Gossip> {
  const { gossip: bind, gossipAdvertise: advertise, cluster, seeds, profile } = settings;
  const key = keysOf(secret, cluster).gossip;
  return openGossip({ log }, { uuid, bind, advertise, cluster, seeds, profile, key, stateFile: folder.gossip, keysFile: join(folder.root, 'gossip-keys.json'), inline: inlineGossip === true });
}

type Opened = { folder: DataFolder; release: () => void; uuid: string; memory: MemoryFile; gossip: Gossip };

export class Agent {
  readonly uuid: string;
  readonly #opened: Opened;
  readonly #options: AgentOptions;
  readonly #supervisor: Supervisor;
  readonly #sampler: Sampler;
  readonly #store: ConfigStore;
  readonly #keeper: ConfigKeeper;
  readonly #peers: Peers;
  readonly #reconciler: Reconciler;
  readonly #operations: Operations;
  readonly #steps: StepParts;
  readonly #facts: GatherParts;
  readonly #feed = new StatusFeed(() => this.status());
  readonly #failoverParts: AgentFailover;
  readonly #failover: Failover;
  readonly #sharding: AgentSharding;
  readonly #router: AgentRouter;
  readonly #roles: AgentRoles;
  readonly #tidyUp = new TidyUp();
  readonly #latecomer = new Latecomer();
  #candidate: ClusterConfig | null = null;
  #listener: Listener | null = null;
  readonly #beat = new Beat({ wakesAt: () => this.#failover.member?.wakesAt ?? null, ring: (second) => void this.#tick(second).catch((error: unknown) => this.#options.log.warn({ error: String(error) }, 'a look at the instance failed')) });
  #stopping = false;
  #gossips = false;
  #shown = '';
  /** An apply goes through half a dozen states within milliseconds; all members would be told of each. */
  readonly #telling = new Soon(() => this.#publish(), tellAfterMs);
  /** A version alone is no hurry: whoever asked for it has our answer, and all members would work on all of it at once. */
  readonly #settling = new Soon(() => this.#feed.publish(), settledAfterMs);
  readonly #word = new GossipWord({ payload: () => this.#payload(), others: () => this.#peers.all(), tell: () => this.#pass(), random: Math.random });
  #versionShown = '';
  /** Every change of configuration is heard once from each member. */
  readonly #hearing = new Soon(() => this.#heard(), hearAfterMs);

  constructor(opened: Opened, options: AgentOptions) {
    const { folder, uuid, memory, gossip } = opened;
    const { settings, secret, log } = options;
    const now = Date.now;
    const keys = keysOf(secret, settings.cluster);
    this.uuid = uuid;
    this.#opened = opened;
    this.#options = options;
    this.#supervisor = new Supervisor({ folder, log }, { tarantool: settings.tarantool, script: join(options.luaFolder, 'main.lua'), now, onChange: () => void this.#processChanged() });
    const supervisor = this.#supervisor;
    this.#sampler = new Sampler({ supervisor, now }, { path: folder.root });
    this.#roles = openRoles({ supervisor, sampler: this.#sampler, config: () => this.#keeper.committed?.config ?? null, name: () => this.#alias(), log, now, key: keys.databasePasswords }, { uuid, folder: folder.roles });
    this.#store = new ConfigStore(folder);
    this.#peers = new Peers({ gossip, signer: new TokenSigner(keys.token, { name: `agent ${uuid}` }) });
    const files = () => (this.#sampler.database?.configured === true ? 'data' : filesIn(folder.tarantool));
    this.#keeper = new ConfigKeeper({
      store: this.#store,
      log,
      now,
      objection: (config) => objectionOf({ uuid, cluster: settings.cluster, memory, files, supervisor, committed: () => this.#keeper.committed?.config ?? null, roles: this.#roles }, config),
      askPeers: (runId) => this.#peers.outcomes(runId),
      pullFrom: (peer) => this.#peers.pull(peer),
      onApply: ({ textOnly }) => this.#configChanged(textOnly),
      onCandidate: (config) => {
        this.#candidate = config;
        // Only one that is not configured yet does something for a version before it is decided.
        if (this.#keeper.committed?.config.instances[uuid] === undefined) this.#reconciler.poke();
      },
      onChange: () => this.#changed(),
    });
    const keeper = this.#keeper;
    this.#steps = { uuid, folder, log, memory, supervisor, fenceOf: (peer, ask) => this.#peers.fence(peer, ask), positionOf: (peer) => this.#peers.position(peer), replicationPassword: keys.replicationPassword, stateboardPassword: keys.stateboardPassword, memoryBytes: settings.memoryBytes, now, handOver: (timeoutMs) => this.#failover.handOver(timeoutMs), saveLostRows: (diverged) => this.#failoverParts.saveLostRows(diverged), roles: this.#roles };
    this.#failoverParts = openFailover(
      {
        log,
        memory,
        supervisor,
        peers: this.#peers,
        config: () => keeper.committed?.config ?? null,
        running: () => this.#sampler.database?.configured === true && this.#sampler.database.status === 'running',
        poke: () => this.#reconciler.poke(),
        onChange: () => this.#changed(),
        now,
      },
      { uuid, settings, keys, statePassword: options.statePassword ?? null, root: folder.root, tarantoolFolder: folder.tarantool, luaFolder: options.luaFolder },
    );
    this.#failover = this.#failoverParts.failover;
    this.#sharding = openSharding({ supervisor, sampler: this.#sampler, peers: this.#peers, failover: this.#failover, config: () => keeper.committed?.config ?? null, running: () => this.#sampler.database?.configured === true && this.#sampler.database.status === 'running', name: () => this.#alias(), log, now }, { uuid });
    this.#router = openRouter({ supervisor, sampler: this.#sampler, peers: this.#peers, failover: this.#failover, config: () => keeper.committed?.config ?? null, name: () => this.#alias(), onChange: () => this.#telling.poke(), log, now }, { uuid, password: keys.replicationPassword, key: keys.usersInTransit, file: options.routerFile, logFile: folder.routerLog });
    this.#facts = {
      uuid,
      listen: settings.listen,
      keeper,
      memory,
      supervisor,
      sampler: this.#sampler,
      bases: () => this.#store.bases,
      files,
      others: () => this.#peers.all(),
      candidate: () => this.#candidate,
      restart: () => this.#operations.restartWanted,
      startedAt: now(),
      alone: settings.seeds.every((seed) => seed === settings.gossipAdvertise),
      failover: this.#failover,
      roles: () => this.#roles.facts(),
    };
    this.#reconciler = new Reconciler({
      gather: (own) => gather(this.#facts, own),
      version: () => keeper.committed?.content.meta.version ?? 0,
      perform: (step, context) => {
        if (step.kind === 'stopProcess') this.#operations.restartWanted = false;
        return doStep(this.#steps, step, context);
      },
      refresh: async () => {
        this.#failover.look();
        await this.#sampler.refresh();
      },
      show: () => this.#show(),
      breakOff: () => supervisor.stop(0),
      now,
      log,
    });
    const committed = () => keeper.committed && { version: keeper.committed.content.meta.version, config: keeper.committed.config };
    this.#operations = new Operations({ uuid, log, name: () => this.#alias(), keeper, memory, supervisor, reconciler: this.#reconciler, peers: this.#peers, fence: { uuid, memory, supervisor, committed, files, hasDatabase: (peer) => (this.#peers.find(peer)?.payload.readOnly ?? null) !== null, leased: () => this.#failover.leadership() === 'held' }, secrets: [keys.replicationPassword, keys.stateboardPassword] });
  }

  async start(): Promise<void> {
    const { settings, secret, log } = this.#options;
    const { folder, gossip } = this.#opened;
    const { token: key, ringInTransit: ringKey } = keysOf(secret, settings.cluster);
    await Promise.all([this.#keeper.start(), this.#supervisor.attach(), this.#sampler.refreshDisk()]);
    await this.#sampler.refresh();
    const logs = { agent: folder.agentLog, tarantool: folder.tarantoolLog, router: folder.routerLog };
    const handlers = handlersOf({ uuid: this.uuid, keeper: this.#keeper, gossip, operations: this.#operations, feed: this.#feed, failover: this.#failoverParts.handlers(() => this.#alias()), sharding: this.#sharding.handlers, router: this.#router.handlers, roles: this.#roles.handlers, supervisor: this.#supervisor, name: () => this.#alias(), logs, ringKey, now: Date.now });
    gossip.onChange(() => this.#hearing.poke());
    const sources = { gossip, status: () => this.status(), replicaset: () => this.#replicaset()?.alias ?? null };
    const metrics = answeredMetrics({ from: settings.metrics, token: this.#options.metricsToken ?? null }, () => readMetrics(sources));
    this.#listener = await listen({ handlers, metrics, log }, { address: settings.http, key, uuid: this.uuid });
    this.#failover.configure();
    this.#sharding.start();
    this.#reconciler.begin();
    await gossip.start(this.#payload());
    this.#gossips = true;
    this.#heard();
    this.#beat.start();
    log.info({ uuid: this.uuid, data: folder.root, http: settings.http, gossip: settings.gossip, listen: settings.listen, version: agentVersion }, `agent ${this.#alias()} is up`);
  }

  /** `keepDatabase`: Tarantool goes on, and the next agent on this data directory finds it. */
  async stop({ keepDatabase }: { keepDatabase: boolean }): Promise<void> {
    const { log } = this.#options;
    this.#stopping = true;
    this.#failoverParts.breakOff();
    this.#sharding.end();
    const drained = this.#router.end();
    const stepping = this.#reconciler.stop();
    if (this.#reconciler.step?.kind === 'startDatabase') await this.#supervisor.stop(0);
    await Promise.race([stepping, new Promise((resolve) => setTimeout(resolve, stopStepMs).unref())]);
    this.#keeper.stop();
    if (!keepDatabase && this.#supervisor.id !== null) await this.#failover.handOver(stopHandOverMs);
    if (!keepDatabase && this.#supervisor.id !== null) await (this.#sampler.database?.configured === true ? stopDatabase(this.#steps) : this.#supervisor.stop(stopStepMs));
    await drained;
    this.#hearing.end();
    this.#telling.end();
    this.#settling.end();
    this.#word.end();
    this.#beat.stop();
    await this.#failoverParts.stop();
    await this.#opened.gossip.stop();
    await this.#listener?.close();
    this.#supervisor.detach();
    this.#opened.release();
    log.info({ keepDatabase }, 'agent stopped');
  }

  status(): AgentStatus {
    const now = Date.now();
    return statusOf({
      self: this.#self(),
      at: now,
      decision: this.#reconciler.decision,
      stack: this.#reconciler.decision.state === 'failed' ? (this.#reconciler.failure?.stack ?? null) : null,
      participant: this.#keeper.state,
      process: this.#sampler.agentProcess(now),
      databaseProcess: this.#sampler.databaseProcess(now),
      sample: this.#sampler.database,
      restarts: this.#supervisor.restarts,
      disk: this.#sampler.disk,
      gossipStats: gossipFigures(this.#opened.gossip),
      gossipDown: this.#opened.gossip.down,
      gossipKeys: this.#opened.gossip.keys && [...this.#opened.gossip.keys],
      failover: this.#failover.status(),
      sharding: this.#sharding.status(),
      router: this.#router.status(),
      roles: this.#roles.status(),
    });
  }

  #configChanged(textOnly: boolean): void {
    this.#tidyUp.handled(this.#keeper.state.committed?.text.length ?? 0);
    this.#supervisor.restarts.forgive();
    this.#failover.configure();
    this.#router.configure();
    if (textOnly) this.#reconciler.pass();
    else this.#reconciler.poke();
  }

  async #processChanged(): Promise<void> {
    // Before anything else: what it led can be led by another from this moment on.
    if (this.#supervisor.id === null) this.#failover.exited();
    await this.#sampler.refresh();
    this.#failover.look();
    this.#reconciler.poke();
  }

  #heard(): void {
    const { committed, conflict } = this.#keeper.state;
    const own = committed?.meta;
    for (const { uuid, payload } of this.#peers.all()) {
      const { version = 0, hash = '' } = payload.config ?? {};
      if (version > (own?.version ?? 0) || (version === own?.version && !own.hash.startsWith(hash)) || conflict?.holder === uuid) this.#keeper.tell({ kind: 'gossipVersionSeen', peer: uuid, version, hash });
    }
    this.#reconciler.poke();
  }

  /** After each decision: who asks gets it, and the apply learns whether its version is in place. */
  #show(): void {
    const { decision, failure } = this.#reconciler;
    const [version, fault] = [this.#keeper.state.committed?.meta.version ?? 0, this.#roles.fault()];
    const { appliedVersion, appliedFault, applyFailure } = this.#keeper.state;
    if (decision.step === null && decision.state === decision.goal) {
      if (appliedVersion !== version || appliedFault !== fault) this.#keeper.tell({ kind: 'applied', version, message: null, fault });
    } else if (decision.state === 'failed' && failure === null && applyFailure?.message !== decision.reason) {
      this.#keeper.tell({ kind: 'applied', version, message: decision.reason });
    }
    this.#changed();
  }

  /** Pushes the status when something in it has changed beyond its figures. */
  #changed(): void {
    const { goal, state, reason } = this.#reconciler.decision;
    const { committed, appliedVersion, conflict } = this.#keeper.state;
    const sample = this.#sampler.database;
    const { provider, member, coordinator } = this.#failover.status() ?? {};
    const leading = [provider?.error, member && { ...member, leaseLeftMs: 0 }, coordinator];
    const shown = JSON.stringify([goal, state, reason, conflict, leading, this.#supervisor.id?.pid, sample?.status, sample?.configured && sample.readOnly]);
    const version = `${committed?.meta.hash} ${appliedVersion}`;
    if (shown !== this.#shown) this.#telling.poke();
    else if (version !== this.#versionShown) this.#settling.poke();
    this.#shown = shown;
    this.#versionShown = version;
  }

  #publish(): void {
    this.#word.look();
    this.#feed.publish();
  }

  #pass(): void {
    if (this.#gossips) this.#opened.gossip.setPayload(this.#payload());
  }

  async #tick(second: number | null): Promise<void> {
    this.#failover.member?.beat();
    if (second === null || this.#stopping) return;
    rotateHeld(this.#opened.folder.tarantoolLog);
    void this.#failover.tick();
    if (second % rareEverySeconds === 0) {
      await this.#sampler.refreshDisk();
      this.#tidyUp.look();
    }
    await this.#sampler.refresh();
    void this.#sharding.tick();
    this.#router.tick();
    this.#reconciler.poke();
    this.#publish();
    await this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { decision } = this.#reconciler;
    const sample = this.#sampler.database;
    // Whom an instance follows whose master is appointed is not named by the plan.
    if (this.#failover.member !== null || sample?.configured !== true || decision.state !== 'ready' || decision.step !== null || !this.#latecomer.look(sample.replication, Date.now())) return;
    this.#options.log.info('a peer could not serve this instance yet: its replication sources are connected anew');
    await this.#operations.restartReplication();
  }

  #alias(): string {
    const committed = this.#keeper.committed?.config;
    return committed?.instances[this.uuid]?.alias ?? committed?.expelled[this.uuid]?.alias ?? this.#options.settings.name ?? `i-${this.uuid.slice(0, 8)}`;
  }

  #self() {
    const { advertise, httpAdvertise, gossipAdvertise, zone } = this.#options.settings;
    const configured = this.#keeper.committed?.config.instances[this.uuid];
    return { uuid: this.uuid, alias: this.#alias(), uri: advertise, http: httpAdvertise, gossip: gossipAdvertise, zone: configured?.zone ?? zone, agentVersion };
  }

  #replicaset() {
    const config = this.#keeper.committed?.config;
    const uuid = config?.instances[this.uuid]?.replicaset ?? null;
    return uuid === null ? null : { uuid, alias: config?.replicasets[uuid]?.alias ?? null };
  }

  #payload() {
    const replicaset = this.#replicaset()?.uuid ?? null;
    return payloadOf({ self: this.#self(), decision: this.#reconciler.decision, participant: this.#keeper.state, sample: this.#sampler.database }, replicaset);
  }
}
