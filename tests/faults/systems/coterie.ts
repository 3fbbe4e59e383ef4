/**
 * Our product, as people run it but without servers: a replicaset of two or three, leases in a stateboard or in three
 * members of etcd, coordinators beside them. Clients know all addresses and ask who is not read-only.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner } from '~/link/token.ts';
import { Driver, lua, untilReady } from '~/tests/support/agents.ts';
import { SmallDisk } from '~/tests/support/small-disk.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { monotonicMs } from '../history/clock.ts';
import type { Lab } from '../lab/lab.ts';
import type { Copy, Killed, Program, System } from '../scenario/system.ts';
import type { TargetSpec } from '../targets/any.ts';
import type { TarantoolUser } from '../targets/tarantool.ts';
import type { Endpoint, TargetOptions } from '../workloads/target.ts';
import type { Writable } from '../checkers/writable.ts';
import { CoterieHost } from './coterie-host.ts';
import { askInstances, type InstanceFacts } from './coterie-facts.ts';
import { leaderOf } from './etcd-member.ts';
import { writableOf } from './lease-log.ts';
import { Witness, witnessSpace } from './witness.ts';

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
const [healthyMs, settleMs, clientMs, diskMegabytes] = [60_000, 60_000, 300, 320];
const arbiter = 'arbiter';
/** A small disk is to be full soon: Tarantool takes a megabyte for its log ahead. */
const padBytes = 2_000;
const trailLines = 25;
/** The log says microseconds. */
const sameMs = 0.01;

export class Coterie implements System {
  readonly name = 'coterie';
  readonly nodes: readonly string[];
  readonly roles: readonly string[];
  readonly programs: readonly string[];
  readonly server = 'tarantool';
  readonly leader = 'agent';
  readonly target: TargetSpec;
  readonly options: CoterieOptions;
  readonly #folder: string;
  readonly #data: readonly string[];
  readonly #hosts = new Map<string, CoterieHost>();
  readonly #disks = new Map<string, SmallDisk>();
  readonly #witness = new Witness(user);
  readonly #driver = new Driver();
  #lab!: Lab;
  #signer!: TokenSigner;
  #replicaset = '';
  #coordinator: string;
  readonly #killed: Killed[] = [];

  constructor({ folder }: { readonly folder: string }, options: Partial<CoterieOptions> = {}) {
    this.options = { ...coterieDefaults, ...options };
    const { copies, provider, durability } = this.options;
    this.#folder = folder;
    this.#data = Array.from({ length: copies }, (_, index) => `n${index + 1}`);
    // Three hosts for etcd in any case; a stateboard has one for itself.
    this.nodes = provider === 'etcd' && copies === 3 ? this.#data : [...this.#data, arbiter];
    this.roles = ['master', 'replica', 'coordinator', 'provider'];
    this.programs = ['agent', 'tarantool', ...(provider === 'etcd' ? ['etcd'] : [])];
    this.target = { kind: 'tarantool', ...user, waitsForCopies: durability !== 'availability', padBytes: this.options.smallDisks ? padBytes : 0 };
    this.#coordinator = this.nodes.at(-1)!;
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
    return this.#host(node).listen;
  }

  async start(lab: Lab): Promise<void> {
    this.#lab = lab;
    const [cluster, secret, secretFile] = ['test', 'a cluster secret for tests only', join(this.#folder, 'secret')];
    writeFileSync(secretFile, secret, { mode: 0o600 });
    this.#signer = new TokenSigner(keysOf(secret, cluster).token, { name: 'test' });
    for (const node of this.nodes) {
      const folder = join(this.#folder, node);
      mkdirSync(folder);
      if (this.options.smallDisks) this.#disks.set(node, await SmallDisk.mount(folder, { megabytes: diskMegabytes }));
      this.#hosts.set(node, await CoterieHost.make(lab, { node, folder, secretFile, cluster, disk: this.#disks.get(node) ?? null }));
    }
    for (const node of this.nodes) await this.restart(node);
    await Promise.all(this.#all().map((host) => host.up(this.#signer)));
    await this.#configure();
    // Whoever is master then: it may change while the others join.
    await waitFor(async () => {
      const master = await Promise.any(this.#data.map((node) => this.#host(node).agent).map(async (agent) => ((await lua(agent, 'return box.info.ro'))[0] === false ? agent : Promise.reject(new Error('read-only')))));
      await lua(master, `
        box.schema.user.create('${user.user}', { password = '${user.password}', if_not_exists = true })
        box.schema.user.grant('${user.user}', 'super', nil, nil, { if_not_exists = true })
        box.schema.space.create('${witnessSpace}', { if_not_exists = true }):create_index('primary', { if_not_exists = true })`);
      return true;
    }, { timeoutMs: healthyMs, what: 'a master that makes what clients need' });
    await this.settled();
    if (this.options.witness !== false) for (const node of this.#data) this.#witness.watch(node, this.#host(node).listen);
  }

  /** What is outside of the lab: connections and mounted disks. */
  async close(): Promise<void> {
    await this.#witness.stop();
    for (const [node, disk] of this.#disks) {
      // What is on the disk goes with it.
      for (const name of ['logs', 'failover.log']) cpSync(join(this.#host(node).dataDir, name), join(this.#folder, `${node}-${name}`), { recursive: true, force: true });
      disk.unmount();
    }
  }

  async resolve(role: string): Promise<string> {
    const master = this.#witness.latest?.instance ?? (await this.#facts()).find(({ readOnly }) => !readOnly)?.node ?? this.#data[0]!;
    if (role === 'master') return master;
    if (role === 'replica') return this.#data.find((node) => node !== master)!;
    if (role === 'coordinator') return await this.#activeCoordinator();
    if (this.options.provider === 'stateboard') return arbiter;
    return (await leaderOf(this.#all().map(({ etcd }) => etcd))) ?? this.nodes.at(-1)!;
  }

  async clientOptions(from: string): Promise<TargetOptions> {
    return { endpoints: await Promise.all(this.#data.map((node) => this.#lab.link(from, node, this.#host(node).listen.port))), timeoutMs: this.options.durability === 'availability' ? clientMs : clientMs + 1_000 };
  }

  serverAddress(node: string): string {
    const { host, port } = this.#host(node).listen;
    return `${host}:${port}`;
  }

  program(node: string, name: string): Program | null {
    return this.#host(node).program(name);
  }

  restart(node: string): Promise<void> {
    const host = this.#host(node);
    if (this.options.provider === 'etcd') host.startEtcd(this.#all().map(({ etcd }) => etcd));
    host.start(this.#all().map(({ agent }) => agent.gossip));
    return Promise.resolve();
  }

  /** One master, and the others have what it has and follow it. */
  async settled(): Promise<void> {
    let last: readonly InstanceFacts[] = [];
    await waitFor(async () => {
      last = await this.#facts();
      const master = last.find(({ readOnly }) => !readOnly);
      if (master === undefined || last.length < this.#data.length) return false;
      return last.every((one) => one === master || (one.readOnly && one.follows.includes(master.uuid) && one.vclock === master.vclock));
    }, { timeoutMs: settleMs, what: 'one master that all others follow' }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message.split('; last')[0]}: ${last.map((one) => `${one.node} ${one.readOnly ? 'read-only' : 'WRITABLE'} ${one.vclock} follows ${one.follows.length === 0 ? 'nobody' : one.follows.map((uuid) => this.#nameOf(uuid)).join('+')} ${one.trouble}`).join('; ')}`);
    });
  }

  /** Of who lives, as it tells; of who does not any more, as its log does: on a full disk there is none. */
  async writable(killed: readonly Killed[]): Promise<readonly Writable[]> {
    this.#killed.push(...killed);
    const now = monotonicMs();
    const told = (await this.#facts()).flatMap(({ node, intervals }) => intervals.map(([epoch, from, to]) => ({ instance: node, epoch, from: from * 1_000, to: to === null ? now : to * 1_000 })));
    const logged = this.#data.flatMap((node) => writableOf(node, readFileSync(join(this.#host(node).dataDir, 'logs/tarantool.log'), 'utf8'), { killed: [...this.#killed, ...this.#witness.deaths], now }));
    return [...told, ...logged.filter((one) => !told.some((other) => other.instance === one.instance && Math.abs(other.from - one.from) < sameMs))];
  }

  /** What agents noted of failover, for whoever reads of a violation. */
  trails(): string {
    return this.#all().map(({ node, dataDir }) => `${node}:\n${readFileSync(join(dataDir, 'failover.log'), 'utf8').trimEnd().split('\n').slice(-trailLines).join('\n')}`).join('\n');
  }

  witnessed(): readonly Writable[] {
    return this.#witness.writable();
  }

  /** Epochs count them: each appointment is the next one. */
  async failovers(): Promise<number> {
    return Math.max(...(await this.#facts()).map(({ epoch }) => epoch));
  }

  async copies(): Promise<readonly Copy[]> {
    return (await this.#facts(true)).map(({ node, digest }) => ({ node, digest }));
  }

  async kept(): Promise<ReadonlySet<number>> {
    const ids = new Set<number>();
    for (const { client } of this.#all().filter(({ node }) => this.#data.includes(node))) {
      for (const { name, rows } of await client.lostRows({}, { timeoutMs: 10_000 })) {
        for (let offset = 0; offset < rows; offset += 1_000) {
          const page = await client.readLostRows({ name, offset, limit: 1_000 }, { timeoutMs: 10_000 });
          for (const { space, tuple } of page.rows) if (space === 'faults_set') ids.add((tuple as number[])[0]!);
        }
      }
    }
    return ids;
  }

  disk(node: string, state: 'full' | 'free'): void {
    const disk = this.#disks.get(node);
    if (state === 'full') disk?.fill();
    else disk?.free();
  }

  async switchTo(node: string): Promise<string> {
    const { client } = this.#host(await this.#activeCoordinator());
    const { why } = await client.failoverCommand({ kind: 'switchover', replicaset: this.#replicaset, target: this.#host(node).agent.uuid, cause: 'switchover' }, { timeoutMs: 10_000 });
    return why;
  }

  /** Everybody has to be there to agree, as with a server. */
  async reconfigure(): Promise<void> {
    this.#driver.config.sections.note = `the ${this.#driver.version + 1}th`;
    await this.#driver.apply(this.#all().map(({ agent }) => agent), 5_000);
  }

  async #configure(): Promise<void> {
    const { provider, durability, leaseMs } = this.options;
    const coordinates = provider === 'etcd' && !this.nodes.includes(arbiter);
    const members = this.#data.map((node) => this.#host(node).agent);
    this.#replicaset = this.#driver.addReplicaset('s1', members, coordinates ? ['storage', 'failover-coordinator'] : ['storage']);
    this.#driver.config.replicasets[this.#replicaset]!.durability = durability;
    if (!coordinates) this.#driver.addReplicaset('arbiter', [this.#host(arbiter).agent], ['failover-coordinator', ...(provider === 'stateboard' ? ['stateboard'] : [])]);
    this.#driver.config.failover = {
      mode: 'stateful', leaseMs, failoversMax: 100, failoverWindowSeconds: 10,
      provider: provider === 'stateboard' ? { kind: 'stateboard' } : { kind: 'etcd', endpoints: this.#all().map(({ etcd }) => etcd.doors.client) },
    };
    await this.#driver.apply(this.#all().map(({ agent }) => agent), healthyMs);
    await Promise.all(this.#all().map(({ agent }) => untilReady(agent, this.#driver.version, healthyMs)));
  }

  async #activeCoordinator(): Promise<string> {
    const active = this.#all().map(async ({ node, client }) => {
      if (client === null) throw new Error('it never was up');
      const { coordinator } = await client.failoverView({}, { timeoutMs: 500 });
      if (!coordinator.active) throw new Error('another one');
      return node;
    });
    this.#coordinator = await Promise.any(active).catch(() => this.#coordinator);
    return this.#coordinator;
  }

  #facts(digests = false): Promise<InstanceFacts[]> {
    return askInstances(this.#data.map((node) => ({ node, endpoint: this.#host(node).listen })), { user, digests });
  }

  #nameOf(uuid: string): string {
    return this.#all().find(({ agent }) => agent.uuid === uuid)?.node ?? uuid;
  }

  #all(): CoterieHost[] {
    return [...this.#hosts.values()];
  }

  #host(node: string): CoterieHost {
    const host = this.#hosts.get(node);
    if (!host) throw new Error(`there is no host ${node}`);
    return host;
  }
}
