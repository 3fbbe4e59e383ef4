import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from './ports.ts';
import { waitFor } from './wait.ts';

/** Servers and agents as users run them: the bundles in dist/, each a process of its own, with real Tarantool. Everything ends with `stop`. */

export const password = 'correct horse battery';
export const clusterSecret = 'a cluster secret for tests only';

/** `inside`: how it gets to a SmallDisk; `bin`: of another copy of the product. */
export type ProgramOptions = { readonly env?: Record<string, string>; readonly inside?: readonly string[]; readonly bin?: string };

/** One program of ours, that can be killed, stopped for a while, and started again as it was. */
export class Program {
  #child: ChildProcess | null = null;
  readonly log: string;

  constructor(
    readonly name: string,
    readonly args: readonly string[],
    readonly options: { folder: string } & ProgramOptions,
  ) {
    this.log = join(options.folder, `${name}.log`);
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  start(): void {
    const out = openSync(this.log, 'a');
    const [program, ...words] = [...(this.options.inside ?? []), process.execPath, this.options.bin ?? resolve('bin/coterie.mjs'), ...this.args];
    this.#child = spawn(program!, words, { stdio: ['ignore', out, out], env: { ...process.env, ...this.options.env } });
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) this.#child!.kill(name);
  }

  /** Resolves when the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const gone = new Promise<void>((resolve) => this.#child!.once('exit', () => resolve()));
    this.#child!.kill('SIGCONT');
    this.#child!.kill(signal);
    const timer = setTimeout(() => this.#child!.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(timer);
  }

  tail(lines = 20): string {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '';
  }
}

export type AgentProgram = Program & { readonly alias: string; readonly dataDir: string; readonly listen: string; readonly gossip: string; readonly http: string };
export type ServerProgram = Program & { readonly url: string; readonly dataDir: string };

export class ProcessCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'coterie-cluster-'));
  readonly agents: AgentProgram[] = [];
  readonly servers: ServerProgram[] = [];
  token = '';
  #seed = '';

  constructor() {
    writeFileSync(join(this.folder, 'secret'), clusterSecret, { mode: 0o600 });
  }

  /** `env` may hold DATABASE_URL; `inside` is how a program gets to a SmallDisk. Resolves when it is ready. */
  async server(env: Record<string, string> = {}, more: readonly string[] = [], inside: readonly string[] = []): Promise<ServerProgram> {
    const name = `server${this.servers.length + 1}`;
    const [listen, gossip] = (await freePorts(2)).map((port) => `127.0.0.1:${port}`) as [string, string];
    const dataDir = join(this.folder, name);
    const args = ['server', ...this.#common(dataDir), '--listen', listen, '--gossip', gossip, '--headless', ...more];
    const program = Object.assign(new Program(name, args, { folder: this.folder, env, inside }), { url: `http://${listen}`, dataDir });
    this.#seed ||= gossip;
    this.servers.push(program);
    program.start();
    await this.ready(program);
    return program;
  }

  async ready(server: ServerProgram): Promise<void> {
    const answered = async () => {
      if (!server.running) throw new Error(`the server ended:\n${server.tail()}`);
      return (await fetch(`${server.url}/readyz`)).ok;
    };
    await waitFor(answered, { timeoutMs: 60_000, what: `${server.name} to be ready` });
  }

  /** Starts agents without waiting for them. */
  add(...aliases: string[]): Promise<AgentProgram[]> {
    return this.addWith(aliases, []);
  }

  /** With these flags more, and not quite as others. */
  async addWith(aliases: readonly string[], flags: readonly string[], options: ProgramOptions = {}): Promise<AgentProgram[]> {
    const ports = (await freePorts(aliases.length * 3)).map((port) => `127.0.0.1:${port}`);
    const added = aliases.map((alias, index) => {
      const [listen, gossip, http] = ports.slice(index * 3) as [string, string, string];
      const dataDir = join(this.folder, alias);
      this.#seed ||= gossip;
      const args = ['agent', ...this.#common(dataDir), '--name', alias, '--listen', listen, '--gossip', gossip, '--http', http, ...flags];
      const program = Object.assign(new Program(alias, args, { folder: this.folder, ...options }), { alias, dataDir, listen, gossip, http });
      program.start();
      return program;
    });
    this.agents.push(...added);
    return added;
  }

  agent(alias: string): AgentProgram {
    return this.agents.find((agent) => agent.alias === alias)!;
  }

  /** Makes the first admin. */
  async claim(server = this.servers[0]!): Promise<void> {
    const link = new URL(readFileSync(join(server.dataDir, 'claim-link'), 'utf8').trim());
    const answer = await this.post('/session/claim', { code: link.searchParams.get('code'), name: 'admin', password, token: true }, { server });
    this.token = answer.body.data.token;
  }

  get = (path: string, { server = this.servers[0]! } = {}) => this.#send(path, { server });
  post = (path: string, body: unknown, { server = this.servers[0]! } = {}) => this.#send(path, { server, init: { method: 'POST', body: JSON.stringify(body) } });

  /** Until all of these are reported, configured or not. */
  async heard(aliases: readonly string[], { server = this.servers[0]! } = {}): Promise<void> {
    await this.#instances((views) => aliases.every((alias) => views.some((view) => view.alias === alias && view.reportedAt !== null)), { server, what: `${aliases.join(', ')} to be heard of` });
  }

  /** Until there is a configuration. */
  configured({ server = this.servers[0]! } = {}): Promise<unknown> {
    return waitFor(async () => (await this.get('/cluster/overview', { server })).body.configVersion > 0, { timeoutMs: 60_000, what: 'a configuration' });
  }

  /** Until every configured instance says that it is ready under the newest version. */
  async allReady({ server = this.servers[0]!, timeoutMs = 60_000 } = {}): Promise<void> {
    await this.#instances(
      (views, version) => views.filter(({ configured, disabled }) => configured && !disabled).every(({ state, configVersion, health }) => state === 'ready' && configVersion === version && health === 'ok'),
      { server, what: 'all to be ready', timeoutMs },
    );
  }

  async #instances(fits: (views: any[], version: number) => boolean, { server, what, timeoutMs = 60_000 }: { server: ServerProgram; what: string; timeoutMs?: number }): Promise<void> {
    let last: unknown;
    const look = async () => {
      const { body } = await this.get('/cluster/overview', { server });
      last = body.instances.map(({ alias, state, reason, healthSentence, configVersion }: any) => [alias, state, configVersion, healthSentence, reason]);
      return fits(body.instances, body.configVersion);
    };
    await waitFor(look, { timeoutMs, what }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${JSON.stringify(last)}\n${this.tails(6)}`);
    });
  }

  /** The last lines of every agent's log, for whoever reads of a failure. */
  tails(lines: number): string {
    return this.agents.map((agent) => `--- ${agent.alias}\n${agent.tail(lines)}`).join('\n');
  }

  /** For tests that end processes again and again, and look at something else. */
  async ignoreCrashes(): Promise<void> {
    for (const rule of ['repeated-crashes', 'flapping']) {
      const { status, body } = await this.post(`/rule/${rule}/edit`, { enabled: false });
      if (status !== 200) throw new Error(`rule ${rule}: ${status} ${JSON.stringify(body)}`);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.end('SIGTERM')));
    await Promise.all(this.servers.map((server) => server.end('SIGTERM')));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #common(dataDir: string): string[] {
    return ['--data-dir', dataDir, '--cluster', 'test', '--secret-file', join(this.folder, 'secret'), ...(this.#seed === '' ? [] : ['--seeds', this.#seed])];
  }

  async #send(path: string, { server, init = {} }: { server: ServerProgram; init?: RequestInit }): Promise<{ status: number; body: any }> {
    const response = await fetch(`${server.url}/api/v1${path}`, { ...init, headers: { 'content-type': 'application/json', ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }) } });
    return { status: response.status, body: await response.json() };
  }
}
