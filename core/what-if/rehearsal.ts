import { FailoverCoordinator } from '~/core/failover/coordinator.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '~/core/failover/coordinator-messages.ts';
import type { JournalEntry } from '~/core/failover/divergence.ts';
import { FailoverMember } from '~/core/failover/member.ts';
import type { MemberEffect, MemberEvent } from '~/core/failover/member-messages.ts';
import type { MemberAnswer, MemberRequest } from '~/core/failover/messages.ts';
import type { Policy } from '~/core/failover/quorum.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import type { Timing } from '~/core/failover/timing.ts';
import { RehearsalInstance } from './rehearsal-instance.ts';
import { RehearsalStore } from './rehearsal-store.ts';

/**
 * What becomes of one replicaset. The one idea: it is not concluded but tried, with the very machines that run in the
 * agents, in a world where messages take no time. All is well for one renewal; then the damage is done, and whoever
 * writes some leases later is the answer.
 */
export type Cast = {
  readonly settings: ReplicasetSettings;
  readonly policy: Policy;
  readonly timing: Timing;
  readonly master: string;
  /** `alive`: before the damage. `stands`, `copyStands`: after it, the agent with its database, and the database. */
  readonly members: readonly { readonly uuid: string; readonly alive: boolean; readonly stands: boolean; readonly copyStands: boolean; readonly hasData: boolean; readonly lagRows: number }[];
  /** Whoever has the lock in the end; null: nobody. */
  readonly coordinator: string | null;
  /** After the damage. */
  readonly usesProvider: (uuid: string) => boolean;
  readonly meets: (a: string, b: string) => boolean;
  readonly paused: boolean;
  readonly held: boolean;
};

export type Ending = {
  /** Who writes in the end. */
  readonly leader: string | null;
  /** Members whose copy goes on growing with the leader's. */
  readonly following: readonly string[];
  /** So many masters were appointed, one after the other, until one led. */
  readonly appointments: number;
  /** What the coordinator says stands in its way. */
  readonly blocked: string | null;
};

const rowsAtFirst = 1_000_000;
const stepsMax = 20_000;

export const rehearse = (cast: Cast): Ending => new Rehearsal(cast).run();

class Rehearsal {
  readonly #cast: Cast;
  readonly #store: RehearsalStore;
  readonly #instances = new Map<string, RehearsalInstance>();
  readonly #members = new Map<string, FailoverMember>();
  readonly #coordinator: FailoverCoordinator | null;
  readonly #queue: (() => void)[] = [];
  readonly #requests = new Map<number, { readonly from: string; readonly reply: (answer: MemberAnswer) => void }>();
  #request = 0;
  #now = 0;
  #damaged = false;
  #blocked: string | null = null;

  constructor(cast: Cast) {
    this.#cast = cast;
    const { settings, policy, master, members, timing } = cast;
    const origins = new Map(members.map(({ uuid }, index) => [uuid, String(index + 1)]));
    const origin = origins.get(master) ?? '1';
    const entry: JournalEntry = { epoch: 1, master, origin, start: {}, after: null };
    this.#store = new RehearsalStore(settings.uuid, {
      state: { epoch: 1, master, phase: 'normal', target: null, deadlineMs: null, confirmed: entry, previous: null, policy, unfenced: null, cause: 'first' },
      lease: { epoch: 1, holder: master, seq: 0, leaseMs: timing.leaseMs, released: null },
    });
    for (const { uuid, alive, hasData, lagRows } of members) {
      if (!alive) continue;
      const instance = new RehearsalInstance({ uuid, origin: origins.get(uuid) ?? '1', hasData, vclock: hasData ? { [origin]: Math.max(1, rowsAtFirst - lagRows) } : {}, journal: hasData ? [entry] : [] });
      if (uuid === master) Object.assign(instance, { promoted: 1, deadline: timing.leaseMs - timing.marginMs, acks: [policy] });
      else if (hasData) instance.upstream = master;
      this.#instances.set(uuid, instance);
      this.#members.set(uuid, new FailoverMember({}, { uuid, settings, timing, disk: null, now: 0 }));
    }
    this.#coordinator = cast.coordinator === null ? null : new FailoverCoordinator({}, { timing });
  }

  run(): Ending {
    const { timing, settings, paused, held } = this.#cast;
    for (const uuid of this.#members.keys()) this.#give(uuid, { kind: 'records', records: this.#store.records(), streamed: true });
    this.#look();
    this.#coordinate({ kind: 'configured', replicasets: [settings], timing });
    this.#coordinate({ kind: 'records', replicaset: settings.uuid, records: this.#store.records(), streamed: true, askedAt: 0 });
    if (paused) this.#coordinate({ kind: 'pause', pause: { by: '', reason: '', forMs: null } });
    if (held) this.#coordinate({ kind: 'manual', replicaset: settings.uuid, manual: { why: '', master: this.#cast.master } });
    this.#coordinate({ kind: 'lock', term: this.#store.term });
    this.#until(timing.renewMs * 1.5);
    this.#damage();
    // The lease, a promise that is as long, and one of each for whoever is chosen and is lost as well.
    this.#until(this.#now + 4 * timing.leaseMs);
    return this.#ending();
  }

  #damage(): void {
    this.#damaged = true;
    for (const { uuid, stands, copyStands } of this.#cast.members) {
      if (!copyStands) this.#instances.delete(uuid);
      if (!stands) this.#members.delete(uuid);
    }
  }

  /** Rings in their order: everything that is under way, then the next that somebody waits for. */
  #until(endMs: number): void {
    const lookMs = this.#cast.timing.leaseMs / 2;
    for (let step = 0; step < stepsMax; step++) {
      for (let run = this.#queue.shift(); run; run = this.#queue.shift()) run();
      const machines = [...this.#members.values(), ...(this.#coordinator ? [this.#coordinator] : [])];
      const lookAt = (Math.floor(this.#now / lookMs) + 1) * lookMs;
      const next = Math.min(endMs, lookAt, ...machines.map((machine) => machine.wakeAt()));
      this.#now = Math.max(this.#now, next);
      if (next >= endMs) return;
      if (next === lookAt) this.#look();
      for (const [uuid, member] of this.#members) if (member.wakeAt() <= this.#now) this.#perform(uuid, member.tick(this.#now));
      if (this.#coordinator && this.#coordinator.wakeAt() <= this.#now) this.#carryOut(this.#coordinator.tick(this.#now));
    }
  }

  #meets(a: string, b: string): boolean {
    return a === b || !this.#damaged || this.#cast.meets(a, b);
  }

  #provided(uuid: string): boolean {
    return !this.#damaged || this.#cast.usesProvider(uuid);
  }

  #look(): void {
    for (const [uuid, instance] of this.#instances) this.#give(uuid, { kind: 'reported', report: instance.report(this.#now) });
  }

  #give(uuid: string, event: MemberEvent): void {
    this.#queue.push(() => {
      const member = this.#members.get(uuid);
      if (member) this.#perform(uuid, member.receive(this.#now, event));
    });
  }

  #coordinate(event: CoordinatorEvent): void {
    this.#queue.push(() => this.#coordinator && this.#carryOut(this.#coordinator.receive(this.#now, event)));
  }

  /** Everybody who can hears what stands there now. */
  #tellRecords(): void {
    const records = this.#store.records();
    for (const uuid of this.#members.keys()) if (this.#provided(uuid)) this.#give(uuid, { kind: 'records', records, streamed: true });
    const { coordinator, settings } = this.#cast;
    if (coordinator === null || !this.#provided(coordinator)) return;
    this.#coordinate({ kind: 'records', replicaset: settings.uuid, records, streamed: true, askedAt: this.#now });
    this.#coordinate({ kind: 'manual', replicaset: settings.uuid, manual: this.#cast.held ? { why: '', master: this.#cast.master } : this.#store.manual });
  }

  #perform(uuid: string, effects: readonly MemberEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'commit':
          if (!this.#provided(uuid)) break;
          this.#give(uuid, { kind: 'stored', call: effect.call, outcome: this.#store.commit(effect.change) });
          this.#tellRecords();
          break;
        case 'read':
          if (this.#provided(uuid)) this.#give(uuid, { kind: 'records', records: this.#store.records(), streamed: false });
          break;
        case 'order':
          this.#order(uuid, effect);
          break;
        case 'ask':
          this.#ask(uuid, effect, (answer) => this.#give(uuid, { kind: 'answered', call: effect.call, answer }));
          break;
        case 'answer': {
          const request = this.#requests.get(effect.request);
          this.#requests.delete(effect.request);
          if (request && this.#meets(uuid, request.from)) request.reply(effect.answer);
          break;
        }
        case 'tell':
        case 'persist':
        case 'note':
        case 'handedOver':
      }
    }
  }

  #order(uuid: string, { call, order }: Extract<MemberEffect, { kind: 'order' }>): void {
    const instance = this.#instances.get(uuid);
    const ok = instance?.order(order, this.#now, (other) => (this.#meets(uuid, other) ? (this.#instances.get(other) ?? null) : null));
    if (!instance || ok === null || ok === undefined) return;
    this.#give(uuid, { kind: 'ordered', call, report: instance.report(this.#now), why: ok ? null : 'refused' });
  }

  #ask(from: string, { to, body }: { readonly to: string; readonly body: MemberRequest }, reply: (answer: MemberAnswer) => void): void {
    if (!this.#members.has(to) || !this.#meets(from, to)) return;
    const request = ++this.#request;
    this.#requests.set(request, { from, reply });
    this.#give(to, { kind: 'asked', request, body });
  }

  #carryOut(effects: readonly CoordinatorEffect[]): void {
    const { coordinator, settings } = this.#cast;
    if (coordinator === null) return;
    const replicaset = settings.uuid;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'commit':
          if (!this.#provided(coordinator)) break;
          this.#coordinate({ kind: 'stored', replicaset, call: effect.call, outcome: this.#store.commit(effect.change) });
          this.#tellRecords();
          break;
        case 'read':
          if (this.#provided(coordinator)) this.#coordinate({ kind: 'records', replicaset, records: this.#store.records(), streamed: false, askedAt: this.#now });
          break;
        case 'ask':
          this.#ask(coordinator, effect, (answer) => this.#coordinate({ kind: 'answered', replicaset, call: effect.call, answer }));
          break;
        case 'tell':
          if (effect.what === 'blocked' || effect.what === 'manual') this.#blocked = effect.detail;
          break;
        case 'result':
      }
    }
  }

  #ending(): Ending {
    const leader = [...this.#instances.values()].find((instance) => instance.writable(this.#now)) ?? null;
    const following = leader ? [...this.#instances.values()].filter((one) => one !== leader && one.hasData && one.upstream === leader.uuid && this.#meets(one.uuid, leader.uuid)) : [];
    return { leader: leader?.uuid ?? null, following: following.map(({ uuid }) => uuid), appointments: (this.#store.records().state?.value.epoch ?? 1) - 1, blocked: this.#blocked };
  }
}
