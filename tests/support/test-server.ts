import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ApplyPolicy } from '~/core/apply/policy.ts';
import { keysOf } from '~/link/keys.ts';
import { startServer, type Running } from '~/server/server.ts';
import { readSettings, type Settings } from '~/server/settings.ts';
import { FakeAgent } from './fake-agent.ts';
import { FakeGossip } from './fake-gossip.ts';
import { waitFor } from './wait.ts';

/** A whole control plane in this process, on a port of its own, over gossip and agents that the test plays. */

export const secret = 'a secret for tests only, long enough';
export const cluster = 'test';
export const password = 'correct horse battery';

export class TestServer {
  readonly gossip = new FakeGossip();
  readonly agents: FakeAgent[] = [];
  readonly folder: string;
  running!: Running;

  private constructor(readonly options: { policy?: Partial<ApplyPolicy>; env?: Record<string, string>; folder?: string }) {
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'coterie-server-'));
    writeFileSync(join(this.folder, 'secret'), secret, { mode: 0o600 });
  }

  static async start(options: TestServer['options'] = {}): Promise<TestServer> {
    const server = new TestServer(options);
    await server.run();
    return server;
  }

  async run(): Promise<void> {
    const { folder, options } = this;
    const settings = readSettings(['--data-dir', join(folder, 'server'), '--secret-file', join(folder, 'secret'), '--cluster', cluster, '--listen', '127.0.0.1:0', '--headless'], options.env ?? {}) as Settings;
    this.running = await startServer(settings, { log: pino({ level: 'silent' }), gossip: () => this.gossip, root: process.cwd(), version: '0.0.0' }, options.policy ? { policy: options.policy } : {});
  }

  get url(): string {
    return this.running.url;
  }

  get runtime() {
    return this.running.services.runtime;
  }

  /** An agent that the server is connected to and shows: its picture is renewed four times a second, so a bit later. */
  async agent(alias: string): Promise<FakeAgent> {
    const keys = keysOf(secret, cluster);
    const agent = new FakeAgent(alias, keys.token, keys.ringInTransit);
    await agent.start();
    this.agents.push(agent);
    this.gossip.hear({ uuid: agent.uuid, payload: agent.payload() });
    const { state } = this.runtime;
    const connected = () => state.known().some(({ uuid, reachable }) => uuid === agent.uuid && reachable);
    await waitFor(() => connected() && state.overview.instances.some(({ uuid }) => uuid === agent.uuid), { timeoutMs: 10_000, what: `${alias} to be connected and shown` });
    return agent;
  }

  /** The first admin, by the one-time link; gives an API token. */
  async admin(): Promise<string> {
    const code = new URL(this.running.claimLink!).searchParams.get('code');
    const answer = await this.post('/session/claim', { code, name: 'admin', password, token: true });
    if (answer.status !== 200) throw new Error(`claim: ${JSON.stringify(answer.body)}`);
    return (answer.body as { data: { token: string } }).data.token;
  }

  get = (path: string, headers: Record<string, string> = {}) => this.#send(path, { headers });
  post = (path: string, body: unknown, headers: Record<string, string> = {}) => this.#send(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });

  async stop({ keep = false } = {}): Promise<void> {
    await this.running.stop();
    if (keep) return;
    await Promise.all(this.agents.map((agent) => agent.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #send(path: string, init: RequestInit): Promise<{ status: number; body: any; headers: Headers }> {
    const response = await fetch(`${this.url}/api/v1${path}`, init);
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
  }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
