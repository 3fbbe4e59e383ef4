/** Redis on two nodes, a sentinel on each of them and on a third, as its documentation draws it. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { outside } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import type { System } from '../scenario/system.ts';
import { command, parseReply, type Reply } from '../targets/resp.ts';
import { Wire } from '../targets/wire.ts';
import type { TargetOptions } from '../workloads/target.ts';
import { waitFor } from '~/tests/support/wait.ts';

export type SentinelOptions = { readonly downAfterMs: number; readonly failoverTimeoutMs: number; /** Of the master; 0 is the default of Redis. */ readonly minReplicas: number };

const service = 'main';
const [dataPort, sentinelPort] = [6379, 26379];
const askMs = 2_000;
const healthyMs = 60_000;

export class RedisSentinel implements System {
  readonly name = 'redis-sentinel';
  readonly nodes = ['n1', 'n2', 'n3'];
  readonly roles = ['master', 'replica'];
  readonly programs = ['redis', 'sentinel'];
  readonly server = 'redis';
  readonly target = { kind: 'redis', service } as const;
  readonly #folder: string;
  readonly #options: SentinelOptions;
  readonly #running = new Map<string, LabProcess>();
  #lab!: Lab;

  constructor({ folder }: { readonly folder: string }, options: SentinelOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async start(lab: Lab): Promise<void> {
    if (lab.kind !== 'namespaces') throw new Error('sentinels tell each other their addresses: they need namespaces');
    this.#lab = lab;
    const { downAfterMs, failoverTimeoutMs, minReplicas } = this.#options;
    // Debian's server is the same program under another name; its own package would start one on this machine.
    symlinkSync('/usr/bin/redis-check-rdb', join(this.#folder, 'redis-server'));
    for (const node of this.nodes) {
      const folder = join(this.#folder, node);
      mkdirSync(folder);
      const listen = [`bind ${lab.address(node)}`, 'protected-mode no', `dir ${folder}`];
      const replica = node === 'n1' ? [] : [`replicaof ${lab.address('n1')} ${dataPort}`];
      writeFileSync(join(folder, 'redis.conf'), [...listen, `port ${dataPort}`, 'save ""', 'appendonly yes', 'repl-diskless-sync-delay 0', `min-replicas-to-write ${minReplicas}`, 'min-replicas-max-lag 2', ...replica, ''].join('\n'));
      writeFileSync(join(folder, 'sentinel.conf'), [...listen, `port ${sentinelPort}`, `sentinel monitor ${service} ${lab.address('n1')} ${dataPort} 2`, `sentinel down-after-milliseconds ${service} ${downAfterMs}`, `sentinel failover-timeout ${service} ${failoverTimeoutMs}`, ''].join('\n'));
      await this.restart(node);
    }
    await this.settled();
  }

  async resolve(role: string): Promise<string> {
    const roles = await this.#rolesNow();
    const found = [...roles].find(([, told]) => told === (role === 'replica' ? 'slave' : role));
    if (!found) throw new Error(`nobody is ${role}`);
    return found[0];
  }

  clientOptions(_from: string): Promise<TargetOptions> {
    return Promise.resolve({ endpoints: this.nodes.map((node) => ({ host: this.#lab.address(node), port: sentinelPort })), timeoutMs: 1_000 });
  }

  serverAddress(node: string): string {
    return `${this.#lab.address(node)}:${dataPort}`;
  }

  program(node: string, name: string): LabProcess | null {
    return this.#running.get(`${node} ${name}`) ?? null;
  }

  restart(node: string): Promise<void> {
    const folder = join(this.#folder, node);
    const start = (name: string, args: readonly string[]) => {
      if (this.program(node, name)?.running) return;
      this.#running.set(`${node} ${name}`, this.#lab.run(node, { program: join(this.#folder, 'redis-server'), args, log: join(folder, 'log') }));
    };
    if (node !== 'n3') start('redis', [join(folder, 'redis.conf')]);
    start('sentinel', [join(folder, 'sentinel.conf'), '--sentinel']);
    return Promise.resolve();
  }

  /** One master, one replica that follows it, and all sentinels say the same and know each other. */
  async settled(): Promise<void> {
    await waitFor(async () => {
      const roles = [...(await this.#rolesNow()).entries()];
      const master = roles.find(([, role]) => role === 'master')?.[0];
      if (roles.length !== 2 || master === undefined || roles.filter(([, role]) => role === 'slave').length !== 1) return false;
      const told = await Promise.all(this.nodes.map((node) => this.#ask(node, sentinelPort, ['SENTINEL', 'MASTER', service])));
      const info = await this.#ask(master, dataPort, ['INFO', 'replication']);
      return told.every((reply) => Array.isArray(reply) && fieldOf(reply, 'ip') === this.#lab.address(master) && fieldOf(reply, 'num-other-sentinels') === '2' && fieldOf(reply, 'num-slaves') === '1' && fieldOf(reply, 'flags') === 'master') && /slave0:.*state=online/.test(String(info));
    }, { timeoutMs: healthyMs, what: 'Redis and its sentinels to be healthy' });
  }

  writable(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  async failovers(): Promise<number> {
    const told = await this.#ask('n3', sentinelPort, ['SENTINEL', 'MASTER', service]);
    return Number(Array.isArray(told) ? fieldOf(told, 'config-epoch') : Number.NaN);
  }

  async #rolesNow(): Promise<Map<string, string>> {
    const roles = new Map<string, string>();
    for (const node of ['n1', 'n2']) {
      const told = await this.#ask(node, dataPort, ['ROLE']).catch(() => null);
      if (Array.isArray(told)) roles.set(node, String(told[0]));
    }
    return roles;
  }

  async #ask(node: string, port: number, words: readonly string[]): Promise<Reply> {
    const wire = await Wire.open<Reply>(await this.#lab.link(outside, node, port), { parse: parseReply, timeoutMs: askMs });
    return await wire.ask(command(words), askMs).finally(() => wire.close());
  }
}

/** Redis tells records as a list of names and values in turn. */
function fieldOf(reply: readonly Reply[], name: string): Reply | undefined {
  return reply[reply.indexOf(name) + 1];
}
