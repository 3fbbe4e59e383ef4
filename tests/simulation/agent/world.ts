import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Memory } from '~/agent/data/memory.ts';
import type { FenceAnswer } from '~/agent/lifecycle/facts.ts';
import { answerFence, type FenceReply } from '~/agent/lifecycle/fence.ts';
import { gather, type GatherParts } from '~/agent/lifecycle/gather.ts';
import { plan } from '~/agent/lifecycle/plan.ts';
import { doStep, type StepParts } from '~/agent/lifecycle/steps.ts';
import { Restarts } from '~/agent/process/restarts.ts';
import { blankMemory, ModelDatabase, type ModelWorld, type Rows } from './model.ts';
import type { Scheduler } from './scheduler.ts';

/** Agents with the real plan, steps and fence, on model databases, disks and gossip. */
export type Version = { readonly version: number; readonly base: number | null; readonly config: ClusterConfig };

const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
export const rs = 'rs';

export class SimAgent {
  alive = false;
  /** As the running agent sees it, and as it is on disk. */
  memory: Memory = blankMemory;
  disk: Memory = blankMemory;
  committed: Version | null = null;
  readonly bases = new Map<number, number | null>();
  /** What it last heard of each peer. */
  readonly heard = new Map<string, { version: number; readOnly: boolean | null; state: 'alive' | 'dead'; joins: boolean }>();
  #answers = new Map<string, FenceAnswer>();
  #startedAt = 0;
  #busy = false;
  #sample: GatherParts['sampler']['database'] = null;
  readonly #restarts = new Restarts();
  readonly #supervisor: StepParts['supervisor'] & Pick<GatherParts['supervisor'], 'state'>;
  readonly #memory: StepParts['memory'];

  constructor(
    readonly uuid: string,
    readonly database: ModelDatabase,
    readonly world: SimWorld,
  ) {
    this.#supervisor = supervisorOf(database);
    this.#memory = memoryOf(this);
  }

  start(): void {
    this.alive = true;
    this.memory = this.disk;
    this.#startedAt = this.world.now;
    this.#answers = new Map();
    this.#busy = false;
    this.heard.clear();
    this.look();
  }

  /** The agent alone, or the database with it. */
  kill(withDatabase: boolean): void {
    this.alive = false;
    this.world.scheduler.kill(this.uuid);
    if (withDatabase) this.database.end();
  }

  take(version: Version): void {
    if ((this.committed?.version ?? 0) >= version.version) return;
    this.committed = version;
    this.bases.set(version.version, version.base);
    this.#answers = new Map();
  }

  look(): void {
    const { state, configured, readOnly, peers } = this.database;
    // Only these fields of a sample are looked at.
    const sample = configured ? { configured, status: 'running', readOnly, listen: this.uuid, peers } : { configured, status: this.database.starting ? 'loading' : 'unknown', version: '' };
    this.#sample = state === 'down' ? null : (sample as GatherParts['sampler']['database']);
  }

  hear(other: SimAgent): void {
    const state = other.alive ? 'alive' : 'dead';
    this.heard.set(other.uuid, { version: other.committed?.version ?? 0, readOnly: other.database.configured ? other.database.readOnly : null, state, joins: other.database.files === 'none' });
  }

  /** What it is about to do, or waits for: for the message of a failing life. */
  outlook(): string {
    const { state, reason, step } = plan(gather(this.#gathered(), { answers: this.#answers, failure: null, forgottenFor: 1e9, now: this.world.now }));
    return `${this.uuid} ${state}${this.#busy ? ' busy' : ''} ${step ? JSON.stringify(step) : (reason ?? '')}`;
  }

  fence(ask: { version: number; by: string }) {
    const committed = () => this.committed && { version: this.committed.version, config: this.committed.config };
    return answerFence({ uuid: this.uuid, memory: this.#memory, supervisor: this.#supervisor, committed, files: () => this.database.files, hasDatabase: (peer) => (this.heard.get(peer)?.readOnly ?? null) !== null, leased: () => false }, ask);
  }

  /** Plans once and does the step; resolves at once, the step goes on by itself. */
  act(): void {
    if (!this.alive || this.#busy) return;
    const { now, scheduler } = this.world;
    const { step } = plan(gather(this.#gathered(), { answers: this.#answers, failure: null, forgottenFor: 1e9, now }));
    if (step === null) return;
    this.#busy = true;
    const version = this.committed?.version ?? 0;
    const answers = this.#answers;
    const parts: StepParts = { uuid: this.uuid, folder: { tarantool: '' }, log: silent, memory: this.#memory, supervisor: this.#supervisor, fenceOf: (peer, ask) => this.world.call(this, peer, ask), positionOf: async () => null, replicationPassword: '', stateboardPassword: '', memoryBytes: 0, now: () => this.world.now, handOver: async () => {}, saveLostRows: async () => {}, roles: { apply: async () => {}, applySchema: async () => {} } };
    const over = () => {
      this.#busy = false;
      this.look();
    };
    const life = this.#startedAt;
    const ended = () => {
      if (this.alive && life === this.#startedAt) over();
    };
    void scheduler.pause(this.uuid).then(() => doStep(parts, step, { version, answered: (peer, answer) => void answers.set(peer, answer) })).then(ended, ended);
  }

  #gathered(): GatherParts {
    const others = [...this.heard].map(([uuid, { version, readOnly, state, joins }]) => ({ uuid, address: '', state, generation: '0', incarnation: '0', rttMs: null, bytes: new Uint8Array(0), payload: { kind: 'agent' as const, alias: uuid, uri: uuid, http: '', zone: null, state: joins ? ('connecting' as const) : ('ready' as const), config: version > 0 ? { version, hash: '' } : null, replicaset: rs, readOnly } }));
    const committed = this.committed && { config: this.committed.config, content: { meta: { version: this.committed.version } } };
    return {
      uuid: this.uuid,
      listen: this.uuid,
      keeper: { committed: committed as GatherParts['keeper']['committed'] },
      memory: this.#memory,
      supervisor: { state: this.#supervisor.state, restarts: this.#restarts },
      sampler: { database: this.#sample, unanswered: 0 },
      bases: () => this.bases,
      files: () => this.database.files,
      others: () => others,
      candidate: () => null,
      restart: () => false,
      startedAt: this.#startedAt,
      alone: false,
      failover: { leadership: () => null, wish: null },
      roles: () => null,
    };
  }
}

function supervisorOf(database: ModelDatabase) {
  return {
    get state() {
      return database.state;
    },
    call: (method: string, params: object) => database.call(method, params as Record<string, unknown>),
    start: async () => database.begin(),
    stop: async () => database.end(),
  };
}

/** What is not on disk yet when the agent is killed is lost. */
function memoryOf(agent: SimAgent): StepParts['memory'] {
  return {
    get value() {
      return agent.memory;
    },
    update: async (changes: Partial<Memory>) => {
      agent.memory = { ...agent.memory, ...changes };
      const written = agent.memory;
      await agent.world.scheduler.pause(agent.uuid);
      agent.disk = written;
    },
  };
}

export class SimWorld implements ModelWorld {
  now = 0;
  bootstraps = 0;
  readonly registered = new Set<string>();
  readonly databases = new Map<string, ModelDatabase>();
  readonly agents: SimAgent[] = [];
  readonly versions: Version[] = [];
  /** Acknowledged rows by origin; those of a disabled instance that nobody else had are given up. */
  readonly acknowledged: Rows = {};

  constructor(
    readonly scheduler: Scheduler,
    count: number,
  ) {
    for (let i = 0; i < count; i++) {
      const uuid = `i${i + 1}`;
      const database = new ModelDatabase(uuid, this);
      this.databases.set(uuid, database);
      this.agents.push(new SimAgent(uuid, database, this));
    }
  }

  get newest(): Version {
    return this.versions.at(-1)!;
  }

  /** Two-phase, as far as it matters: who has the version before takes the new one, each at its own time or never. */
  commit(change: (config: ClusterConfig) => ClusterConfig, reaches: (agent: SimAgent) => boolean): void {
    const base = this.versions.at(-1);
    const config = change(base?.config ?? this.#firstConfig());
    const version = { version: (base?.version ?? 0) + 1, base: base?.version ?? null, config };
    this.versions.push(version);
    for (const agent of this.agents) {
      if (agent.alive && (agent.committed?.version ?? 0) === (base?.version ?? 0) && reaches(agent)) agent.take(version);
    }
  }

  async call(from: SimAgent, to: string, ask: { version: number; by: string }): Promise<FenceReply> {
    await this.scheduler.pause(from.uuid);
    const target = this.agents.find(({ uuid }) => uuid === to)!;
    if (!target.alive) throw new Error(`${to} cannot be reached`);
    const reply = await target.fence(ask);
    await this.scheduler.pause(from.uuid);
    return reply;
  }

  /** Rows flow to who pulls from whom. */
  replicate(): void {
    const [to, from] = [this.scheduler.pick(this.agents)!.database, this.scheduler.pick(this.agents)!.database];
    if (to === from || !to.configured || !from.configured || !to.peers.includes(from.uuid) || to.rows === null) return;
    for (const [origin, lsn] of Object.entries(from.rows ?? {})) {
      const own = to.rows[origin] ?? 0;
      if (lsn > own) to.rows[origin] = own + 1 + Math.floor(this.scheduler.random() * (lsn - own));
    }
  }

  write(): void {
    for (const { uuid, database } of this.agents) {
      if (!database.configured || database.readOnly || database.rows === null) continue;
      database.rows[uuid] = (database.rows[uuid] ?? 0) + 1;
      this.acknowledged[uuid] = database.rows[uuid]!;
    }
  }

  /** Who can write right now. */
  writable(): string[] {
    return this.agents.filter(({ database }) => database.configured && !database.readOnly).map(({ uuid }) => uuid);
  }

  #firstConfig(): ClusterConfig {
    const instances = Object.fromEntries(this.agents.map(({ uuid }) => [uuid, { alias: uuid, uri: uuid, replicaset: rs, zone: null, electable: true, disabled: false }]));
    const replicaset = { alias: rs, roles: ['storage'], priority: this.agents.map(({ uuid }) => uuid), weight: 1, allRw: false };
    return { format: 1, name: 'sim', replicasets: { [rs]: replicaset }, instances, expelled: {}, failover: { mode: 'disabled' }, sections: {} };
  }
}
