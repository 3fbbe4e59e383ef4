import { withoutFailover } from '~/agent/failover/off.ts';
import { withoutRouter } from '~/agent/router/off.ts';
import { withoutSharding } from '~/agent/sharding/off.ts';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { CoterieError } from '~/contract/errors.ts';
import { ClusterConfig } from '~/contract/shapes/config.ts';
import type { RolesStatus } from '~/contract/shapes/roles-status.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { wantedMaster } from '~/core/topology/master.ts';
import type { GossipPayload } from '~/link/gossip-payload.ts';
import { linkServer, type LinkServer } from '~/link/listener.ts';
import type { CodeFault } from '~/contract/shapes/role.ts';
import type { AgentHandlers, Committed, Prepared } from '~/link/protocol.ts';
import { fakeData } from './fake-data.ts';
import type { FakeFailover } from './fake-failover.ts';
import { fakeMigrations, noMigrations } from './fake-migrations.ts';
import { openRing } from '~/link/sealed-ring.ts';

/**
 * An agent without a Tarantool: speaks the real protocol over a real socket and keeps what it was given in memory.
 * Its faults are switches, for tests of the server alone; what agents really do is tested with real ones.
 */
export class FakeAgent {
  readonly uuid = randomUUID();
  committed: Committed | null = null;
  candidate: { runId: string; owner: string; content: Committed } | null = null;
  /** Called instead of the usual answer, where set. */
  onPrepare: (() => Promise<Prepared>) | null = null;
  onCheckCode: ((bundle: string) => CodeFault[]) | null = null;
  onCommit: (() => Promise<void>) | null = null;
  /** Of 1e9. */
  diskFreeBytes = 1e9;
  /** Of its Tarantool, unasked for. */
  exits = 0;
  calls: string[] = [];
  /** Of its gossip; as it comes it has that of `FakeGossip`. */
  keys: { id: string; primary: boolean }[] = [{ id: '00000001', primary: true }];
  /** What it thinks of the others. */
  sees: { uuid: string; address: string; state: 'alive' | 'suspected' | 'dead' | 'left'; generation: string; incarnation: string; rttMs: number | null }[] = [];
  readonly migrations = noMigrations();
  /** Of its custom roles, as its next status tells. */
  roles: RolesStatus | null = null;
  /** It takes part in this one's failover. */
  failover: FakeFailover | null = null;
  #link: LinkServer | null = null;
  #port = 0;
  #changed = new Set<() => void>();
  #paused = false;

  constructor(
    readonly alias: string,
    readonly key: Uint8Array,
    readonly ringKey: Uint8Array = key,
  ) {}

  get http(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get config(): ClusterConfig | null {
    return this.committed === null ? null : ClusterConfig.parse(JSON.parse(this.committed.text));
  }

  async start(): Promise<void> {
    const gate = () => (this.#paused ? new Promise<void>(() => {}) : Promise.resolve());
    const link = linkServer(this.#handlers(), { key: this.key, callee: this.uuid, bodyBytesMax: 80_000_000, onError: () => {}, gate });
    this.#link = link;
    await new Promise<void>((resolve) => link.server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (link.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await this.#link?.close();
    this.#link = null;
  }

  /** Takes connections and says nothing, as a stopped process does. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  payload(): GossipPayload {
    const { state, zone, uri, http } = this.status();
    const config = this.committed && { version: this.committed.meta.version, hash: this.committed.meta.hash.slice(0, 16) };
    return { kind: 'agent', alias: this.alias, uri, http, zone, state, config, replicaset: null, readOnly: null };
  }

  status(): AgentStatus {
    const config = this.config;
    const mine = config?.instances[this.uuid];
    const state = mine ? (mine.disabled ? 'disabled' : 'ready') : config?.expelled[this.uuid] ? 'expelled' : 'unconfigured';
    const at = Date.now();
    const process = { pid: 1, rssBytes: 1, cpuRatio: 0, startedAt: at };
    const failover = this.failover?.statusOf(this.uuid, config);
    const master = mine === undefined ? null : failover?.member ? failover.member.master : wantedMaster(config!, mine.replicaset);
    const readOnly = mine === undefined || master !== this.uuid;
    const database = state === 'ready' ? databaseStatus({ uuid: this.uuid, replicaset: mine!.replicaset, peers: config!.replicasets[mine!.replicaset]!.priority.filter((peer) => peer !== this.uuid), readOnly, at }) : null;
    return {
      uuid: this.uuid, alias: mine?.alias ?? this.alias, uri: `127.0.0.1:${this.#port + 1}`, http: this.http, gossip: '127.0.0.1:1', zone: null, agentVersion: '0.1.0', at,
      state, goal: state, reason: null, stack: null,
      config: this.committed && { version: this.committed.meta.version, hash: this.committed.meta.hash },
      appliedVersion: this.committed?.meta.version ?? 0,
      candidate: this.candidate && { runId: this.candidate.runId, version: this.candidate.content.meta.version, owner: this.candidate.owner, expiresAt: at + 1000 },
      process, database, gossipKeys: this.keys, restarts: { count: this.exits, crashLoop: false, lastExitAt: null, lastExit: null, nextStartAt: null }, disk: { totalBytes: 1e9, freeBytes: this.diskFreeBytes },
      ...(failover && { failover }),
      ...(this.roles && { roles: this.roles }),
    };
  }

  changed(): void {
    for (const wake of this.#changed) wake();
  }

  #handlers(): AgentHandlers {
    const say = (verb: string) => async () => {
      this.calls.push(verb);
      return { sentence: `${this.alias}: ${verb}.` };
    };
    const take = (content: Committed) => {
      if (content.meta.version > (this.committed?.meta.version ?? 0)) this.committed = content;
      this.candidate = null;
      this.changed();
      return { committed: true, applied: true, message: null };
    };
    const off = withoutFailover(() => this.alias);
    const playing = <K extends keyof ReturnType<FakeFailover['handlersOf']>>(name: K): AgentHandlers[K] =>
      ((input: never) => ((this.failover?.handlersOf(this.uuid, this.alias) ?? off)[name] as (input: never) => Promise<unknown>)(input)) as never;
    return {
      ...off,
      ...withoutSharding(() => this.alias),
      ...withoutRouter(() => this.alias),
      ...fakeData(),
      failoverView: playing('failoverView'), failoverCandidates: playing('failoverCandidates'), failoverCommand: playing('failoverCommand'), failoverPause: playing('failoverPause'),
      failoverAcknowledge: playing('failoverAcknowledge'), failoverSteal: playing('failoverSteal'), failoverDecisions: playing('failoverDecisions'), failoverTrail: playing('failoverTrail'),
      status: (_input, signal) => this.#statuses(signal),
      ping: async () => ({ uuid: this.uuid, at: Date.now() }),
      prepare: async ({ runId, owner, base, candidate }) => {
        this.calls.push('prepare');
        if (this.onPrepare) return this.onPrepare();
        if (this.candidate && this.candidate.runId !== runId) return { ok: false, code: 'locked', message: `locked by ${this.candidate.runId}` };
        if (this.committed && base?.hash !== this.committed.meta.hash) return { ok: false, code: 'base', message: `has version ${this.committed.meta.version}` };
        this.candidate = { runId, owner, content: candidate };
        return { ok: true };
      },
      checkCode: async ({ bundle }) => {
        this.calls.push('checkCode');
        return { faults: this.onCheckCode?.(bundle) ?? [] };
      },
      commit: async ({ runId, version }) => {
        this.calls.push('commit');
        await this.onCommit?.();
        if (this.committed?.meta.version === version) return { committed: true, applied: true, message: null };
        if (this.candidate?.runId !== runId) return { committed: false, applied: false, message: 'no such candidate' };
        return take(this.candidate.content);
      },
      abort: async ({ runId }) => {
        this.calls.push('abort');
        if (this.candidate?.runId === runId) this.candidate = null;
        return { sentence: 'dropped' };
      },
      adopt: async ({ committed }) => {
        this.calls.push('adopt');
        return take(committed);
      },
      config: async () => this.committed,
      outcome: async () => ({ outcome: 'unknown', version: null }),
      fence: async ({ version }) => ({ readOnly: true, vclock: {}, version, message: null }),
      logs: async ({ lines }) => Array.from({ length: Math.min(lines, 3) }, (_, i) => ({ at: i, source: 'agent' as const, level: 'info' as const, text: `line ${i}` })),
      followLogs: async function* () {
        yield { at: 1, source: 'agent', level: 'info', text: 'followed' };
      },
      restart: say('restart'),
      stop: say('stop'),
      start: say('start'),
      rebuild: say('rebuild'),
      restartReplication: say('restartReplication'),
      eval: async ({ code }) => {
        if (code === 'fail') throw new CoterieError('CONFLICT', 'It is not running.');
        return { ok: true, values: [code.length], columns: null, error: null, truncated: false, tookMs: 1 };
      },
      schemaThere: async () => ({ spaces: [] }),
      functionStats: async () => ({ functions: [] }),
      ...fakeMigrations(this.migrations),
      boxCfg: async () => [{ name: 'listen', value: '127.0.0.1:3301', default: null, origin: 'coterie' }],
      spaces: async ({ limit }) => ({ spaces: [{ id: 512, name: 'orders', engine: 'memtx', system: false, temporary: false, localOnly: false, rows: 10, bytes: 1000, indexBytes: 100, diskBytes: null, indexes: [] }].slice(0, limit), of: 1, complete: true, vinyl: null }),
      gossip: async () => ({ members: this.sees.map((member) => ({ ...member, payload: '' })), stats: {} }),
      takeKeys: async ({ sealed }) => {
        this.keys = openRing(sealed, { key: this.ringKey, callee: this.uuid, now: Date.now() }).map((key, index) => ({ id: Buffer.from(key.subarray(0, 4)).toString('hex'), primary: index === 0 }));
        this.changed();
        return { keys: this.keys };
      },
    };
  }

  async *#statuses(signal: AbortSignal): AsyncGenerator<AgentStatus> {
    while (!signal.aborted && !this.#paused) {
      yield this.status();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, 1000);
        const wake = () => done();
        const changed = this.#changed;
        function done() {
          clearTimeout(timer);
          changed.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        }
        changed.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
    if (this.#paused) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
}

/** Follows all of its replicaset. */
function databaseStatus({ uuid, replicaset, peers, readOnly, at }: { uuid: string; replicaset: string; peers: readonly string[]; readOnly: boolean; at: number }): AgentStatus['database'] {
  const slab = { quotaBytes: 100, quotaUsedBytes: 10, arenaBytes: 100, arenaUsedBytes: 10, itemsBytes: 100, itemsUsedBytes: 10, quotaUsedRatio: 0.1, arenaUsedRatio: 0.1, itemsUsedRatio: 0.1 };
  const replication = peers.map((peer, index) => ({ id: index + 2, uuid: peer, upstream: { status: 'follow', peer: null, lagSeconds: 0.001, idleSeconds: 0.1, message: null }, downstream: null }));
  return { process: { pid: 2, rssBytes: 1, cpuRatio: 0, startedAt: at }, version: '2.6.0', status: 'running', readOnly, instanceUuid: uuid, replicasetUuid: replicaset, id: 1, lsn: 1, vclock: { 1: 1 }, listen: null, replication, slab, stat: {}, memory: {} };
}
