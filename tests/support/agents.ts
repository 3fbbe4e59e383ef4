import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { agentClient } from '~/link/client.ts';
import { hashOf } from '~/link/hash.ts';
import { keysOf } from '~/link/keys.ts';
import type { AgentClient, Committed } from '~/link/protocol.ts';
import { TokenSigner } from '~/link/token.ts';
import { freeAddress } from './ports.ts';
import { endProcess } from './stopped.ts';
import { waitFor } from './wait.ts';

/** Agents of the built bundle as processes of their own, each with its Tarantool, on free ports in one temporary folder. */
export type TestAgent = {
  readonly name: string;
  readonly dataDir: string;
  readonly listen: string;
  readonly gossip: string;
  readonly http: string;
  uuid: string;
  client: AgentClient;
  child: ChildProcess | null;
  flags: string[];
};

export type StartOptions = { readonly flags?: readonly string[]; readonly secretFile?: string; readonly notUuid?: string };

const cluster = 'test';

export class Agents {
  readonly folder = mkdtempSync(join(tmpdir(), 'coterie-agents-'));
  readonly secret = randomBytes(32).toString('hex');
  readonly secretFile = join(this.folder, 'secret');
  readonly signer = new TokenSigner(keysOf(this.secret, cluster).token, { name: 'test' });
  readonly all: TestAgent[] = [];

  constructor() {
    writeFileSync(this.secretFile, this.secret, { mode: 0o600 });
  }

  /** Starts one more; resolves when it answers. */
  async add(name: string, options: StartOptions = {}): Promise<TestAgent> {
    const [listen, gossip, http] = [await freeAddress(), await freeAddress(), await freeAddress()];
    const agent: TestAgent = { name, dataDir: join(this.folder, name), listen, gossip, http, uuid: '', client: null as never, child: null, flags: [...(options.flags ?? [])] };
    this.all.push(agent);
    await this.start(agent, options);
    return agent;
  }

  async addMany(names: readonly string[]): Promise<TestAgent[]> {
    const first = await this.add(names[0]!);
    return [first, ...(await Promise.all(names.slice(1).map((name) => this.add(name))))];
  }

  async start(agent: TestAgent, { flags = [], secretFile = this.secretFile, notUuid }: StartOptions = {}): Promise<void> {
    const args = [...this.#flagsOf(agent, secretFile), ...flags];
    const child = spawn(process.execPath, [resolve('dist/agent/main.mjs'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-20_000)));
    agent.child = child;
    agent.uuid = await waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`agent ${agent.name} ended with ${child.exitCode}: ${output}`);
        const { uuid } = JSON.parse(readFileSync(join(agent.dataDir, 'identity.json'), 'utf8')) as { uuid: string };
        return uuid === notUuid ? null : uuid;
      },
      { timeoutMs: 30_000, what: `the identity of ${agent.name}` },
    );
    agent.client = agentClient({ uuid: agent.uuid, alias: agent.name, http: agent.http }, this.signer);
    await waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`agent ${agent.name} ended with ${child.exitCode}: ${output}`);
        return agent.client.ping({}, { timeoutMs: 1000 });
      },
      { timeoutMs: 30_000, what: `an answer of ${agent.name}` },
    );
  }

  /** For `--forget`: the agent comes up under another uuid. */
  async startAnew(agent: TestAgent, flags: readonly string[]): Promise<void> {
    const before = agent.uuid;
    await this.start(agent, { flags, notUuid: before });
  }

  #flagsOf(agent: TestAgent, secretFile: string): string[] {
    const { name, dataDir, listen, gossip, http, flags } = agent;
    return ['--name', name, '--data-dir', dataDir, '--cluster', cluster, '--listen', listen, '--gossip', gossip, '--http', http, '--seeds', this.all[0]!.gossip, '--secret-file', secretFile, ...flags];
  }

  /** Runs the program with an agent's flags to its end, as one that is expected to refuse. */
  refused(agent: TestAgent, ...flags: string[]): { code: number | null; text: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/agent/main.mjs'), ...this.#flagsOf(agent, this.secretFile), ...flags], { encoding: 'utf8', timeout: 10_000 });
    return { code: status, text: stdout + stderr };
  }

  /** SIGKILL reaches the agent alone; SIGTERM takes its Tarantool along. */
  async end(agent: TestAgent, signal: NodeJS.Signals): Promise<void> {
    const child = agent.child;
    if (child === null) return;
    await endProcess(child, signal);
    agent.child = null;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.all.map((agent) => this.end(agent, 'SIGTERM')));
    for (const agent of this.all) killQuietly(tarantoolPid(agent));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Of the database that the agent started last, whether it lives or not. */
export function tarantoolPid(agent: Pick<TestAgent, 'dataDir'>): number | null {
  try {
    return (JSON.parse(readFileSync(join(agent.dataDir, 'tarantool.pid'), 'utf8')) as { pid: number }).pid;
  } catch {
    return null;
  }
}

function killQuietly(pid: number | null): void {
  try {
    if (pid !== null && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('tarantool')) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

export async function statusOf(agent: TestAgent): Promise<AgentStatus> {
  const done = new AbortController();
  try {
    for await (const status of agent.client.status({}, { signal: done.signal, idleMs: 5000 })) return status;
  } finally {
    done.abort();
  }
  throw new Error(`${agent.name} sent no status`);
}

/** Follows the status until it fits; fails with the last one that it saw. */
export async function untilStatus(agent: TestAgent, what: string, fits: (status: AgentStatus) => boolean, timeoutMs = 15_000): Promise<AgentStatus> {
  return waitFor(
    async () => {
      const status = await statusOf(agent);
      if (fits(status)) return status;
      throw new Error(`${agent.name}: ${JSON.stringify({ ...status, database: status.database && { ...status.database, stat: 0, slab: 0, memory: 0 } })}`);
    },
    { timeoutMs, what: `${agent.name}: ${what}` },
  );
}

export const untilReady = (agent: TestAgent, version: number, timeoutMs?: number) => untilStatus(agent, `ready under version ${version}`, ({ state, appliedVersion }) => state === 'ready' && appliedVersion === version, timeoutMs);

export const untilWritable = (agent: TestAgent, timeoutMs?: number) => untilStatus(agent, 'writable', ({ database }) => database?.readOnly === false, timeoutMs);

export async function lua(agent: TestAgent, code: string): Promise<unknown[]> {
  const result = await agent.client.eval({ language: 'lua', code, timeoutMs: 5000, rowsMax: 10_000 }, { timeoutMs: 10_000 });
  if (!result.ok) throw new Error(result.error ?? 'eval failed');
  return result.values;
}

/** What a server does in the two-phase apply, without one. */
export class Driver {
  config: ClusterConfig = { format: 1, name: cluster, replicasets: {}, instances: {}, expelled: {}, failover: { mode: 'disabled' }, sections: {} };
  version = 0;
  hash: string | null = null;

  addReplicaset(alias: string, members: readonly TestAgent[], roles: string[] = ['storage']): string {
    const uuid = randomUUID();
    this.config.replicasets[uuid] = { alias, roles, priority: members.map((member) => member.uuid), weight: roles.includes('storage') ? 1 : null, allRw: false };
    for (const member of members) this.config.instances[member.uuid] = { alias: member.name, uri: member.listen, replicaset: uuid, zone: null, electable: true, disabled: false };
    return uuid;
  }

  next(): Committed {
    const text = canonicalText(this.config);
    return { meta: { version: this.version + 1, hash: hashOf(text), author: 'test', surface: 'system', reason: null, at: Date.now(), base: this.version === 0 ? null : this.version }, text };
  }

  async prepare(agents: readonly TestAgent[], options: { runId?: string; ttlMs?: number; answerMs?: number } = {}) {
    const candidate = this.next();
    const runId = options.runId ?? randomUUID();
    const base = this.hash === null ? null : { version: this.version, hash: this.hash };
    const answers = await Promise.all(agents.map(({ client }) => client.prepare({ runId, owner: 'driver', base, candidate, ttlMs: options.ttlMs ?? 10_000 }, { timeoutMs: options.answerMs ?? 5000 })));
    return { runId, candidate, answers };
  }

  async apply(agents: readonly TestAgent[], waitMs = 0, options: Parameters<Driver['prepare']>[1] = {}) {
    const { runId, candidate, answers } = await this.prepare(agents, options);
    for (const [index, answer] of answers.entries()) if (!answer.ok) throw new Error(`${agents[index]!.name} refused: ${answer.code} ${answer.message}`);
    const { version, hash } = candidate.meta;
    this.version = version;
    this.hash = hash;
    return Promise.all(agents.map(({ client }) => client.commit({ runId, version, hash, waitMs }, { timeoutMs: waitMs + 5000 })));
  }
}
