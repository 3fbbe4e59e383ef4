import { FailoverCoordinator } from '~/core/failover/coordinator.ts';
import type { Command, CoordinatorEffect, CoordinatorEvent } from '~/core/failover/coordinator-messages.ts';
import { FailoverMember } from '~/core/failover/member.ts';
import { emptyDisk, type MemberDisk, type MemberEffect, type MemberEvent } from '~/core/failover/member-messages.ts';
import type { Change, MemberAnswer, MemberRequest } from '~/core/failover/messages.ts';
import type { Rules } from '~/core/failover/rules.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import { lockTtlMs, type Timing } from '~/core/failover/timing.ts';
import type { Checks } from './checks.ts';
import type { SimInstance } from './instance.ts';
import type { InstanceFlaws } from './options.ts';
import { replicaset, type SimStore, type Told } from './store.ts';
import { Process, type Clock, type World } from './world.ts';

/** An agent around the two machines: its clock, its disk, its calls, its pauses and deaths. */
export type AgentParts = { readonly world: World; readonly clock: Clock; readonly store: SimStore; readonly checks: Checks; readonly rules: Rules; readonly timing: Timing; readonly instance: SimInstance | null; readonly coordinates: boolean; readonly flaws: Partial<InstanceFlaws> };

export class SimAgent {
  readonly process = new Process();
  readonly uuid: string;
  readonly parts: AgentParts;
  peers: ReadonlyMap<string, SimAgent> = new Map();
  settings: ReplicasetSettings;
  disk: MemberDisk = emptyDisk;
  member: FailoverMember | null = null;
  coordinator: FailoverCoordinator | null = null;
  term: number | null = null;
  up = false;
  life = 0;
  /** Starts its instance again by itself. */
  restarts = true;
  /** It is about to stop its instance, which has handed over. */
  stops = false;
  #timer = 0;
  #version = 0;
  #pause: Told['pause'] = null;
  /** A watch is a long poll: its request was sent when the last answer came. */
  #polledAt = 0;
  #locked = -Infinity;
  #requests = 0;
  readonly #waiting = new Map<number, (answer: MemberAnswer) => void>();

  constructor(uuid: string, settings: ReplicasetSettings, parts: AgentParts) {
    this.uuid = uuid;
    this.settings = settings;
    this.parts = parts;
    if (parts.instance) parts.instance.exited = () => this.#later(parts.world.random.between(0.5, 5), () => this.#sawExit());
  }

  get now(): number {
    return this.parts.clock.now;
  }

  start(): void {
    if (this.up) return;
    const { store, instance, rules, timing, world } = this.parts;
    this.up = true;
    this.life += 1;
    this.#polledAt = this.now;
    this.process.forget();
    if (instance) this.member = new FailoverMember({ rules }, { uuid: this.uuid, settings: this.settings, timing, disk: this.disk, now: this.now });
    if (this.parts.coordinates) {
      this.coordinator = new FailoverCoordinator({ rules }, { timing });
      this.#coordinate({ kind: 'configured', replicasets: [this.settings], timing });
      this.#campaign(this.life);
    }
    const { life } = this;
    this.#pause = null;
    store.watch(this.uuid, (told) => {
      if (life === this.life && this.up) this.process.deliver(() => life === this.life && this.#told(told));
    });
    if (instance) {
      if (instance.running) this.#report(life);
      else this.#sawExit();
      this.#look(life, world.random.between(50, 250));
    }
  }

  die(): void {
    if (!this.up) return;
    this.up = false;
    this.stops = false;
    this.life += 1;
    this.member = null;
    this.coordinator = null;
    this.term = null;
    this.process.forget();
    this.process.paused = false;
    this.parts.store.unwatch(this.uuid);
    this.#waiting.clear();
  }

  /** Versions only grow, however late an older one comes. */
  configure(settings: ReplicasetSettings, version: number): void {
    if (version < this.#version) return;
    this.#version = version;
    this.settings = settings;
    this.#later(0, () => {
      this.#give({ kind: 'settings', settings, timing: this.parts.timing });
      this.#coordinate({ kind: 'configured', replicasets: [settings], timing: this.parts.timing });
    });
  }

  command(command: Command): void {
    this.#later(0, () => this.#coordinate({ kind: 'command', command }));
  }

  /** Restarts the instance in good order: leadership goes first. */
  stopInstance(): void {
    this.#later(0, () => this.#give({ kind: 'stop' }));
  }

  /** Runs in this agent, in this life, when it is not stopped. */
  #later(delayMs: number, run: () => void): void {
    const { life } = this;
    this.parts.world.after(delayMs, () => {
      if (life === this.life && this.up) this.process.deliver(() => life === this.life && run());
    });
  }

  #told({ records, pause, manual }: Told): void {
    if (pause !== this.#pause) this.#coordinate({ kind: 'pause', pause });
    this.#pause = pause;
    this.#coordinate({ kind: 'manual', replicaset, manual });
    this.#give({ kind: 'records', records, streamed: true });
    this.#coordinate({ kind: 'records', replicaset, records, streamed: true, askedAt: this.#polledAt });
    this.#polledAt = this.now;
  }

  #sawExit(): void {
    const { instance, world } = this.parts;
    if (!instance || instance.running) return;
    const restartMs = world.random.between(100, 1_500);
    this.#give({ kind: 'exited', exit: { vclock: instance.disk.hasData ? { ...instance.disk.vclock } : null, restartMs: this.restarts ? restartMs : null } });
    if (this.restarts) this.#later(restartMs, () => this.#startInstance());
  }

  #startInstance(): void {
    const { instance, world } = this.parts;
    if (!instance || instance.running) return;
    instance.start();
    world.note(`${this.uuid}: instance up, epoch ${instance.disk.epoch}`);
    this.#report(this.life);
  }

  /** Each few hundred ms the instance says how it is. */
  #look(life: number, delayMs: number): void {
    this.parts.world.after(delayMs, () => {
      if (life !== this.life) return;
      this.#report(life);
      this.#look(life, 200);
    });
  }

  #report(life: number): void {
    const { instance, world } = this.parts;
    if (!instance?.running) return;
    const of = instance.life;
    instance.process.deliver(() => {
      if (of !== instance.life || !instance.running) return;
      const report = instance.report();
      world.after(0.2, () => life === this.life && this.process.deliver(() => life === this.life && instance.running && this.#give({ kind: 'reported', report })));
    }, life);
  }

  #give(event: MemberEvent): void {
    if (this.member) this.#perform(this.member.receive(this.now, event));
  }

  #coordinate(event: CoordinatorEvent): void {
    if (this.coordinator) this.#carryOut(this.coordinator.receive(this.now, event));
  }

  #settle(): void {
    const at = Math.min(this.member?.wakeAt() ?? Infinity, this.coordinator?.wakeAt() ?? Infinity);
    const timer = ++this.#timer;
    if (at === Infinity) return;
    this.#later(Math.max(0.01, this.parts.clock.until(at) + 0.01), () => {
      if (timer !== this.#timer) return;
      if (this.member) this.#perform(this.member.tick(this.now));
      if (this.coordinator) this.#carryOut(this.coordinator.tick(this.now));
    });
  }

  #perform(effects: readonly MemberEffect[]): void {
    const { store, world } = this.parts;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'commit': {
          const { call, change } = effect;
          if (this.parts.flaws.quietAboutEpochs && JSON.stringify(change.put).includes('outdated')) break;
          if (this.parts.flaws.unfreezesAlone && this.#unfreezesAlone(change)) break;
          store.call(this.uuid, () => store.commit(this.uuid, change), (outcome) => this.#later(0, () => this.#give({ kind: 'stored', call, outcome })));
          break;
        }
        case 'read':
          store.call(this.uuid, () => store.records(), (records) => this.#later(0, () => this.#give({ kind: 'records', records, streamed: false })));
          break;
        case 'order':
          this.#order(effect);
          break;
        case 'ask':
          this.#ask(effect, (call, answer) => this.#give({ kind: 'answered', call, answer }));
          break;
        case 'answer': {
          const reply = this.#waiting.get(effect.request);
          this.#waiting.delete(effect.request);
          reply?.(this.parts.flaws.quietAboutEpochs && effect.answer.kind === 'heard' ? { ...effect.answer, epoch: 0, report: effect.answer.report && { ...effect.answer.report, epoch: 0 } } : effect.answer);
          break;
        }
        case 'persist':
          this.disk = effect.disk;
          break;
        case 'note':
          this.#later(world.random.between(0.1, 20), () => (this.disk = { ...this.disk, known: Math.max(this.disk.known, effect.disk.known) }));
          break;
        case 'handedOver':
          world.note(`${this.uuid}: handed over`);
          this.stops = true;
          this.#later(world.random.between(1, 2_000), () => {
            this.stops = false;
            this.parts.instance?.end();
          });
          break;
        case 'tell':
          world.note(`${this.uuid}: ${effect.what} ${effect.epoch} ${effect.detail ?? ''}`);
          this.parts.checks.told(this.uuid, effect.what);
      }
    }
    this.#settle();
  }

  /** A mutant's: takes a switchover back in its instance, and not in the record. */
  #unfreezesAlone(change: Change): boolean {
    const { instance, store } = this.parts;
    const givesUp = store.records().state?.value.phase === 'switching' && change.put.some(({ value }) => 'phase' in value && value.phase === 'normal');
    if (givesUp && instance?.promoted != null) instance.process.deliver(() => instance.order({ kind: 'unfreeze', epoch: instance.promoted ?? 0 }, () => {}, () => undefined));
    return givesUp;
  }

  #order({ call, order }: Extract<MemberEffect, { kind: 'order' }>): void {
    const { instance, world } = this.parts;
    if (!instance) return;
    const { life } = this;
    const of = instance.life;
    const answer = (ok: boolean) => {
      const report = instance.report();
      world.after(world.random.between(0.1, 0.6), () => {
        if (life !== this.life || !this.up) return;
        this.process.deliver(() => life === this.life && instance.running && this.#give({ kind: 'ordered', call, report, why: ok ? null : 'refused' }));
      });
    };
    world.after(world.random.between(0.1, 0.6), () => {
      if (!instance.running || of !== instance.life) return;
      instance.process.deliver(() => {
        if (!instance.running || of !== instance.life) return;
        if (order.kind !== 'look' && order.kind !== 'leaseSet') world.note(`${this.uuid}: ${order.kind} ${order.epoch}`);
        instance.order(order, answer, (uuid) => this.peers.get(uuid)?.parts.instance ?? undefined);
      }, life);
    });
  }

  #ask({ call, to, body }: { readonly call: number; readonly to: string; readonly body: MemberRequest }, answered: (call: number, answer: MemberAnswer | null) => void): void {
    const { world } = this.parts;
    const peer = this.peers.get(to);
    if (!peer) return;
    world.send(this.uuid, to, () => peer.#asked(body, (answer) => world.send(to, this.uuid, () => this.#later(0, () => answered(call, answer)))));
  }

  #asked(body: MemberRequest, reply: (answer: MemberAnswer) => void): void {
    this.#later(0, () => {
      const request = ++this.#requests;
      this.#waiting.set(request, reply);
      if (this.#waiting.size > 1_000) this.#waiting.clear();
      this.#give({ kind: 'asked', request, body });
    });
  }

  #carryOut(effects: readonly CoordinatorEffect[]): void {
    const { store, world, checks } = this.parts;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'commit': {
          const { call, change } = effect;
          store.call(
            this.uuid,
            () => {
              const outcome = store.commit(this.uuid, change);
              if (outcome.kind === 'done') checks.coordinated(this.uuid, store, change);
              return outcome;
            },
            (outcome) => this.#later(0, () => this.#coordinate({ kind: 'stored', replicaset, call, outcome })),
          );
          break;
        }
        case 'read': {
          const askedAt = this.now;
          store.call(this.uuid, () => store.records(), (records) => this.#later(0, () => this.#coordinate({ kind: 'records', replicaset, records, streamed: false, askedAt })));
          break;
        }
        case 'ask':
          this.#ask(effect, (call, answer) => this.#coordinate({ kind: 'answered', replicaset, call, answer }));
          break;
        case 'result':
          world.note(`${this.uuid}: ${effect.id} ${effect.ok ? 'done' : 'refused'}: ${effect.why}`);
          checks.result(effect.id, effect.ok, effect.why);
          break;
        case 'tell':
          world.note(`${this.uuid}: coordinator ${effect.what}: ${effect.detail}`);
      }
    }
    this.#settle();
  }

  /** Asks for the lock again and again, and knows by its own clock when it may have lost it. Who waits for it watches when it goes. */
  #campaign(life: number): void {
    const { store, world, timing } = this.parts;
    if (life !== this.life || !this.up) return;
    const askedAt = this.now;
    const ttlMs = lockTtlMs(timing);
    store.call(this.uuid, () => store.campaign(this.uuid, ttlMs), (term) => {
      this.#later(0, () => {
        if (term !== null) this.#locked = askedAt;
        this.#lock(term);
      });
    });
    this.#later(this.term === null ? world.random.between(20, 100) : ttlMs / 4, () => {
      if (this.term !== null && this.now > this.#locked + ttlMs * 0.9) this.#lock(null);
      this.#campaign(life);
    });
  }

  #lock(term: number | null): void {
    if (term === this.term) return;
    this.term = term;
    this.#coordinate({ kind: 'lock', term });
  }
}
