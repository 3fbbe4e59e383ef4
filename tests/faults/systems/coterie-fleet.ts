/** All hosts of our product in a lab, without servers: agents, their instances, and members of etcd where leases are kept there. */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner } from '~/link/token.ts';
import { Driver, untilReady } from '~/tests/support/agents.ts';
import { SmallDisk } from '~/tests/support/small-disk.ts';
import type { Writable } from '../checkers/writable.ts';
import { monotonicMs } from '../history/clock.ts';
import type { Lab } from '../lab/lab.ts';
import type { Killed } from '../scenario/system.ts';
import { askInstances, type InstanceFacts } from './coterie-facts.ts';
import { CoterieHost } from './coterie-host.ts';
import { leaderOf } from './etcd-member.ts';
import { writableOf } from './lease-log.ts';
import { Witness } from './witness.ts';

export type FleetOptions = {
  readonly nodes: readonly string[];
  /** Those whose instances have data, and may lead. */
  readonly data: readonly string[];
  /** Members of etcd are on them; none: there is no etcd. */
  readonly etcd: readonly string[];
  readonly user: { readonly user: string; readonly password: string };
  readonly smallDisks: boolean;
};

const [diskMegabytes, trailLines, prepareMs] = [320, 25, 3_000];
/** The log says microseconds. */
const sameMs = 0.01;

export class Fleet {
  readonly driver = new Driver();
  readonly witness: Witness;
  readonly #folder: string;
  readonly #options: FleetOptions;
  readonly #hosts = new Map<string, CoterieHost>();
  readonly #disks = new Map<string, SmallDisk>();
  readonly #killed: Killed[] = [];
  #signer!: TokenSigner;
  #coordinator: string;

  constructor({ folder }: { readonly folder: string }, options: FleetOptions) {
    this.#folder = folder;
    this.#options = options;
    this.witness = new Witness(options.user);
    this.#coordinator = options.nodes.at(-1)!;
  }

  /** Every agent answers, and none is configured. */
  async start(lab: Lab): Promise<void> {
    const [cluster, secret, secretFile] = ['test', 'a cluster secret for tests only', join(this.#folder, 'secret')];
    writeFileSync(secretFile, secret, { mode: 0o600 });
    this.#signer = new TokenSigner(keysOf(secret, cluster).token, { name: 'test' });
    for (const node of this.#options.nodes) {
      const folder = join(this.#folder, node);
      mkdirSync(folder);
      if (this.#options.smallDisks) this.#disks.set(node, await SmallDisk.mount(folder, { megabytes: diskMegabytes }));
      this.#hosts.set(node, await CoterieHost.make(lab, { node, folder, secretFile, cluster, disk: this.#disks.get(node) ?? null }));
    }
    for (const node of this.#options.nodes) this.restart(node);
    await Promise.all(this.all.map((host) => host.up(this.#signer)));
  }

  /** What is outside of the lab: connections and mounted disks. */
  async close(): Promise<void> {
    await this.witness.stop();
    for (const [node, disk] of this.#disks) {
      // What is on the disk goes with it.
      for (const name of ['logs', 'failover.log']) cpSync(join(this.host(node).dataDir, name), join(this.#folder, `${node}-${name}`), { recursive: true, force: true });
      disk.unmount();
    }
  }

  get all(): CoterieHost[] {
    return [...this.#hosts.values()];
  }

  host(node: string): CoterieHost {
    const host = this.#hosts.get(node);
    if (!host) throw new Error(`there is no host ${node}`);
    return host;
  }

  hosts(nodes: readonly string[]): CoterieHost[] {
    return nodes.map((node) => this.host(node));
  }

  restart(node: string): void {
    const host = this.host(node);
    if (this.#options.etcd.includes(node)) host.startEtcd(this.hosts(this.#options.etcd).map(({ etcd }) => etcd));
    host.start(this.all.map(({ agent }) => agent.gossip));
  }

  /** Everybody has to be there to agree, as with a server. */
  async configured(waitMs: number): Promise<void> {
    await this.driver.apply(this.all.map(({ agent }) => agent), waitMs);
  }

  /** As a server does it: who cannot be reached hears of it from others. False: somebody refused, so nothing was changed. */
  async committed(): Promise<boolean> {
    const { driver } = this;
    const [runId, candidate] = [randomUUID(), driver.next()];
    const base = { version: driver.version, hash: driver.hash! };
    const asked = this.all.map(async ({ client }) => ({ client, answer: await client.prepare({ runId, owner: 'driver', base, candidate, ttlMs: prepareMs * 2 }, { timeoutMs: prepareMs }) }));
    const heard = (await Promise.allSettled(asked)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (heard.length === 0 || heard.some(({ answer }) => !answer.ok)) {
      await Promise.allSettled(heard.map(({ client }) => client.abort({ runId }, { timeoutMs: prepareMs })));
      return false;
    }
    const { version, hash } = candidate.meta;
    Object.assign(driver, { version, hash });
    await Promise.allSettled(heard.map(({ client }) => client.commit({ runId, version, hash, waitMs: 0 }, { timeoutMs: prepareMs })));
    return true;
  }

  async ready(timeoutMs: number): Promise<void> {
    await Promise.all(this.all.map(({ agent }) => untilReady(agent, this.driver.version, timeoutMs)));
  }

  async coordinator(): Promise<string> {
    const active = this.all.map(async ({ node, client }) => {
      if (client === null) throw new Error('it never was up');
      const { coordinator } = await client.failoverView({}, { timeoutMs: 500 });
      if (!coordinator.active) throw new Error('another one');
      return node;
    });
    this.#coordinator = await Promise.any(active).catch(() => this.#coordinator);
    return this.#coordinator;
  }

  /** Null: nobody says so, or there is no etcd. */
  async leaderOfEtcd(): Promise<string | null> {
    return await leaderOf(this.hosts(this.#options.etcd).map(({ etcd }) => etcd));
  }

  facts(nodes = this.#options.data, digests = false): Promise<InstanceFacts[]> {
    return askInstances(nodes.map((node) => ({ node, endpoint: this.host(node).listen })), { user: this.#options.user, digests });
  }

  /** Of who lives, as it tells; of who does not any more, as its log does: on a full disk there is none. */
  async writable(killed: readonly Killed[]): Promise<readonly Writable[]> {
    this.#killed.push(...killed);
    const now = monotonicMs();
    const told = (await this.facts()).flatMap(({ node, intervals }) => intervals.map(([epoch, from, to]) => ({ instance: node, epoch, from: from * 1_000, to: to === null ? now : to * 1_000 })));
    const logged = this.#options.data.flatMap((node) => writableOf(node, readFileSync(join(this.host(node).dataDir, 'logs/tarantool.log'), 'utf8'), { killed: [...this.#killed, ...this.witness.deaths], now }));
    return [...told, ...logged.filter((one) => !told.some((other) => other.instance === one.instance && Math.abs(other.from - one.from) < sameMs))];
  }

  /** What agents noted of failover, for whoever reads of a violation. */
  trails(): string {
    return this.all.map(({ node, dataDir }) => `${node}:\n${readFileSync(join(dataDir, 'failover.log'), 'utf8').trimEnd().split('\n').slice(-trailLines).join('\n')}`).join('\n');
  }

  /** Ids that were put aside, of these spaces. */
  async kept(spaces: readonly string[]): Promise<ReadonlySet<number>> {
    const ids = new Set<number>();
    for (const { client } of this.hosts(this.#options.data)) {
      for (const { name, rows } of await client.lostRows({}, { timeoutMs: 10_000 })) {
        for (let offset = 0; offset < rows; offset += 1_000) {
          const page = await client.readLostRows({ name, offset, limit: 1_000 }, { timeoutMs: 10_000 });
          // What was deleted has none: rows of a bucket that went.
          for (const { space, tuple } of page.rows) if (space !== null && tuple !== null && spaces.includes(space)) ids.add((tuple as number[])[0]!);
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
    const { uuid } = this.host(node).agent;
    const { replicaset } = this.driver.config.instances[uuid]!;
    const { client } = this.host(await this.coordinator());
    const { why } = await client.failoverCommand({ kind: 'switchover', replicaset, target: uuid, cause: 'switchover' }, { timeoutMs: 10_000 });
    return why;
  }

  nameOf(uuid: string): string {
    return this.all.find(({ agent }) => agent.uuid === uuid)?.node ?? uuid;
  }

  /** Why these are not one master with all others following it and having what it has; null: they are. */
  unsettled(facts: readonly InstanceFacts[], count: number): string | null {
    const master = facts.find(({ readOnly }) => !readOnly);
    const settled = master !== undefined && facts.length >= count && facts.every((one) => one === master || (one.readOnly && one.follows.includes(master.uuid) && one.vclock === master.vclock));
    return settled ? null : facts.map((one) => `${one.node} ${one.readOnly ? 'read-only' : 'WRITABLE'} ${one.vclock} follows ${one.follows.length === 0 ? 'nobody' : one.follows.map((uuid) => this.nameOf(uuid)).join('+')} ${one.trouble}`).join('; ');
  }
}
