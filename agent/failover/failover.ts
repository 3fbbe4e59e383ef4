import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { MemberFailover } from '~/contract/shapes/failover-view.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { heldEpoch, leading, type MemberState } from '~/core/failover/member-state.ts';
import type { MemberAnswer, MemberRequest } from '~/core/failover/messages.ts';
import { graceMs, timingOf, type Timing } from '~/core/failover/timing.ts';
import type { Vclock } from '~/core/failover/vclock.ts';
import { failoverOf } from '~/core/topology/failover-settings.ts';
import { isAppointed } from '~/core/topology/master.ts';
import { systemClock } from '~/iproto/clock.ts';
import { openState, type StateSettings } from '~/state/open.ts';
import { lastRowIn } from '~/agent/data/last-row.ts';
import type { MemoryFile } from '~/agent/data/memory.ts';
import type { Peers } from '~/agent/link/peers.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import { CoordinatorRunner } from './coordinator-runner.ts';
import { signOf, type HostHook } from './host-hook.ts';
import { handOver } from './hand-over.ts';
import { inTime } from './in-time.ts';
import { MemberDiskFile } from './member-disk.ts';
import { MemberRunner } from './member-runner.ts';
import { monotonicMs } from './monotonic.ts';
import { Orders } from './orders.ts';
import { settingsIn, takesPart } from './part.ts';
import { providerOf, type ProviderAccess } from './provider-of.ts';
import { putAside, type JoinSource } from './put-aside.ts';
import { restartEstimateMs } from './restart-estimate.ts';
import { leadershipOf, standingOf, type Leadership } from './standing.ts';
import { StateLink, type WentBack } from './state-link.ts';
import { SynchroWatch } from './synchro-watch.ts';
import { Stonith } from './stonith.ts';
import { Telling } from './telling.ts';
import type { Trail } from './trail.ts';
import { Wishes, type Wish } from './wish.ts';

/**
 * Failover in one agent: opens the state provider that the configuration names, runs the member of this instance and,
 * with the role, a coordinator. The one idea: what runs is made anew whenever the configuration says something else;
 * the machines keep nothing that they cannot read again.
 */
export type FailoverParts = {
  readonly log: Logger;
  readonly memory: MemoryFile;
  readonly supervisor: Supervisor;
  readonly peers: Peers;
  readonly trail: Trail;
  readonly disk: MemberDiskFile;
  readonly host: HostHook;
  readonly config: () => ClusterConfig | null;
  /** The database is configured and runs. */
  readonly running: () => boolean;
  readonly lostRows: () => number;
  /** The plan has something new to look at. */
  readonly poke: () => void;
  /** The status shows something else. */
  readonly onChange: () => void;
  readonly now: () => number;
};

export type FailoverOptions = {
  readonly uuid: string;
  /** What the place in the state provider is claimed for. */
  readonly identity: string;
  readonly access: ProviderAccess;
  readonly replicationPassword: string;
  readonly tarantoolFolder: string;
  /** An operator's program makes sure of a silent master before another one leads. */
  readonly stonith: boolean;
};

const closeMs = 500;
const fenceAfterMs = 1000;
const keepAgainMs = 500;
/** A row that is so much older than a report is in it. */
const heardMarginMs = 2000;

type Opened = { readonly settings: StateSettings; readonly link: StateLink };

export class Failover {
  readonly #parts: FailoverParts;
  readonly #options: FailoverOptions;
  readonly #wishes: Wishes;
  readonly #orders: Orders;
  readonly #synchro: SynchroWatch;
  #opened: Opened | null = null;
  #member: MemberRunner | null = null;
  #coordinator: CoordinatorRunner | null = null;
  #turn: Promise<void> = Promise.resolve();
  #ended = false;
  readonly #telling = new Telling({ shown: () => this.#shown(), tell: () => this.#changed() });
  #fenced: number | null = null;
  /** The provider was found to be older than before, since this agent started. */
  wentBack: WentBack | null = null;

  constructor(parts: FailoverParts, options: FailoverOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#wishes = new Wishes({ running: parts.running, poke: parts.poke });
    this.#orders = new Orders(
      {
        control: parts.supervisor,
        addressOf: (uuid) => parts.config()?.instances[uuid]?.uri ?? null,
        lifecycle: {
          bootstrap: (_epoch, timeoutMs) => this.#wishes.granted({ kind: 'bootstrap' }, timeoutMs),
          join: (epoch, from, timeoutMs) => this.#join(epoch, from, timeoutMs),
        },
      },
      { password: options.replicationPassword, guard: 'kill', graceMs },
    );
    this.#synchro = new SynchroWatch({ control: parts.supervisor, log: parts.log, onChange: parts.onChange });
  }

  get link(): StateLink | null {
    return this.#opened?.link ?? null;
  }

  get member(): MemberRunner | null {
    return this.#member;
  }

  get coordinator(): CoordinatorRunner | null {
    return this.#coordinator;
  }

  get wish(): Wish | null {
    return this.#wishes.current;
  }

  leadership(): Leadership {
    return leadershipOf(this.#member?.state());
  }

  /** After each change of the configuration. Changes are made one after the other, the newest counts. */
  configure(): void {
    this.#turn = this.#turn.then(() => this.#configure()).catch((error: unknown) => this.#parts.log.error({ error: String(error) }, 'failover could not be set up'));
  }

  /** The process has ended, for certain. */
  exited(): void {
    const { memory, supervisor, now } = this.#parts;
    if (!this.#member) return;
    const { stopped, rebuild } = memory.value;
    const delayMs = Math.max(0, (supervisor.restarts.nextStartAt ?? now()) - now());
    const back = !stopped && !rebuild && !supervisor.restarts.crashLoop(now());
    const m = this.#member.state();
    if (!m.exit && heldEpoch(m) !== null) this.#parts.trail.add({ replicaset: m.settings.uuid, epoch: heldEpoch(m) ?? 0, by: 'member', what: 'exited', detail: supervisor.restarts.lastExit });
    this.#member.receive({ kind: 'exited', exit: { vclock: m.exit?.vclock ?? this.#written(m), restartMs: back ? restartEstimateMs(this.#options.tarantoolFolder, delayMs) : null } });
  }

  /** How far the master that has ended had come: what the others have to have to lose nothing. */
  #written(m: Readonly<MemberState>): Vclock | null {
    const { report } = m;
    if (!report?.hasData || report.promoted === null || report.promoted !== heldEpoch(m)) return null;
    const { origin, copy } = report;
    const heardAt = Date.now() - (monotonicMs() - m.reportedAt);
    const lsn = lastRowIn(this.#options.tarantoolFolder, { origin: Number(origin), lsn: copy.vclock[origin] ?? 0, at: heardAt - heardMarginMs });
    return lsn === null ? null : { ...copy.vclock, [origin]: lsn };
  }

  /** Something about the process has changed: the machine need not wait for its next look. */
  look(): void {
    void this.#member?.look();
  }

  /** Each second. An instance that nobody can ask, and whose lease is over, is for the operator's program. */
  async tick(): Promise<void> {
    const { supervisor, host, config } = this.#parts;
    const current = config();
    void this.link?.look();
    // What was kept open to take leave is closed when that is done.
    if (this.#opened && current && providerOf(current, this.#options.access) === null && !this.#stillLeads()) this.configure();
    const m = this.#member?.state();
    const now = monotonicMs();
    if (m?.report?.hasData) void this.#synchro.tick(m.settings.members.filter(({ anonymous }) => !anonymous).length, now);
    if (!m?.lease || supervisor.state !== 'silent' || now < m.lease.deadline + fenceAfterMs || m.lease.epoch === this.#fenced) return;
    const { epoch } = m.lease;
    this.#fenced = epoch;
    const { ok } = await host.fence({ instance: m.uuid, replicaset: m.settings.uuid, epoch, reason: 'Its lease is over and its control socket does not answer.' });
    if (!ok) this.#fenced = null;
  }

  /** Before this database ends in good order: another one leads, if one can. */
  async handOver(timeoutMs: number): Promise<void> {
    const member = this.#member;
    if (member) await handOver({ member, active: () => (this.#coordinator?.status.active ? this.#coordinator : null), provider: () => this.link?.provider ?? null, peers: this.#parts.peers, log: this.#parts.log }, timeoutMs);
  }

  async stop(): Promise<void> {
    this.#ended = true;
    this.#telling.end();
    await this.#turn;
    await this.#endMember();
    await this.#endCoordinator();
    await this.#opened?.link.close();
    this.#opened = null;
  }

  status(): NonNullable<AgentStatus['failover']> | null {
    const { trail, lostRows } = this.#parts;
    const member = this.#standing();
    const saved = lostRows();
    if (!this.#opened && member === null && saved === 0) return null;
    return { provider: this.link?.view ?? null, member, coordinator: this.#coordinator?.status ?? null, trail: trail.newest, lostRows: saved };
  }

  #standing(): MemberFailover | null {
    return this.#member && standingOf(this.#member.state(), monotonicMs(), { synchro: this.#synchro.reason, leaseSeen: this.#member.leaseSeen });
  }

  /** Asks a member, itself or another agent's; null: no answer in time. */
  async ask({ replicaset, to }: { replicaset: string; to: string }, body: MemberRequest, timeoutMs: number): Promise<MemberAnswer | null> {
    try {
      if (to === this.#options.uuid) return this.#member?.replicaset === replicaset ? await inTime(this.#member.answer(body), timeoutMs) : null;
      const peer = this.#parts.peers.find(to);
      return peer && (await this.#parts.peers.client(peer).failoverMember({ replicaset, body }, { timeoutMs }));
    } catch {
      return null;
    }
  }

  async #configure(): Promise<void> {
    const config = this.#parts.config();
    if (this.#ended || config === null) return;
    const wanted = providerOf(config, this.#options.access);
    // No failover here, before or after: the plan that looks at the new configuration now would find nothing else.
    if (wanted === null && this.#opened === null && this.#member === null && this.#coordinator === null) return;
    const leaving = wanted === null && this.#stillLeads();
    if (!leaving && !isDeepStrictEqual(wanted, this.#opened?.settings ?? null)) await this.#reopen(wanted);
    const { leaseMs } = failoverOf(config);
    const timing = timingOf(leaseMs);
    await this.#configureMember(config, timing, leaving);
    await this.#configureCoordinator(config, timing);
    this.#parts.poke();
    this.#parts.onChange();
  }

  /** Expelled, and its process still runs: it gives its lease back before it ends. */
  #leaves({ expelled }: ClusterConfig): boolean {
    const row = expelled[this.#options.uuid];
    return row !== undefined && row.replicaset === this.#member?.replicaset && this.#parts.supervisor.id !== null;
  }

  /** Leases end, and this one leads: it says in the record first that it goes on without. */
  #stillLeads(): boolean {
    const m = this.#member?.state();
    return m !== undefined && heldEpoch(m) !== null && this.#parts.memory.value.held === null;
  }

  async #reopen(wanted: StateSettings | null): Promise<void> {
    const { log, now } = this.#parts;
    await this.#endMember();
    await this.#endCoordinator();
    await this.#opened?.link.close();
    this.#opened = null;
    if (wanted === null) return;
    const provider = openState({ clock: systemClock, random: Math.random }, { cluster: this.#options.identity, client: this.#options.uuid, ...wanted });
    const link = new StateLink({ provider, log, now }, { onView: ({ error }) => this.#seen(error), onWentBack: (back) => this.#reset(back) });
    this.#opened = { settings: wanted, link };
    log.info({ place: provider.place }, 'failover keeps its state there');
  }

  /** As after a restart of this agent, from what the disk says, once that takes a promise again: nobody was told of the one that it did not take. */
  #beginAnew(error: unknown): void {
    const { log, disk } = this.#parts;
    log.error({ error: String(error) }, 'failover cannot go on here, and begins anew as soon as what it promises can be kept');
    const ended = async () => {
      const replicaset = this.#member?.replicaset;
      await this.#endMember();
      await this.#endCoordinator();
      if (replicaset !== undefined) while (!this.#ended && !(await disk.takes(replicaset))) await pause(keepAgainMs);
      log.info('failover begins anew');
    };
    this.#turn = this.#turn.then(ended).catch((failure: unknown) => log.error({ error: String(failure) }, 'failover could not be ended'));
    this.configure();
  }

  /** Everything that was kept of it is dropped: the members still know the epochs, and a coordinator goes above them. */
  #reset(back: WentBack): void {
    const { log, trail } = this.#parts;
    const sentence = `${this.link?.view.place} is at revision ${back.to} and was at ${back.from}: it was emptied, or put back to a backup.`;
    this.wentBack = back;
    log.error(back, sentence);
    const m = this.#member?.state();
    if (m) trail.add({ replicaset: m.settings.uuid, epoch: m.records.state?.value.epoch ?? 0, by: 'member', what: 'providerLost', detail: sentence });
    this.#turn = this.#turn.then(() => this.#reopen(null)).catch((error: unknown) => log.error({ error: String(error) }, 'the state provider could not be closed'));
    this.configure();
  }

  #seen(error: string | null): void {
    const m = this.#member?.state();
    if (m) this.#parts.trail.add({ replicaset: m.settings.uuid, epoch: m.records.state?.value.epoch ?? 0, by: 'member', what: error === null ? 'providerBack' : 'providerLost', detail: error });
    this.#parts.onChange();
  }

  async #configureMember(config: ClusterConfig, timing: Timing, leaving: boolean): Promise<void> {
    const { uuid } = this.#options;
    const replicaset = (config.instances[uuid] ?? config.expelled[uuid])?.replicaset;
    const link = this.link;
    const wanted = replicaset !== undefined && link !== null && (leaving || takesPart(config, uuid, replicaset) || this.#leaves(config));
    if (!wanted || (this.#member && this.#member.replicaset !== replicaset)) await this.#endMember();
    if (!wanted) return;
    const settings = settingsIn(config, replicaset);
    if (this.#member) return this.#member.receive({ kind: 'settings', settings, timing });
    const { disk, trail, log, supervisor } = this.#parts;
    const read = await disk.read(replicaset);
    this.#member = new MemberRunner(
      {
        link,
        orders: this.#orders,
        ask: (to, body, timeoutMs) => this.ask({ replicaset, to }, body, timeoutMs),
        persist: (changed) => disk.write(replicaset, changed),
        tell: ({ what, epoch, detail }) => {
          trail.add({ replicaset, epoch, by: 'member', what, detail });
          log.info({ epoch, detail }, `failover: ${what}`);
        },
        onChange: () => this.#stepped(),
        onDefect: (error) => this.#beginAnew(error),
      },
      { uuid, settings, timing, disk: read },
    );
    if (supervisor.id === null) this.exited();
  }

  async #configureCoordinator(config: ClusterConfig, timing: Timing): Promise<void> {
    const { uuid } = this.#options;
    const instance = config.instances[uuid];
    const link = this.link;
    const has = link !== null && instance?.disabled === false && config.replicasets[instance.replicaset]?.roles.includes('failover-coordinator') === true;
    if (!has) return this.#endCoordinator();
    const replicasets = Object.keys(config.replicasets).filter((replicaset) => isAppointed(config, replicaset)).map((replicaset) => settingsIn(config, replicaset));
    if (this.#coordinator) return this.#coordinator.configure(replicasets, timing);
    const { trail, log, now } = this.#parts;
    this.#coordinator = new CoordinatorRunner(
      {
        link,
        ask: (question, body, timeoutMs) => this.ask(question, body, timeoutMs),
        tell: ({ replicaset, epoch, what, detail }) => {
          trail.add({ replicaset, epoch, by: 'coordinator', what, detail });
          log.info({ replicaset, epoch, detail }, `coordinator: ${what}`);
        },
        onChange: () => this.#telling.look(),
        onDefect: (error) => this.#beginAnew(error),
        now,
        stonith: this.#options.stonith ? new Stonith(this.#parts.host) : null,
      },
      { uuid, replicasets, timing },
    );
  }

  async #join(epoch: number, from: JoinSource, timeoutMs: number): Promise<void> {
    const { memory, trail, poke, log } = this.#parts;
    const m = this.#member?.state();
    if (!m) throw new Error('This instance takes no part in failover.');
    if (m.report?.hasData !== true) return this.#wishes.granted({ kind: 'join', uri: from.uri }, timeoutMs);
    const ask = (body: MemberRequest, limitMs: number) => this.ask({ replicaset: m.settings.uuid, to: from.uuid }, body, limitMs);
    return putAside({ ask, memory, trail, poke, log }, { m, epoch, from, timeoutMs });
  }

  async #endCoordinator(): Promise<void> {
    await this.#coordinator?.end(closeMs);
    this.#coordinator = null;
  }

  async #endMember(): Promise<void> {
    this.#member?.end();
    this.#member = null;
    await this.#parts.host.suspend();
  }

  #keepHost(m: Readonly<MemberState>): void {
    const { host } = this.#parts;
    const sign = signOf({ writable: m.exit === null && m.report?.writable === true, leads: leading(m), deadline: m.lease?.deadline ?? null }, monotonicMs());
    if (sign === 'alive') host.alive(m.timing.leaseMs - m.timing.marginMs);
    else if (sign === 'off') void host.suspend();
  }

  #stepped(): void {
    const m = this.#member?.state();
    if (m) this.#keepHost(m);
    this.#telling.look();
  }

  #shown(): string {
    const member = this.#standing();
    return JSON.stringify([member && { ...member, leaseLeftMs: null }, this.leadership(), this.#coordinator?.status]);
  }

  #changed(): void {
    this.#parts.poke();
    this.#parts.onChange();
  }
}
