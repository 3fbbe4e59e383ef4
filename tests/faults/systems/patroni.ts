/** PostgreSQL on two nodes under Patroni, an etcd member on each of them and on a third. */
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import type { Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import type { System } from '../scenario/system.ts';
import type { TargetOptions } from '../workloads/target.ts';
import { waitFor } from '~/tests/support/wait.ts';

export type PatroniOptions = { readonly ttlSeconds: number; readonly loopSeconds: number; readonly retrySeconds: number };

const [sqlPort, restPort, etcdPort, peerPort] = [5432, 8008, 2379, 2380];
const healthyMs = 40_000;
const askMs = 3_000;

type Member = { readonly role: string; readonly state: string; readonly timeline?: number; readonly replication?: readonly { readonly state: string }[] };

export class Patroni implements System {
  readonly name = 'patroni';
  readonly nodes = ['n1', 'n2', 'n3'];
  readonly roles = ['master', 'replica'];
  readonly programs = ['patroni', 'etcd'];
  readonly server = 'patroni';
  readonly target = { kind: 'postgres', user: 'postgres', database: 'postgres' } as const;
  readonly #folder: string;
  readonly #options: PatroniOptions;
  readonly #running = new Map<string, LabProcess>();
  #lab!: Lab;

  constructor({ folder }: { readonly folder: string }, options: PatroniOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async start(lab: Lab): Promise<void> {
    if (lab.kind !== 'namespaces') throw new Error('Patroni tells others its address: it needs namespaces');
    this.#lab = lab;
    // PostgreSQL does not run as root.
    chmodSync(this.#folder, 0o755);
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim()));
    for (const node of this.nodes) {
      const folder = join(this.#folder, node);
      mkdirSync(folder);
      chownSync(folder, uid!, gid!);
      writeFileSync(join(folder, 'patroni.json'), JSON.stringify(this.#config(node, folder)));
    }
    for (const node of this.nodes) this.#startEtcd(node);
    // The first one makes the database; both at once would race for it.
    await waitFor(async () => (await fetch(`http://${lab.address('n3')}:${etcdPort}/health`, { signal: AbortSignal.timeout(askMs) })).ok, { timeoutMs: healthyMs, what: 'etcd' });
    this.#startPatroni('n1');
    await waitFor(async () => (await this.#member('n1'))?.role === 'master', { timeoutMs: healthyMs, what: 'the first PostgreSQL' });
    this.#startPatroni('n2');
    await this.settled();
  }

  async resolve(role: string): Promise<string> {
    for (const node of ['n1', 'n2']) if ((await this.#member(node))?.role === role) return node;
    throw new Error(`nobody is ${role}`);
  }

  clientOptions(_from: string): Promise<TargetOptions> {
    return Promise.resolve({ endpoints: ['n1', 'n2'].map((node) => ({ host: this.#lab.address(node), port: sqlPort })), timeoutMs: 1_000 });
  }

  serverAddress(node: string): string {
    return `${this.#lab.address(node)}:${sqlPort}`;
  }

  program(node: string, name: string): LabProcess | null {
    return this.#running.get(`${node} ${name}`) ?? null;
  }

  restart(node: string): Promise<void> {
    if (!this.program(node, 'etcd')?.running) this.#startEtcd(node);
    if (node !== 'n3' && !this.program(node, 'patroni')?.running) this.#startPatroni(node);
    return Promise.resolve();
  }

  /** One master, whose one replica streams from it. */
  async settled(): Promise<void> {
    await waitFor(async () => {
      const members = [await this.#member('n1'), await this.#member('n2')];
      const master = members.find((member) => member?.role === 'master');
      return members.every((member) => member?.state === 'running') && members.some((member) => member?.role === 'replica') && master?.replication?.length === 1 && master.replication[0]!.state === 'streaming';
    }, { timeoutMs: healthyMs, what: 'Patroni to be healthy' });
  }

  writable(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  async failovers(): Promise<number> {
    return (await this.#member(await this.resolve('master')))?.timeline ?? Number.NaN;
  }

  /** Null while it does not answer. */
  async #member(node: string): Promise<Member | null> {
    const answer = await fetch(`http://${this.#lab.address(node)}:${restPort}/patroni`, { signal: AbortSignal.timeout(askMs) }).catch(() => null);
    return answer === null ? null : ((await answer.json()) as Member);
  }

  #startEtcd(node: string): void {
    const [folder, at] = [join(this.#folder, node), this.#lab.address(node)];
    const existed = statSync(join(folder, 'etcd'), { throwIfNoEntry: false }) !== undefined;
    const initial = this.nodes.map((name) => `${name}=http://${this.#lab.address(name)}:${peerPort}`).join(',');
    const args = ['--name', node, '--data-dir', join(folder, 'etcd'), '--listen-client-urls', `http://${at}:${etcdPort}`, '--advertise-client-urls', `http://${at}:${etcdPort}`, '--listen-peer-urls', `http://${at}:${peerPort}`, '--initial-advertise-peer-urls', `http://${at}:${peerPort}`, '--initial-cluster', initial, '--initial-cluster-state', existed ? 'existing' : 'new'];
    this.#running.set(`${node} etcd`, this.#lab.run(node, { program: 'etcd', args, log: join(folder, 'etcd.log') }));
  }

  #startPatroni(node: string): void {
    const folder = join(this.#folder, node);
    this.#running.set(`${node} patroni`, this.#lab.run(node, { program: 'setpriv', args: ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups', 'patroni', join(folder, 'patroni.json')], cwd: folder, log: join(folder, 'patroni.log') }));
  }

  #config(node: string, folder: string): object {
    const at = this.#lab.address(node);
    const { ttlSeconds, loopSeconds, retrySeconds } = this.#options;
    return {
      scope: 'faults', name: node,
      restapi: { listen: `${at}:${restPort}`, connect_address: `${at}:${restPort}` },
      etcd3: { hosts: this.nodes.map((name) => `${this.#lab.address(name)}:${etcdPort}`) },
      bootstrap: { dcs: { ttl: ttlSeconds, loop_wait: loopSeconds, retry_timeout: retrySeconds, postgresql: { use_pg_rewind: true } }, initdb: ['no-sync', { encoding: 'UTF8' }, { locale: 'C' }] },
      postgresql: {
        listen: `${at}:${sqlPort}`, connect_address: `${at}:${sqlPort}`, data_dir: join(folder, 'data'), pgpass: join(folder, 'pgpass'), bin_dir: '/usr/lib/postgresql/15/bin',
        authentication: { superuser: { username: 'postgres' }, replication: { username: 'postgres' } },
        pg_hba: ['local all all trust', 'host all all 0.0.0.0/0 trust', 'host replication all 0.0.0.0/0 trust'],
        parameters: { unix_socket_directories: folder, max_connections: 50 },
      },
    };
  }
}
