import { CoterieError } from '~/contract/errors.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { CandidateView, DecisionView, PauseView, TrailEntry } from '~/contract/shapes/failover-view.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { FailoverHandlers } from '~/agent/failover/off.ts';
import type { CommandBody } from '~/link/failover-messages.ts';

/** Failover of fake agents: one record that all of them report, and one coordinator that does what it is told at once. */
export class FakeFailover {
  epoch = 1;
  pause: Omit<PauseView, 'leftMs'> | null = null;
  manual: string | null = null;
  commands: CommandBody[] = [];
  decisions: DecisionView[] = [];
  /** Called instead of the usual answer, where set. */
  onCommand: ((body: CommandBody) => Promise<{ ok: boolean; why: string }>) | null = null;
  /** Why members cannot lead. */
  cannot = new Map<string, string>();
  readonly trails = new Map<string, { life: string; entries: TrailEntry[] }>();

  constructor(
    public replicaset: string,
    public members: readonly string[],
    public coordinators: readonly string[],
    public master = members[0]!,
    public active: string | null = coordinators[0]!,
    /** Whom the others take for it. */
    public believed: string | null = coordinators[0]!,
  ) {}

  statusOf(uuid: string, config: ClusterConfig | null): AgentStatus['failover'] {
    if (config?.failover.mode !== 'stateful' && config?.failover.mode !== 'manual') return undefined;
    const leads = uuid === this.master;
    return {
      provider: { kind: 'stateboard', place: 'stateboard x', error: null, roundTripMs: 1, since: 1 },
      member: this.members.includes(uuid) ? { mode: config.failover.mode, replicaset: this.replicaset, standing: leads ? 'master' : 'follower', epoch: this.epoch, master: this.master, phase: 'normal', target: null, leaseLeftMs: leads ? 1500 : null, leaseMs: 2000, failsafe: false, upstream: leads ? null : this.master, diverged: null, obstacle: null, synchro: null, masterHeard: true, acknowledges: [] } : null,
      coordinator: this.coordinators.includes(uuid) ? { active: this.believed === uuid, term: 3, holder: this.believed, since: 5 } : null,
      trail: this.#trail(uuid).entries.length,
      lostRows: 0,
    };
  }

  note(uuid: string, what: TrailEntry['what'], { epoch = this.epoch, detail = null, at = Date.now() }: { epoch?: number; detail?: string | null; at?: number } = {}): void {
    const { entries } = this.#trail(uuid);
    entries.push({ number: entries.length + 1, at, replicaset: this.replicaset, epoch, by: this.coordinators.includes(uuid) ? 'coordinator' : 'member', what, detail });
  }

  #trail(uuid: string): { life: string; entries: TrailEntry[] } {
    const trail = this.trails.get(uuid) ?? { life: `of ${uuid}`, entries: [] };
    this.trails.set(uuid, trail);
    return trail;
  }

  handlersOf(uuid: string, alias: string): Omit<FailoverHandlers, 'failoverMember' | 'lostRows' | 'readLostRows' | 'replayRows' | 'discardLostRows'> {
    const asActive = () => {
      if (this.active !== uuid) throw new CoterieError('CONFLICT', `${alias} is not the active coordinator.`, { holder: this.active });
    };
    return {
      failoverView: async () => {
        asActive();
        return {
          coordinator: { active: true, term: 3, holder: uuid, since: 5 },
          provider: { kind: 'stateboard', place: 'stateboard x', roundTripMs: 1, error: null, revision: 9, wentBack: null, settlingMs: 0, preVote: 'not needed', endpoints: [] },
          pause: this.pause && { ...this.pause, leftMs: this.pause.forMs },
          replicasets: [{ replicaset: this.replicaset, epoch: this.epoch, master: this.master, phase: 'normal', target: null, cause: 'crash', leaseAgeMs: 100, released: null, manual: this.manual, blocked: null, working: null, policy: null, unfenced: null }],
        };
      },
      failoverCandidates: async () => {
        asActive();
        const rows = this.members.map((instance): CandidateView => ({ instance, can: instance !== this.master && !this.cannot.has(instance), chosen: false, why: this.cannot.get(instance) ?? (instance === this.master ? 'It leads now.' : 'It can be reached and has 10 rows.'), rowsBehind: 0 }));
        const chosen = rows.find(({ can }) => can)?.instance;
        return { candidates: rows.map((row) => ({ ...row, chosen: row.instance === chosen })).toSorted((a, b) => Number(b.can) - Number(a.can)) };
      },
      failoverCommand: async (body) => {
        asActive();
        this.commands.push(body);
        if (this.onCommand) return this.onCommand(body);
        this.lead(body.target ?? this.members.find((one) => one !== this.master)!, body.kind === 'switchover' ? 'switchover' : 'forced');
        return { ok: true, why: 'done' };
      },
      failoverPause: async ({ pause }) => {
        asActive();
        this.pause = pause;
        return { sentence: 'said' };
      },
      failoverAcknowledge: async () => {
        asActive();
        this.manual = null;
        return { sentence: 'said' };
      },
      failoverSteal: async () => {
        this.active = uuid;
        this.believed = uuid;
        return { sentence: `${alias} is the active coordinator.` };
      },
      failoverDecisions: async () => this.decisions,
      failoverTrail: async ({ after }) => {
        const { life, entries } = this.#trail(uuid);
        return { life, entries: entries.filter(({ number }) => number > after).slice(0, 500) };
      },
    };
  }

  /** The next epoch, with what everybody notes of it. */
  lead(to: string, cause: DecisionView['cause']): void {
    const from = this.master;
    const at = Date.now();
    if (cause === 'switchover') {
      this.note(this.active!, 'switching', { at });
      this.note(from, 'frozen', { at: at + 1 });
    } else this.note(from, 'exited', { at, detail: 'signal SIGKILL' });
    this.decisions.push({ replicaset: this.replicaset, epoch: this.epoch + 1, term: 3, cause, from, to, evidence: [`${from} gave it away.`], rowsLost: 0 });
    this.note(this.active!, 'decided', { at: at + 2, detail: `${to} leads in epoch ${this.epoch + 1}` });
    this.epoch += 1;
    this.master = to;
    this.note(to, 'confirmed', { at: at + 3 });
    this.note(to, 'promoted', { at: at + 4 });
  }
}
