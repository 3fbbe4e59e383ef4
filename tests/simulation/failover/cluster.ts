import type { FailoverMember } from '~/core/failover/member.ts';
import { presets, type Timing } from '~/core/failover/timing.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import type { Random } from '../apply/random.ts';
import { SimAgent } from './agent.ts';
import { Checks } from './checks.ts';
import { SimInstance } from './instance.ts';
import type { Options } from './options.ts';
import { replicaset, SimStore } from './store.ts';
import { Clock, World } from './world.ts';
import { SimWriter } from './writer.ts';

/** One replicaset with its agents, a provider, an arbiter that only coordinates, and clients beside every instance. */
export class Cluster {
  readonly world: World;
  readonly store: SimStore;
  readonly checks: Checks;
  readonly agents: SimAgent[] = [];
  readonly instances: SimInstance[] = [];
  readonly writers: SimWriter[] = [];
  readonly timing: Timing;
  settings: ReplicasetSettings;
  #rows = 0;
  #version = 0;

  constructor(
    readonly options: Options,
    random: Random,
  ) {
    this.world = new World(random);
    this.world.loss = options.loss;
    this.store = new SimStore(this.world);
    this.store.coarse = options.coarseLock;
    this.checks = new Checks(this.world);
    const { timing } = presets[options.preset];
    this.timing = { ...timing, marginMs: options.marginMs ?? timing.marginMs, switchMs: options.switchMs ?? timing.switchMs };
    this.settings = settingsOf(options);
    const { world, store, checks, timing: chosen } = this;
    for (let index = 0; index < options.members; index++) {
      const uuid = `n${index + 1}`;
      const clock = this.#clock();
      const instance = new SimInstance(uuid, String(index + 1), { world, clock, checks, guard: options.guard, flaws: options.flaws });
      this.instances.push(instance);
      this.agents.push(new SimAgent(uuid, this.settings, { world, clock, store, checks, rules: options.rules, timing: chosen, instance, coordinates: index < 2, flaws: options.flaws }));
    }
    this.agents.push(new SimAgent('arb', this.settings, { world, clock: this.#clock(), store, checks, rules: options.rules, timing: chosen, instance: null, coordinates: true, flaws: {} }));
    const peers = new Map(this.agents.map((agent) => [agent.uuid, agent]));
    for (const agent of this.agents) agent.peers = peers;
    checks.instances = this.instances;
    if (options.ledBefore) this.#ledBefore();
    for (const agent of this.agents) agent.start();
    for (const [index, instance] of this.instances.entries()) this.writers.push(new SimWriter(`w${index + 1}`, instance.uuid, this));
  }

  /** Rates at both ends of the bound are where it hurts. */
  #clock(): Clock {
    const { random } = this.world;
    const { drift } = this.options;
    const rate = 1 + random.pick([-drift, drift, random.between(-drift, drift), 0]);
    return new Clock(this.world, rate, Math.floor(random.between(1_000, 1_000_000)));
  }

  /** Mode `disabled` has left data and a master that writes without a lease. */
  #ledBefore(): void {
    const master = this.instances[1] ?? this.instances[0];
    for (const instance of this.instances) instance.disk.hasData = true;
    if (!master) return;
    master.unleased = true;
    for (const instance of this.instances) if (instance !== master) instance.replication.follow(master);
  }

  nextRow(): number {
    return ++this.#rows;
  }

  get places(): string[] {
    return [...this.agents.map(({ uuid }) => uuid), 'store'];
  }

  configure(settings: ReplicasetSettings): void {
    this.settings = settings;
    const version = ++this.#version;
    for (const agent of this.agents) this.world.after(this.world.random.between(0, 300), () => agent.configure(settings, version));
  }

  run(untilMs: number): void {
    let steps = 0;
    while (this.world.step(untilMs)) if (++steps > 3_000_000) throw new Error(`no progress at ${this.world.now} ms`);
  }

  /** Who can write, if one can. */
  master(): SimInstance | null {
    return this.instances.find(({ able }) => able) ?? null;
  }

  memberOf(uuid: string): FailoverMember | null {
    return this.agents.find((agent) => agent.uuid === uuid)?.member ?? null;
  }
}

export function settingsOf({ members, witness, minReplicas, lossRowsMax, mode, durability, failsafe, preferredZone, autoreturnMs, failoversMax }: Options): ReplicasetSettings {
  return {
    uuid: replicaset, mode, durability, failsafe, minReplicas, lossRowsMax, preferredZone: preferredZone ? 'a' : null, autoreturnMs, flapping: { failoversMax, windowMs: 60_000 }, diverged: 'rebuild',
    members: Array.from({ length: members }, (_, index) => ({ uuid: `n${index + 1}`, zone: index % 2 === 0 ? 'a' : 'b', priority: index, electable: !(witness && index > 0 && index === members - 1), voter: true, anonymous: false, disabled: false })),
  };
}
