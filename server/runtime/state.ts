import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { ClusterOverview, ClusterUpdate } from '~/contract/shapes/view.ts';
import { eventsBetween } from '~/core/events/between.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import type { Seen } from '~/core/issues/detect.ts';
import type { Mark } from '~/core/issues/marks.ts';
import { observe, type Observation } from '~/core/issues/observe.ts';
import type { FailingAlert, FailoverWord } from '~/core/issues/row.ts';
import { builtInRoles, registryOf } from '~/core/roles/registry.ts';
import type { KnownInstance } from '~/core/topology/known.ts';
import type { RuleFinding } from '~/core/rules/issues.ts';
import { healthOf, type Overall } from '~/core/view/overall.ts';
import { ages, type GossipView, type Report } from '~/core/view/report.ts';
import { combined, deltaFrom, Sent } from './delta.ts';
import { Feed } from './feed.ts';
import { Paced } from './paced.ts';
import type { Versions } from './versions.ts';

/**
 * The one picture of the cluster: configuration, reports and gossip put together, at most four times a second.
 * Whoever asks gets the last picture; nobody's question reaches an instance.
 */

export type StateComponents = {
  readonly versions: Versions;
  readonly now: () => number;
  /** Its status stream is open. */
  readonly isUp: (uuid: string) => boolean;
  /** Unfinished runs, as far as this server knows. */
  readonly runs: () => ApplyRun[];
  /** What people have said about issues. */
  readonly marks: () => readonly Mark[];
  /** Alert channels through which nothing goes. */
  readonly failingAlerts: () => readonly FailingAlert[];
  /** What the rules over the event stream have found. */
  readonly findings: () => readonly RuleFinding[];
  /** The gossip key that this server seals with. */
  readonly gossipKey: () => string | null;
  /** What the active coordinator of failover said of late. */
  readonly failover: () => FailoverWord;
  /** What it said of buckets. */
  readonly sharding: () => readonly GroupView[];
  readonly onEvents: (drafts: readonly EventDraft[]) => void;
  /** What is wrong now, and since when: to be kept over a restart. */
  readonly onSeen: (seen: Seen) => void;
};

export type StateOptions = { readonly name: string; readonly boot: string; readonly everyMs: number; readonly messagesMax: number; /** As it was before the restart. */ readonly seen: Seen };

export const stateDefaults = { everyMs: 250, messagesMax: 256 } as const;

/** Ages grow without anything happening. */
const ageingMs = 1000;

export class ClusterState {
  readonly feed: Feed<ClusterUpdate>;
  readonly #reports = new Map<string, Report>();
  readonly #sent = new Sent();
  readonly #paced: Paced;
  readonly #ageing: NodeJS.Timeout;
  #gossip: ReadonlyMap<string, GossipView> = new Map();
  readonly #startedAt: number;
  #overdue = false;
  #seen: Seen;
  #observation: Observation;
  #overview: ClusterOverview;

  constructor(
    readonly components: StateComponents,
    readonly options: StateOptions,
  ) {
    this.feed = new Feed<ClusterUpdate>({ boot: options.boot, messagesMax: options.messagesMax, snapshot: () => ({ kind: 'snapshot', overview: this.#overview }), gap: { kind: 'gap' }, combine: combined });
    this.#startedAt = components.now();
    this.#seen = options.seen;
    this.#observation = this.#look();
    this.#overview = this.#shown();
    deltaFrom(this.#sent, this.#overview);
    // Whoever asks in between gets a newer picture, but followers are told at this pace only.
    this.#paced = new Paced(() => {
      this.#renew();
      this.#tell();
    }, options.everyMs);
    this.#ageing = setInterval(() => this.#paced.poke(), ageingMs);
  }

  get overview(): ClusterOverview {
    if (this.#overdue) this.#renew();
    return this.#overview;
  }

  get overall(): Overall {
    if (this.#overdue) this.#renew();
    return healthOf(this.#observation);
  }

  /** Acknowledgements and mutes in force. */
  get marks(): readonly Mark[] {
    if (this.#overdue) this.#renew();
    return this.#observation.marks;
  }

  /** What is wrong now, and since when. */
  get seen(): Seen {
    return this.#seen;
  }

  report(uuid: string): Report | null {
    return this.#reports.get(uuid) ?? null;
  }

  reports(): ReadonlyMap<string, Report> {
    return this.#reports;
  }

  /** What a change is planned with: as of now, not as of the last picture. */
  known(): KnownInstance[] {
    const { isUp } = this.components;
    const uuids = new Set([...this.#reports.keys(), ...this.#gossip.keys()]);
    return [...uuids].flatMap((uuid) => {
      const report = this.#reports.get(uuid);
      const payload = this.#gossip.get(uuid)?.payload ?? null;
      const said = report?.status ?? payload;
      if (said === null) return [];
      const readOnly = report ? (report.status.database?.readOnly ?? null) : (payload?.readOnly ?? null);
      // Every agent holds the committed configuration, a spare one too: what tells is whether it has ever been placed in it.
      const hasData = said.state !== 'unconfigured' || (report?.status.database ?? null) !== null;
      const { replicaset, epoch, master } = report?.status.failover?.member ?? {};
      const record = replicaset !== undefined && epoch !== undefined && master !== undefined ? { record: { replicaset, epoch, master } } : {};
      return [{ uuid, alias: said.alias, uri: said.uri, zone: said.zone, reachable: isUp(uuid) && this.#isFresh(report), state: said.state, readOnly, hasData, ...record }];
    });
  }

  took(uuid: string, report: Report): void {
    this.#reports.set(uuid, report);
    this.#paced.poke();
  }

  /** It answered a commit: known before its next report. */
  committed(uuid: string, config: { readonly version: number; readonly hash: string }, applied: boolean): void {
    const report = this.#reports.get(uuid);
    if (report === undefined || (report.status.config?.version ?? 0) >= config.version) return;
    const { version, hash } = config;
    this.#reports.set(uuid, { ...report, status: { ...report.status, config: { version, hash }, ...(applied && { appliedVersion: version }) } });
  }

  heard(gossip: ReadonlyMap<string, GossipView>): void {
    this.#gossip = gossip;
    const configured = this.components.versions.current?.config.instances ?? {};
    for (const uuid of this.#reports.keys()) if (!gossip.has(uuid) && !(uuid in configured)) this.#reports.delete(uuid);
    this.#paced.poke();
  }

  /** Something else has changed: a run, a link. */
  poke(): void {
    this.#paced.poke();
  }

  /** Whoever has just changed something and looks next sees it: the next question does not wait for the next picture. */
  lookBeforeAnswer(): void {
    this.#overdue = true;
    this.#paced.poke();
  }

  end(): void {
    clearInterval(this.#ageing);
    this.#paced.end();
  }

  #isFresh(report: Report | undefined): boolean {
    return report !== undefined && this.components.now() - report.receivedAt <= ages.staleMs;
  }

  #renew(): void {
    this.#overdue = false;
    const { onEvents, onSeen } = this.components;
    const before = this.#observation;
    this.#observation = this.#look();
    this.#seen = this.#observation.seen;
    this.#overview = this.#shown();
    onEvents(eventsBetween(before, this.#observation, this.#observation.at));
    onSeen(this.#seen);
  }

  #tell(): void {
    const delta = deltaFrom(this.#sent, this.#overview);
    if (delta !== null) this.feed.publish(delta);
  }

  #look(): Observation {
    const { versions, now, runs, marks, failingAlerts, findings, gossipKey, failover, sharding } = this.components;
    return observe({ config: versions.current, reports: this.#reports, gossip: this.#gossip, now: now(), startedAt: this.#startedAt, gossipKey: gossipKey(), coordinator: failover().told?.view ?? null }, { seen: this.#seen, pendingRuns: runs(), marks: marks(), failingAlerts: failingAlerts(), findings: findings(), failover: failover(), sharding: sharding() });
  }

  #shown(): ClusterOverview {
    const { at, config, instances, replicasets, issues, suggestions } = this.#observation;
    return {
      name: this.options.name,
      configVersion: config?.version ?? 0,
      configAt: config?.at ?? null,
      failoverMode: config?.config.failover.mode ?? 'disabled',
      serverTime: at,
      health: healthOf(this.#observation).health,
      instances,
      replicasets,
      issues,
      suggestions,
      roles: [...(config === null ? builtInRoles : registryOf(config.config))],
      run: this.components.runs()[0]?.id ?? null,
    };
  }
}
