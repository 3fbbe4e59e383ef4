import type { ClusterConfig, ConfigVersion } from '~/contract/shapes/config.ts';
import type { CoordinatorView } from '~/contract/shapes/failover-view.ts';
import type { AgentStatus, DatabaseStatus, ReplicationLink } from '~/contract/shapes/status.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import { observe, type Observation } from '~/core/issues/observe.ts';
import type { Mark } from '~/core/issues/marks.ts';
import { noWord, type FailingAlert, type FailoverWord } from '~/core/issues/row.ts';
import type { Seen } from '~/core/issues/detect.ts';
import type { GossipView, Observed, Report } from '~/core/view/report.ts';
import type { ApplyRun } from '~/contract/shapes/plan.ts';

/** A healthy cluster as values, to be broken one fact at a time. */

export const t0 = Date.UTC(2026, 10, 21, 3, 0, 0);
const hash = 'ab'.repeat(32);

export const uuidOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export class Cluster {
  now = t0 + 60_000;
  startedAt = t0;
  version: ConfigVersion;
  readonly reports = new Map<string, Report>();
  readonly gossip = new Map<string, GossipView>();
  readonly uuids = new Map<string, string>();
  pendingRuns: ApplyRun[] = [];
  seen: Seen = new Map();
  marks: Mark[] = [];
  failingAlerts: FailingAlert[] = [];
  gossipKey: string | null = 'k1';
  coordinator: CoordinatorView | null = null;
  failover: FailoverWord = noWord;
  sharding: GroupView[] = [];

  /** `{ s1: ['a', 'b'] }`: the first of each is the master. Names that start with `r-` are replicasets without data. */
  constructor(shape: Record<string, readonly string[]>) {
    const config: ClusterConfig = { format: 1, name: 'demo', replicasets: {}, instances: {}, expelled: {}, failover: { mode: 'disabled' }, sections: {} };
    let n = 0;
    for (const [replicaset, members] of Object.entries(shape)) {
      const rs = this.#name(replicaset, ++n);
      const uuids = members.map((alias) => this.#name(alias, ++n));
      config.replicasets[rs] = { alias: replicaset, roles: replicaset.startsWith('r-') ? ['router'] : ['storage'], priority: uuids, weight: null, allRw: false };
      for (const [at, uuid] of uuids.entries()) config.instances[uuid] = { alias: members[at]!, uri: `10.0.0.${n}:${3301 + at}`, replicaset: rs, zone: null, electable: true, disabled: false };
    }
    this.version = { version: 5, hash, author: 'alice', surface: 'cli', reason: null, at: t0 + 1000, base: 4, config };
    for (const uuid of Object.keys(config.instances)) this.#healthy(uuid);
  }

  #name(alias: string, n: number): string {
    this.uuids.set(alias, uuidOf(n));
    return uuidOf(n);
  }

  #healthy(uuid: string): void {
    const { config } = this.version;
    const own = config.instances[uuid]!;
    const { priority, roles } = config.replicasets[own.replicaset]!;
    const data = roles.includes('storage');
    const status: AgentStatus = {
      uuid, alias: own.alias, uri: own.uri, http: `${own.uri.split(':')[0]}:8301`, gossip: `${own.uri.split(':')[0]}:7301`, zone: null, agentVersion: '0.1.0', at: this.now,
      state: 'ready', goal: 'ready', reason: null, stack: null, config: { version: 5, hash }, appliedVersion: 5, candidate: null,
      process: { pid: 1, rssBytes: 1, cpuRatio: 0, startedAt: t0 },
      database: data ? databaseOf(uuid, { readOnly: priority[0] !== uuid, peers: priority.filter((peer) => peer !== uuid) }) : null,
      restarts: { count: 0, crashLoop: false, lastExitAt: null, lastExit: null, nextStartAt: null },
      disk: { totalBytes: 100 * 2 ** 30, freeBytes: 50 * 2 ** 30 },
    };
    this.reports.set(uuid, { status, receivedAt: this.now, clockOffsetMs: 3 });
    this.gossip.set(uuid, { state: 'alive', payload: null, address: status.gossip, rttMs: 1 });
  }

  id(alias: string): string {
    const uuid = this.uuids.get(alias);
    if (uuid === undefined) throw new Error(`no ${alias} here`);
    return uuid;
  }

  /** Changes the report of an instance. */
  says(alias: string, change: (status: AgentStatus) => void): void {
    const report = this.reports.get(this.id(alias))!;
    const status = structuredClone(report.status);
    change(status);
    this.reports.set(status.uuid, { ...report, status });
  }

  report(alias: string, change: Partial<Report>): void {
    this.reports.set(this.id(alias), { ...this.reports.get(this.id(alias))!, ...change });
  }

  gossips(alias: string, change: Partial<GossipView>): void {
    this.gossip.set(this.id(alias), { ...this.gossip.get(this.id(alias))!, ...change });
  }

  configure(change: (config: ClusterConfig) => void): void {
    const config = structuredClone(this.version.config);
    change(config);
    this.version = { ...this.version, config };
  }

  /** Time passes; whoever is not in `silent` reports again. */
  pass(ms: number, silent: readonly string[] = []): void {
    this.now += ms;
    const quiet = new Set(silent.map((alias) => this.id(alias)));
    for (const [uuid, report] of this.reports) if (!quiet.has(uuid)) this.reports.set(uuid, { ...report, receivedAt: this.now });
  }

  observed(): Observed {
    return { config: this.version, reports: this.reports, gossip: this.gossip, now: this.now, startedAt: this.startedAt, gossipKey: this.gossipKey, coordinator: this.coordinator };
  }

  look(): Observation {
    const observation = observe(this.observed(), { seen: this.seen, pendingRuns: this.pendingRuns, marks: this.marks, failingAlerts: this.failingAlerts, findings: [], failover: this.failover, sharding: this.sharding });
    this.seen = observation.seen;
    return observation;
  }

  /** Codes of the open issues with the names of their objects: "crashed a". */
  codes(): string[] {
    return this.look().issues.map(({ code, object }) => `${code} ${object.name}`);
  }
}

export function databaseOf(uuid: string, { readOnly, peers }: { readOnly: boolean; peers: readonly string[] }): DatabaseStatus {
  return {
    process: { pid: 2, rssBytes: 1, cpuRatio: 0, startedAt: t0 }, version: '2.6.0', status: 'running', readOnly, instanceUuid: uuid, replicasetUuid: null, id: 1, lsn: 1, vclock: {}, listen: null,
    replication: peers.map((peer, at) => linkTo(peer, at + 2)),
    slab: { quotaBytes: 256 * 2 ** 20, quotaUsedBytes: 32 * 2 ** 20, arenaBytes: 1, arenaUsedBytes: 1, itemsBytes: 1, itemsUsedBytes: 1, quotaUsedRatio: 0.125, arenaUsedRatio: 0.5, itemsUsedRatio: 0.1 },
    stat: {}, memory: {},
  };
}

export const linkTo = (uuid: string, id: number): ReplicationLink => ({ id, uuid, upstream: { status: 'follow', peer: null, lagSeconds: 0.001, idleSeconds: 0.1, message: null }, downstream: null });
