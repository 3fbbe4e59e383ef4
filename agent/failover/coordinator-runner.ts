import { randomUUID } from 'node:crypto';
import type { CoordinatorStatus, PauseView, ReplicasetFailover } from '~/contract/shapes/failover-view.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '~/core/failover/coordinator-messages.ts';
import type { Case } from '~/core/failover/coordinator-state.ts';
import { FailoverCoordinator } from '~/core/failover/coordinator.ts';
import type { MemberAnswer, MemberRequest } from '~/core/failover/messages.ts';
import { parseRecord } from '~/core/failover/record-text.ts';
import { coordinatorKey, manualKey, pauseKey, replicasetPrefix } from '~/core/failover/records.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import { lockTtlMs, type Timing } from '~/core/failover/timing.ts';
import type { CommandBody } from '~/link/failover-messages.ts';
import type { Condition, Lock, LockState } from '~/state/provider.ts';
import { Alarm } from './alarm.ts';
import { Effects } from './effects.ts';
import { monotonicMs } from './monotonic.ts';
import type { StateLink } from './state-link.ts';
import type { Stonith } from './stonith.ts';

/** Runs the coordinator machine: the lock, the records of all replicasets, the questions to members. */
export type CoordinatorRunnerParts = {
  readonly link: StateLink;
  readonly ask: (question: { replicaset: string; to: string }, body: MemberRequest, timeoutMs: number) => Promise<MemberAnswer | null>;
  readonly tell: (told: { replicaset: string; epoch: number; what: Extract<CoordinatorEffect, { kind: 'tell' }>['what'] | 'active' | 'standby'; detail: string | null }) => void;
  readonly onChange: () => void;
  readonly onDefect: (error: unknown) => void;
  readonly now: () => number;
  /** Null: a silent master is taken over from by its lease alone. */
  readonly stonith: Stonith | null;
};

export type CoordinatorRunnerOptions = { readonly uuid: string; readonly replicasets: readonly ReplicasetSettings[]; readonly timing: Timing };

/** A shorter one would be lost on a busy machine. */
const lockMsMin = 1000;

export class CoordinatorRunner {
  readonly #parts: CoordinatorRunnerParts;
  readonly #coordinator: FailoverCoordinator;
  readonly #effects: Effects<CoordinatorEffect>;
  readonly #alarm = new Alarm(() => this.#step((now) => this.#coordinator.tick(now)));
  readonly #commands = new Map<string, (result: { ok: boolean; why: string }) => void>();
  readonly #unwatch: (() => void)[];
  readonly #lock: Lock;
  #status: CoordinatorStatus;
  #pause: { record: Omit<PauseView, 'leftMs'>; since: number } | null = null;
  #ended = false;

  constructor(parts: CoordinatorRunnerParts, { uuid, replicasets, timing }: CoordinatorRunnerOptions) {
    const { link } = parts;
    this.#parts = parts;
    this.#status = { active: false, term: null, holder: null, since: parts.now() };
    this.#coordinator = new FailoverCoordinator({}, { timing });
    this.#effects = new Effects((effect) => this.#perform(effect), parts.onDefect);
    this.configure(replicasets, timing);
    this.#unwatch = [
      link.watchRecords(null, (replicaset, records) => this.#receive({ kind: 'records', replicaset, records, streamed: true, askedAt: monotonicMs() }), (key, value) => this.#manual(key, value)),
      link.watchKey(pauseKey, (value) => this.#paused(value)),
    ];
    this.#lock = link.provider.lock(coordinatorKey, { holder: uuid, ttlMs: Math.max(lockMsMin, lockTtlMs(timing)) }, (state, reason) => this.#locked(uuid, state, reason));
    for (const { uuid: replicaset } of replicasets) void this.#first(replicaset);
  }

  get status(): CoordinatorStatus {
    return this.#status;
  }

  /** Proves to the provider that this one holds the lock; null: it does not. */
  get guard(): Condition | null {
    return this.#status.active ? this.#lock.guard : null;
  }

  get pause(): PauseView | null {
    if (this.#pause === null) return null;
    const { record, since } = this.#pause;
    return { ...record, leftMs: record.forMs === null ? null : Math.max(0, Math.round(since + record.forMs - monotonicMs())) };
  }

  configure(replicasets: readonly ReplicasetSettings[], timing: Timing): void {
    const known = new Set(this.#coordinator.cases().keys());
    this.#receive({ kind: 'configured', replicasets, timing });
    for (const { uuid } of replicasets) if (!known.has(uuid)) void this.#first(uuid);
  }

  /** Resolves when it is done, refused or given up. */
  order(command: CommandBody, timeoutMs: number): Promise<{ ok: boolean; why: string }> {
    const id = randomUUID();
    return new Promise((resolve) => {
      const answer = (result: { ok: boolean; why: string }) => {
        clearTimeout(timer);
        this.#commands.delete(id);
        resolve(result);
      };
      const timer = setTimeout(() => answer({ ok: false, why: `It was not decided within ${timeoutMs / 1000} s, and may still be: look at the status.` }), timeoutMs);
      this.#commands.set(id, answer);
      this.#receive({ kind: 'command', command: { ...command, id } });
    });
  }

  steal(timeoutMs: number): Promise<void> {
    return this.#lock.steal({ timeoutMs });
  }

  views(): ReplicasetFailover[] {
    const now = monotonicMs();
    return [...this.#coordinator.cases().values()].map((one) => viewOf(one, now));
  }

  settingsOf(replicaset: string): ReplicasetSettings | null {
    return this.#coordinator.cases().get(replicaset)?.settings ?? null;
  }

  caseOf(replicaset: string): Readonly<Case> | null {
    return this.#coordinator.cases().get(replicaset) ?? null;
  }

  /** Gives the lock back, so that the next one need not wait. */
  async end(timeoutMs: number): Promise<void> {
    this.#ended = true;
    this.#alarm.off();
    this.#effects.end();
    for (const unwatch of this.#unwatch) unwatch();
    for (const answer of this.#commands.values()) answer({ ok: false, why: 'This coordinator ends.' });
    await this.#lock.release({ timeoutMs });
  }

  #receive(event: CoordinatorEvent): void {
    this.#step((now) => this.#coordinator.receive(now, event));
  }

  #step(step: (now: number) => CoordinatorEffect[]): void {
    if (this.#ended) return;
    this.#effects.add(step(monotonicMs()));
    this.#alarm.set(this.#coordinator.wakeAt());
    this.#parts.onChange();
  }

  /** A replicaset without records says so only to a question: the watch tells what is there. */
  async #first(replicaset: string): Promise<void> {
    const askedAt = monotonicMs();
    const { link } = this.#parts;
    while (!this.#ended && this.#coordinator.cases().get(replicaset)?.known === false) {
      try {
        this.#receive({ kind: 'records', replicaset, records: await link.read(replicaset, 1000), streamed: false, askedAt });
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 200).unref());
      }
    }
  }

  #locked(uuid: string, state: LockState, reason: string): void {
    const { now, tell } = this.#parts;
    const active = state.kind === 'held';
    const before = this.#status;
    const holder = state.kind === 'held' ? uuid : state.kind === 'waiting' ? state.holder : null;
    const term = state.kind === 'released' ? null : state.token;
    if (before.active !== active || before.holder !== holder) this.#status = { active, term, holder, since: now() };
    else this.#status = { ...before, term };
    if (before.active !== active) for (const replicaset of this.#coordinator.cases().keys()) tell({ replicaset, epoch: this.#coordinator.cases().get(replicaset)?.highest ?? 0, what: active ? 'active' : 'standby', detail: reason });
    this.#receive({ kind: 'lock', term: state.kind === 'held' ? state.token : null });
  }

  #manual(key: string, value: string | null): void {
    const replicaset = key.slice(replicasetPrefix.length).split('/')[0] ?? '';
    if (key !== manualKey(replicaset)) return;
    const parsed = value === null ? null : parseRecord('manual', value);
    this.#receive({ kind: 'manual', replicaset, manual: parsed?.ok ? parsed.value : null });
  }

  #paused(value: string | null): void {
    const parsed = value === null ? null : parseRecord('pause', value);
    const record = parsed?.ok ? parsed.value : null;
    this.#pause = record && { record, since: monotonicMs() };
    this.#receive({ kind: 'pause', pause: record });
  }

  #perform(effect: CoordinatorEffect): undefined {
    const { link, ask, tell } = this.#parts;
    switch (effect.kind) {
      case 'commit': {
        const { replicaset, call, change, timeoutMs } = effect;
        if (change.takesOver && !this.#sure(replicaset)) {
          queueMicrotask(() => this.#receive({ kind: 'stored', replicaset, call, outcome: { kind: 'unavailable' } }));
          return;
        }
        void link.commit(replicaset, change, { timeoutMs, guard: this.#lock.guard, lockKey: coordinatorKey }).then((outcome) => this.#receive({ kind: 'stored', replicaset, call, outcome }));
        return;
      }
      case 'read':
        void this.#read(effect);
        return;
      case 'ask': {
        const { replicaset, call, to, body, timeoutMs } = effect;
        void ask({ replicaset, to }, body, timeoutMs).then((answer) => this.#receive({ kind: 'answered', replicaset, call, answer }));
        return;
      }
      case 'result':
        this.#commands.get(effect.id)?.({ ok: effect.ok, why: effect.why });
        return;
      case 'tell':
        setImmediate(tell, { ...effect, epoch: this.#coordinator.cases().get(effect.replicaset)?.highest ?? 0 });
    }
  }

  /** A master that has said itself that it is over needs no program. */
  #sure(replicaset: string): boolean {
    const { stonith } = this.#parts;
    const records = this.#coordinator.cases().get(replicaset)?.records;
    const lease = records?.lease?.value;
    if (!stonith || !lease || lease.released !== null || records.state?.value.phase === 'switching') return true;
    return stonith.sure({ instance: lease.holder, replicaset, epoch: lease.epoch, reason: 'It has not renewed its lease.' });
  }

  async #read({ replicaset, call, timeoutMs }: Extract<CoordinatorEffect, { kind: 'read' }>): Promise<void> {
    const askedAt = monotonicMs();
    try {
      this.#receive({ kind: 'records', replicaset, records: await this.#parts.link.read(replicaset, timeoutMs), streamed: false, askedAt });
    } catch {
      this.#receive({ kind: 'stored', replicaset, call, outcome: { kind: 'unavailable' } });
    }
  }
}

function viewOf({ replicaset, records, view, manual, blocked, round }: Readonly<Case>, now: number): ReplicasetFailover {
  const state = records.state?.value;
  return {
    replicaset,
    epoch: state?.epoch ?? 0,
    master: state?.master ?? null,
    phase: state?.phase ?? null,
    target: state?.target ?? null,
    cause: state?.cause ?? null,
    leaseAgeMs: records.lease && view ? Math.round(now - view.receivedAt) : null,
    released: records.lease?.value.released?.why ?? null,
    manual: manual?.why ?? null,
    blocked,
    working: round?.stage ?? null,
    policy: state ? { ...state.policy, voters: [...state.policy.voters] } : null,
    unfenced: state?.unfenced ?? null,
  };
}
