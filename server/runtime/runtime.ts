import type { ApplyRun } from '~/contract/shapes/plan.ts';
import type { ApplyPolicy } from '~/core/apply/policy.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import { missedEnds } from '~/core/events/mark-events.ts';
import { runEvents } from '~/core/events/run-events.ts';
import { ages, type GossipView } from '~/core/view/report.ts';
import type { AgentTarget } from '~/link/client.ts';
import type { AgentClient } from '~/link/protocol.ts';
import type { Store } from '~/server/store/index.ts';
import { noWord } from '~/core/issues/row.ts';
import { alertables } from '~/core/alerts/rule.ts';
import { Adoption, type Holder } from './adoption.ts';
import { Agents } from './agents.ts';
import { Alerts } from './alerts/alerts.ts';
import type { Sender } from './alerts/sender.ts';
import { ApplyRunner } from './apply/runner.ts';
import { CatchUp } from './catch-up.ts';
import { ChangeLock } from './change-lock.ts';
import { Failover } from './failover/failover.ts';
import type { Gossip } from './gossip.ts';
import { GossipKeys } from './gossip-keys.ts';
import { heard, wokenBetween } from './heard.ts';
import { Journal } from './journal.ts';
import { Marks } from './marks.ts';
import { MetricsBook } from './metrics/book.ts';
import { ClusterBook } from './metrics/cluster-book.ts';
import { RetentionKeeper } from './retention.ts';
import { RollCall } from './roll-call.ts';
import { Routers } from './routers.ts';
import { Rules } from './rules.ts';
import { Sharding } from './sharding/sharding.ts';
import { ClusterState, stateDefaults } from './state.ts';
import { VersionNews } from './version-news.ts';
import { Versions } from './versions.ts';

/** What the server knows of the cluster and does to it, put together. Everything here may be rebuilt at a restart from the database and from gossip. */

export type RuntimeComponents = {
  readonly store: Store;
  readonly gossip: Gossip;
  readonly connect: (target: AgentTarget) => AgentClient;
  /** For the agent of this uuid alone. */
  readonly sealRing: (keys: readonly Uint8Array[], callee: string) => string;
  readonly now: () => number;
  readonly random: () => number;
  readonly newUuid: () => string;
  /** What alerts are sent with. */
  readonly sender: Sender;
  /** `error` is null where the sentence says all. */
  readonly warn: (sentence: string, error: unknown) => void;
};

export type RuntimeOptions = {
  /** Of the cluster. */
  readonly name: string;
  /** This server, the same over its restarts. */
  readonly owner: string;
  /** This start of it. */
  readonly boot: string;
  /** Where people reach it; told to the others. */
  readonly url: string;
  readonly policy?: Partial<ApplyPolicy>;
};

/** How often the database is asked for what other servers did, and for runs that a dead one left. */
const lookEveryMs = 1000;
/** After a start, agents get this long to be found before anything is decided without them. */
const foundWithinMs = 3000;
/** A new version: agents hear of it from the server itself, and over gossip from each other. */
const tellAfterMs = 5000;

export class Runtime {
  readonly versions: Versions;
  readonly agents: Agents;
  readonly state: ClusterState;
  readonly applies: ApplyRunner;
  readonly adoption: Adoption;
  readonly failover: Failover;
  readonly sharding: Sharding;
  readonly routers: Routers;
  readonly keys: GossipKeys;
  readonly journal: Journal;
  readonly marks: Marks;
  readonly rules: Rules;
  readonly metrics: MetricsBook;
  readonly clusterMetrics: ClusterBook;
  readonly alerts: Alerts;
  readonly retention: RetentionKeeper;
  readonly rollCall: RollCall;
  /** As of the last second. */
  gossipStats: Readonly<Record<string, number>> = {};
  #gossipKey: string | null = null;
  readonly #news: VersionNews;
  readonly #catchUp: CatchUp;
  #views: ReadonlyMap<string, GossipView> = new Map();
  #looking: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #busy = false;

  /** Reads what a picture needs from the database, then begins to listen. */
  static async start(components: RuntimeComponents, options: RuntimeOptions): Promise<Runtime> {
    const { store, now, warn } = components;
    const versions = new Versions(store);
    const writer = store.provider === 'postgresql' ? `${options.owner} ${options.boot}` : null;
    const journal = new Journal({ store, now, onError: (error) => warn('Events could not be written to the database; it is tried again.', error) }, { writer });
    const marks = new Marks(store);
    const rules = new Rules({ store, now }, { name: options.name });
    const news = new VersionNews({ store, now, keptMs: async () => (await runtime.retention.get()).days.eventDays * 86_400_000, tell: (drafts) => journal.events(drafts), onError: (error) => warn('New configuration versions could not be read; it is tried again.', error) }, { name: options.name });
    await Promise.all([versions.refresh(), journal.load(), marks.refresh(), rules.load(), news.load()]);
    const alerts = new Alerts(
      { store, sender: components.sender, now, random: components.random, newUuid: components.newUuid, picture: () => runtime.#alertable(), onChange: () => runtime.state.poke(), onError: (error) => warn('Alerts could not be looked after; it is tried again.', error) },
      { cluster: options.name, url: options.url, writer },
    );
    const told = await alerts.load();
    const runtime: Runtime = new Runtime(components, { ...options, versions, journal, marks, rules, news, alerts, told });
    await Promise.all([runtime.#tellMissed(), runtime.retention.settleOwn()]);
    await runtime.#listen();
    return runtime;
  }

  private constructor(
    readonly components: RuntimeComponents,
    readonly options: RuntimeOptions & { versions: Versions; journal: Journal; marks: Marks; rules: Rules; news: VersionNews; alerts: Alerts; told: ReadonlyMap<string, number> },
  ) {
    const { store, connect, sealRing, now, random, newUuid, warn, gossip } = components;
    const { name, owner, boot, versions, journal, marks, rules, news, alerts, told, policy } = options;
    this.versions = versions;
    this.journal = journal;
    this.marks = marks;
    this.rules = rules;
    this.#news = news;
    this.metrics = new MetricsBook({ now, boot });
    this.clusterMetrics = new ClusterBook({
      now,
      latest: (uuid, series) => this.metrics.latest(uuid, series),
      instances: () => Object.keys(versions.current?.config.instances ?? {}),
      openIssues: () => this.state.overview.issues.filter(({ severity, muted }) => severity !== 'info' && muted === undefined).length,
    });
    this.alerts = alerts;
    this.retention = new RetentionKeeper({ store, now, isOurs: () => journal.writes, onError: (error) => warn('What is older than the retention setting could not be deleted; it is tried again within the hour.', error) });
    this.agents = new Agents({
      connect,
      now,
      random,
      onReport: (uuid, report) => {
        this.state.took(uuid, report);
        this.metrics.took(uuid, { ...report, rttMs: this.#views.get(uuid)?.rttMs ?? null });
        this.#catchUp.took(uuid, report);
        this.rollCall.look();
      },
      onTrouble: (target, sentence) => {
        warn(`${target.alias}: ${sentence}`, null);
        this.state.poke();
        this.rollCall.look();
      },
    });
    this.rollCall = new RollCall(() => Object.keys(versions.current?.config.instances ?? {}).every((uuid) => this.agents.find(uuid)?.called), foundWithinMs);
    const client = (uuid: string, alias: string) => this.agents.client(uuid, alias);
    const isUp = (uuid: string) => this.agents.find(uuid)?.trouble === null;
    const poke = () => this.state.poke();
    // Of one under way the next picture tells, which no run has to wait for: it would be made while the instances are asked.
    const onRun = () => this.state.lookBeforeAnswer();
    const onError = (error: unknown) => warn('A step of an apply run failed; it is made again.', error);
    const lock = new ChangeLock({ owner, shared: store.provider === 'postgresql' ? store.locks : null, ttlMs: 10_000, waitMaxMs: 30_000, queueMax: 200 });
    const reachable = () => new Set(this.state.known().filter((known) => known.reachable).map(({ uuid }) => uuid));
    this.#catchUp = new CatchUp({ store, versions, client, reportOf: (uuid) => this.state.report(uuid), isApplying: () => this.applies.isRunning, now, random, onChange: poke, onError });
    this.applies = new ApplyRunner({ store, versions, lock, client, reachable, now, newUuid, onChange: onRun, onCommitted: (uuid, config, applied) => this.state.committed(uuid, config, applied), onFinished: (run) => this.#finished(run), onError }, { owner, ...(policy ? { policy } : {}) });
    this.state = new ClusterState(
      { versions, now, isUp, runs: () => this.applies.running(), marks: () => marks.all, failingAlerts: () => alerts.failing, findings: () => rules.findings(), gossipKey: () => this.#gossipKey, failover: () => this.failover?.known ?? noWord, sharding: () => this.sharding?.told?.groups ?? [], onEvents: (drafts) => this.#tellOf(drafts), onSeen: (seen) => journal.issues(seen) },
      { name, boot, ...stateDefaults, seen: new Map([...told, ...journal.since]) },
    );
    marks.onChange(() => this.state.lookBeforeAnswer());
    this.failover = new Failover({ store, name, config: () => versions.current?.config ?? null, reports: () => this.state.reports(), client, now, newUuid, onChange: poke, onError: (error) => warn('What agents note about failover, or people have ordered of it, could not be exchanged with the database; it is tried again.', error) }, { boot });
    this.sharding = new Sharding({ name, config: () => versions.current?.config ?? null, reports: () => this.state.reports(), coordinators: this.failover.coordinators, now, onChange: poke, tell: (drafts) => journal.events(drafts) }, { boot });
    this.routers = new Routers({ name, config: () => versions.current?.config ?? null, reports: () => this.state.reports(), now }, { boot });
    this.adoption = new Adoption({ versions, store, client, holders: () => this.#holders() });
    this.keys = new GossipKeys({ gossip, client, sealRing, statuses: () => [...this.state.reports().values()].flatMap(({ status, receivedAt }) => (now() - receivedAt > ages.unreachableMs ? [] : [status])) });
  }

  get name(): string {
    return this.options.name;
  }

  get gossip(): Gossip {
    return this.components.gossip;
  }

  /** Streams end, agents are let go, what is to be written is written. */
  async stop(): Promise<void> {
    clearInterval(this.#looking);
    clearTimeout(this.#telling);
    this.rollCall.end();
    await this.sharding.end();
    this.routers.end();
    await this.failover.end();
    this.agents.end();
    this.state.end();
    await this.alerts.end();
    await this.retention.end();
    await this.applies.written();
    await this.#news.end();
    await this.journal.end();
    await this.gossip.stop();
  }

  async #listen(): Promise<void> {
    const { gossip } = this.components;
    await Promise.all([this.#catchUp.load(), this.failover.load()]);
    gossip.onChange(() => this.#hear());
    // Not at once: the commits are on their way, and every member passes this on.
    this.versions.onChange(() => (this.#telling ??= setTimeout(() => this.#tell(), tellAfterMs)));
    await gossip.start();
    this.#tell();
    this.#hear();
    this.#looking = setInterval(() => void this.#look(), lookEveryMs);
    this.journal.start();
    this.alerts.start();
    this.failover.start();
    this.sharding.start();
    this.retention.start();
  }

  #alertable() {
    const { issues, instances } = this.state.overview;
    return { open: alertables(issues, instances), seen: this.state.seen };
  }

  #tellOf(drafts: readonly EventDraft[]): void {
    this.journal.events(drafts);
    this.#news.seen(this.versions.current?.version ?? 0);
  }

  #finished(run: ApplyRun): void {
    this.#catchUp.finished(run);
    this.journal.own(runEvents(run, this.name));
  }

  /** What ran out while nobody looked. */
  async #tellMissed(): Promise<void> {
    const { marks, seen, overview } = this.state;
    const over = this.marks.all.filter((mark) => !marks.includes(mark));
    if (over.length === 0) return;
    const told = await this.components.store.events.list({ kind: 'action', since: Math.min(...over.map(({ until, at }) => until ?? at)), limit: 1000 });
    this.journal.events(missedEnds({ marks: over, seen, at: overview.serverTime }, told));
  }

  #hear(): void {
    const { views, targets } = heard(this.components.gossip.members(), (uuid) => uuid in (this.versions.current?.config.instances ?? {}));
    const woken = wokenBetween(this.#views, views);
    this.#views = views;
    this.agents.update(targets, woken);
    this.state.heard(views);
    this.rollCall.look();
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    const { current } = this.versions;
    const config = current === null ? null : { version: current.version, hash: current.hash.slice(0, 16) };
    this.components.gossip.setPayload({ kind: 'server', alias: this.options.owner.slice(0, 63), url: this.options.url, config });
  }

  async #look(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      // A change of a member is an event, its round trip is not.
      await this.gossip.table();
      this.#hear();
      this.clusterMetrics.look();
      await this.versions.refresh();
      this.metrics.keep((uuid) => this.#views.has(uuid) || this.versions.current?.config.instances[uuid] !== undefined);
      // Alone on its database, this server has made all marks itself.
      if (this.components.store.provider === 'postgresql') await this.marks.refresh();
      if (await this.rules.look()) this.state.poke();
      this.gossipStats = await this.gossip.stats();
      this.#gossipKey = (await this.gossip.keyring.own()).find(({ primary }) => primary)?.id ?? null;
      if (this.rollCall.isOver) await this.applies.recover();
    } catch (error) {
      this.components.warn('The database could not be asked for news.', error);
    } finally {
      this.#busy = false;
    }
  }

  #holders(): Holder[] {
    const reported = [...this.state.reports().values()].flatMap(({ status: { uuid, alias, config } }) => (config ? [{ uuid, alias, ...config }] : []));
    const told = [...this.#views].flatMap(([uuid, { payload, state }]) => (payload?.config && state === 'alive' && this.state.report(uuid) === null ? [{ uuid, alias: payload.alias, ...payload.config }] : []));
    return [...reported, ...told];
  }
}
