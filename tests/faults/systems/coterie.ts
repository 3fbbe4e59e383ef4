/**
 * Our product, as people run it but without servers: a replicaset of two or three, leases in a stateboard or in three
 * members of etcd, coordinators beside them. Clients know all addresses and ask who is not read-only.
 */
import { lua } from '~/tests/support/agents.ts';
import { waitFor } from '~/tests/support/wait.ts';
import type { Lab } from '../lab/lab.ts';
import type { Copy, Killed, Program, System } from '../scenario/system.ts';
import type { TargetSpec } from '../targets/any.ts';
import type { TarantoolUser } from '../targets/tarantool.ts';
import type { Endpoint, TargetOptions } from '../workloads/target.ts';
import type { Writable } from '../checkers/writable.ts';
import { Fleet } from './coterie-fleet.ts';
import { witnessSpace } from './witness.ts';

export type CoterieOptions = {
  readonly copies: 2 | 3;
  readonly provider: 'stateboard' | 'etcd';
  readonly durability: 'availability' | 'quorum' | 'strict';
  readonly leaseMs: number;
  /** Data on disks of their own, which can be full. */
  readonly smallDisks?: boolean;
  /** Not where its tries would count in what is measured. */
  readonly witness?: boolean;
};

export const coterieDefaults: CoterieOptions = { copies: 3, provider: 'stateboard', durability: 'availability', leaseMs: 2_000 };

const user = { user: 'faults', password: 'faults' };
const [healthyMs, settleMs, clientMs, configureMs] = [60_000, 60_000, 300, 5_000];
const arbiter = 'arbiter';
/** A small disk is to be full soon: Tarantool takes a megabyte for its log ahead. */
const padBytes = 2_000;

export class Coterie implements System {
  readonly name = 'coterie';
  readonly nodes: readonly string[];
  readonly roles: readonly string[];
  readonly programs: readonly string[];
  readonly server = 'tarantool';
  readonly leader = 'agent';
  readonly target: TargetSpec;
  readonly options: CoterieOptions;
  readonly #data: readonly string[];
  readonly #fleet: Fleet;
  #lab!: Lab;

  constructor({ folder }: { readonly folder: string }, options: Partial<CoterieOptions> = {}) {
    this.options = { ...coterieDefaults, ...options };
    const { copies, provider, durability } = this.options;
    this.#data = Array.from({ length: copies }, (_, index) => `n${index + 1}`);
    // Three hosts for etcd in any case; a stateboard has one for itself.
    this.nodes = provider === 'etcd' && copies === 3 ? this.#data : [...this.#data, arbiter];
    this.roles = ['master', 'replica', 'coordinator', 'provider'];
    this.programs = ['agent', 'tarantool', ...(provider === 'etcd' ? ['etcd'] : [])];
    this.target = { kind: 'tarantool', ...user, waitsForCopies: durability !== 'availability', padBytes: this.options.smallDisks ? padBytes : 0 };
    this.#fleet = new Fleet({ folder }, { nodes: this.nodes, data: this.#data, etcd: provider === 'etcd' ? this.nodes : [], user, smallDisks: this.options.smallDisks === true });
  }

  /** Those that have the data. */
  get data(): readonly string[] {
    return this.#data;
  }

  /** For those who ask instances by themselves. */
  get user(): TarantoolUser {
    return user;
  }

  listen(node: string): Endpoint {
    return this.#fleet.host(node).listen;
  }

  async start(lab: Lab): Promise<void> {
    this.#lab = lab;
    await this.#fleet.start(lab);
    await this.#configure();
    // Whoever is master then: it may change while the others join.
    await waitFor(async () => {
      const master = await Promise.any(this.#fleet.hosts(this.#data).map(async ({ agent }) => ((await lua(agent, 'return box.info.ro'))[0] === false ? agent : Promise.reject(new Error('read-only')))));
      await lua(master, `
        box.schema.user.create('${user.user}', { password = '${user.password}', if_not_exists = true })
        box.schema.user.grant('${user.user}', 'super', nil, nil, { if_not_exists = true })
        box.schema.space.create('${witnessSpace}', { if_not_exists = true }):create_index('primary', { if_not_exists = true })`);
      return true;
    }, { timeoutMs: healthyMs, what: 'a master that makes what clients need' });
    await this.settled();
    if (this.options.witness !== false) for (const node of this.#data) this.#fleet.witness.watch(node, this.listen(node));
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  async resolve(role: string): Promise<string> {
    const master = this.#fleet.witness.latest?.instance ?? (await this.#fleet.facts()).find(({ readOnly }) => !readOnly)?.node ?? this.#data[0]!;
    if (role === 'master') return master;
    if (role === 'replica') return this.#data.find((node) => node !== master)!;
    if (role === 'coordinator') return await this.#fleet.coordinator();
    if (this.options.provider === 'stateboard') return arbiter;
    return (await this.#fleet.leaderOfEtcd()) ?? this.nodes.at(-1)!;
  }

  async clientOptions(from: string): Promise<TargetOptions> {
    return { endpoints: await Promise.all(this.#data.map((node) => this.#lab.link(from, node, this.#fleet.host(node).listen.port))), timeoutMs: this.options.durability === 'availability' ? clientMs : clientMs + 1_000 };
  }

  serverAddress(node: string): string {
    const { host, port } = this.#fleet.host(node).listen;
    return `${host}:${port}`;
  }

  program(node: string, name: string): Program | null {
    return this.#fleet.host(node).program(name);
  }

  restart(node: string): Promise<void> {
    this.#fleet.restart(node);
    return Promise.resolve();
  }

  /** One master, and the others have what it has and follow it. */
  async settled(): Promise<void> {
    let last: string | null = null;
    await waitFor(async () => {
      last = this.#fleet.unsettled(await this.#fleet.facts(), this.#data.length);
      return last === null;
    }, { timeoutMs: settleMs, what: 'one master that all others follow' }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message.split('; last')[0]}: ${last}`);
    });
  }

  writable(killed: readonly Killed[]): Promise<readonly Writable[]> {
    return this.#fleet.writable(killed);
  }

  /** What agents noted of failover, for whoever reads of a violation. */
  trails(): string {
    return this.#fleet.trails();
  }

  witnessed(): readonly Writable[] {
    return this.#fleet.witness.writable();
  }

  /** Epochs count them: each appointment is the next one. */
  async failovers(): Promise<number> {
    return Math.max(...(await this.#fleet.facts()).map(({ epoch }) => epoch));
  }

  async copies(): Promise<readonly Copy[]> {
    return (await this.#fleet.facts(this.#data, true)).map(({ node, digest }) => ({ node, digest }));
  }

  kept(): Promise<ReadonlySet<number>> {
    return this.#fleet.kept(['faults_set']);
  }

  disk(node: string, state: 'full' | 'free'): void {
    this.#fleet.disk(node, state);
  }

  switchTo(node: string): Promise<string> {
    return this.#fleet.switchTo(node);
  }

  async reconfigure(): Promise<void> {
    const { driver } = this.#fleet;
    driver.config.sections.note = `the ${driver.version + 1}th`;
    await this.#fleet.configured(configureMs);
  }

  async #configure(): Promise<void> {
    const { provider, durability, leaseMs } = this.options;
    const { driver, all } = this.#fleet;
    const coordinates = provider === 'etcd' && !this.nodes.includes(arbiter);
    const members = this.#fleet.hosts(this.#data).map(({ agent }) => agent);
    const replicaset = driver.addReplicaset('s1', members, coordinates ? ['storage', 'failover-coordinator'] : ['storage']);
    driver.config.replicasets[replicaset]!.durability = durability;
    if (!coordinates) driver.addReplicaset('arbiter', [this.#fleet.host(arbiter).agent], ['failover-coordinator', ...(provider === 'stateboard' ? ['stateboard'] : [])]);
    driver.config.failover = {
      mode: 'stateful', leaseMs, failoversMax: 100, failoverWindowSeconds: 10,
      provider: provider === 'stateboard' ? { kind: 'stateboard' } : { kind: 'etcd', endpoints: all.map(({ etcd }) => etcd.doors.client) },
    };
    await this.#fleet.configured(healthyMs);
    await this.#fleet.ready(healthyMs);
  }
}
