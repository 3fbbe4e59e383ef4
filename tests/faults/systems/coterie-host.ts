/** One host of our product: an agent of the built bundle with its Tarantool, and where asked for a member of etcd. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve as absolute } from 'node:path';
import type { AgentClient } from '~/link/protocol.ts';
import { agentClient } from '~/link/client.ts';
import type { TokenSigner } from '~/link/token.ts';
import { tarantoolPid, type TestAgent } from '~/tests/support/agents.ts';
import type { SmallDisk } from '~/tests/support/small-disk.ts';
import { waitFor } from '~/tests/support/wait.ts';
import type { Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import type { Program } from '../scenario/system.ts';
import { etcdArguments, type EtcdMember } from './etcd-member.ts';

type Place = { readonly host: string; readonly port: number };
const say = ({ host, port }: Place): string => `${host}:${port}`;

export type HostOptions = { readonly node: string; readonly folder: string; readonly secretFile: string; readonly cluster: string; readonly disk: SmallDisk | null };

type Own = { readonly listen: Place; readonly gossip: Place; readonly http: Place; readonly router: Place };

const identityMs = 30_000;
const routerProgram = 'dist/router/main.mjs';

export class CoterieHost {
  readonly node: string;
  readonly dataDir: string;
  readonly etcd: EtcdMember;
  /** As the configuration and other agents name it. */
  readonly agent: TestAgent;
  readonly #lab: Lab;
  readonly #options: HostOptions;
  readonly #own: Own;
  #agentProcess: LabProcess | null = null;
  #etcdProcess: LabProcess | null = null;

  static async make(lab: Lab, options: HostOptions): Promise<CoterieHost> {
    const { node } = options;
    const host = lab.address(node);
    const place = async (udp = false) => {
      const own = { host, port: await lab.port(node) };
      return { own, door: await lab.door(node, own.port, { udp }) };
    };
    const [listen, gossip, http, client, peer] = [await place(), await place(true), await place(), await place(), await place()];
    const etcd = { node, listen: { client: say(client.own), peer: say(peer.own) }, doors: { client: say(client.door), peer: say(peer.door) } };
    const router = { host, port: await lab.port(node) };
    return new CoterieHost(lab, options, { own: { listen: listen.own, gossip: gossip.own, http: http.own, router }, doors: { listen: say(listen.door), gossip: say(gossip.door), http: say(http.door) }, etcd });
  }

  private constructor(lab: Lab, options: HostOptions, at: { readonly own: Own; readonly doors: { readonly listen: string; readonly gossip: string; readonly http: string }; readonly etcd: EtcdMember }) {
    this.#lab = lab;
    this.#options = options;
    this.#own = at.own;
    this.node = options.node;
    this.dataDir = join(options.folder, 'data');
    this.etcd = at.etcd;
    this.agent = { name: options.node, dataDir: this.dataDir, ...at.doors, uuid: '', client: null as never, child: null, flags: [] };
  }

  /** Where its Tarantool listens, for those outside of the lab. */
  get listen(): Place {
    return this.#own.listen;
  }

  /** Where its router listens, if it runs one. */
  get router(): Place {
    return this.#own.router;
  }

  get client(): AgentClient {
    return this.agent.client;
  }

  start(seeds: readonly string[]): void {
    if (this.#agentProcess?.running) return;
    const { listen, gossip, http } = this.agent;
    const { disk, secretFile, cluster, folder } = this.#options;
    mkdirSync(folder, { recursive: true });
    const flags = {
      '--name': this.node, '--data-dir': this.dataDir, '--cluster': cluster, '--secret-file': secretFile, '--seeds': seeds.join(','),
      '--listen': say(this.#own.listen), '--advertise': listen, '--gossip': say(this.#own.gossip), '--gossip-advertise': gossip, '--http': say(this.#own.http), '--http-advertise': http,
    };
    const [program, ...args] = [...(disk?.inside ?? []), process.execPath, absolute('dist/agent/main.mjs'), ...Object.entries(flags).flat()];
    this.#agentProcess = this.#lab.run(this.node, { program: program!, args, cwd: folder, log: join(folder, 'agent.out') });
  }

  startEtcd(members: readonly EtcdMember[]): void {
    if (this.#etcdProcess?.running) return;
    const { folder } = this.#options;
    mkdirSync(folder, { recursive: true });
    this.#etcdProcess = this.#lab.run(this.node, { program: 'etcd', args: etcdArguments(this.etcd, { folder, members }), cwd: folder, log: join(folder, 'etcd.log') });
  }

  /** Until it answers. */
  async up(signer: TokenSigner): Promise<void> {
    this.agent.uuid = await waitFor(() => {
      if (!this.#agentProcess?.running) throw new Error(`agent ${this.node} ended: ${readFileSync(join(this.#options.folder, 'agent.out'), 'utf8').slice(-2_000)}`);
      return (JSON.parse(readFileSync(join(this.dataDir, 'identity.json'), 'utf8')) as { uuid: string }).uuid;
    }, { timeoutMs: identityMs, what: `the identity of ${this.node}` });
    this.agent.client = agentClient({ uuid: this.agent.uuid, alias: this.node, http: say(this.#own.http) }, signer);
    await waitFor(() => this.client.ping({}, { timeoutMs: 1_000 }), { timeoutMs: identityMs, what: `an answer of ${this.node}` });
  }

  program(name: string): Program | null {
    if (name === 'agent') return this.#agentProcess;
    if (name === 'etcd') return this.#etcdProcess;
    if (name === 'router') return { signal: (signal) => this.#signalRouter(signal) };
    return { signal: (signal) => this.#signalDatabase(signal) };
  }

  /** It was started by the agent, and goes on without it. */
  #signalDatabase(signal: NodeJS.Signals): void {
    const pid = tarantoolPid(this.agent);
    try {
      if (pid !== null && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('tarantool')) process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }

  /** Those that its agent started: one that drains is beside the next one. */
  #signalRouter(signal: NodeJS.Signals): void {
    for (const pid of childrenOf(this.#agentProcess?.pid ?? 0)) {
      try {
        if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(routerProgram)) process.kill(pid, signal);
      } catch {
        // It has ended.
      }
    }
  }
}

/** Whichever thread began them. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
  } catch {
    return [];
  }
}
