import { rules } from '~/core/failover/rules.ts';
import { seeded, type Random } from '../apply/random.ts';
import { Violation } from './checks.ts';
import { Cluster } from './cluster.ts';
import { actsOn, laterKinds, nemesisKinds, strike, type NemesisKind } from './nemesis.ts';
import type { Options, Script } from './options.ts';

/** One history from one number. The same number, and the same options, give the same history, event by event. */
export type History = { readonly seed: number; readonly hash: number; readonly seen: Readonly<Record<string, number>>; readonly virtualMs: number; readonly events: number; readonly cluster: Cluster };

export class Broken extends Error {
  constructor(
    readonly seed: number,
    readonly invariant: string,
    message: string,
    readonly trace: readonly string[],
    faults: readonly string[],
  ) {
    super(`seed ${seed}: ${message}\nfaults:\n  ${faults.join('\n  ')}\nthe end of it:\n  ${trace.slice(-25).join('\n  ')}`);
  }
}

const beginMs = 4_000;
const orderedMs = 10_000;
const quietMs = 1_500;

/** What the seed chooses, where the options do not say. */
export function optionsFor(random: Random, given: Partial<Options>): Options {
  const some = (kinds: readonly NemesisKind[]) => kinds.filter(() => random.chance(0.4));
  const chosen: Options = {
    members: random.pick([2, 3, 3, 3, 5]),
    preset: random.pick(['lan', 'lan', 'default']),
    mode: 'stateful',
    durability: random.pick(['availability', 'quorum', 'quorum', 'strict']),
    failsafe: random.pick(['off', 'off', 'majority', 'all']),
    drift: random.pick([0, 0.002, 0.05]),
    faultsMs: random.between(6_000, 16_000),
    nemeses: some(nemesisKinds.filter((kind) => kind !== 'restore' || random.chance(0.2))),
    writeEveryMs: random.pick([8, 20, 60, 200, 200]),
    openLoop: random.chance(0.2),
    loss: 0,
    ledBefore: random.chance(0.2),
    preferredZone: random.chance(0.3),
    witness: random.chance(0.2),
    powerLoss: false,
    minReplicas: random.pick([0, 0, 0, 1]),
    autoreturnMs: random.chance(0.2) ? 1_000 : null,
    failoversMax: 1_000,
    rules,
    marginMs: null,
    switchMs: null,
    flaws: {},
    guard: random.pick(['kill', 'kill', 'trigger']),
    coarseLock: random.chance(0.5),
    lossRowsMax: random.pick([null, null, 0]),
    ...given,
  };
  const nemeses = given.nemeses ?? [...chosen.nemeses, ...some(laterKinds)];
  return { ...chosen, nemeses: nemeses.length > 0 ? nemeses : ['isolate', 'killInstance', 'pauseHost'] };
}

export function simulate(seed: number, given: Partial<Options> = {}, script: Script | null = null): History {
  const random = seeded(seed);
  // Its own generator: another kind of fault does not change the histories that do not have it.
  const options = optionsFor(seeded(seed ^ 0x5bd1e995), given);
  const cluster = new Cluster(options, random);
  const { world, checks } = cluster;
  try {
    cluster.run(beginMs);
    // It may just be on its way back to the preferred member.
    if (!cluster.master()) cluster.run(beginMs + cluster.timing.switchMs);
    if (!cluster.master()) throw new Violation('P1', 'nobody leads in the beginning');
    if (script) follow(cluster, script);
    else walk(cluster);
    rest(cluster);
  } catch (error) {
    const invariant = error instanceof Violation ? error.invariant : 'defect';
    throw new Broken(seed, invariant, `${error instanceof Error ? (error instanceof Violation ? error.message : (error.stack ?? error.message)) : String(error)} [${options.members} members, ${options.preset}, ${options.durability}, failsafe ${options.failsafe}, drift ${options.drift}, guard ${options.guard}]`, world.trace, world.faults);
  }
  return { seed, hash: world.hash, seen: checks.seen, virtualMs: world.now, events: world.events, cluster };
}

/** One to three faults at once, again and again, then all heals. */
function walk(cluster: Cluster): void {
  const { world, options, store } = cluster;
  const acts = actsOn(cluster);
  const endMs = beginMs + options.faultsMs;
  while (world.now < endMs) {
    const count = world.random.pick([1, 1, 2, 3]);
    let longest = 0;
    for (let index = 0; index < count; index++) {
      longest = Math.max(longest, strike(acts, options.nemeses));
      cluster.run(world.now + world.random.between(0, 120));
    }
    if (world.random.chance(0.3)) store.backup();
    cluster.run(world.now + longest * world.random.between(0.2, 1) + world.random.pick([0, 50, 500, 2_000]));
  }
  // The longest fault is over by then.
  cluster.run(world.now + cluster.timing.leaseMs * 3.1);
}

function follow(cluster: Cluster, script: Script): void {
  const acts = actsOn(cluster);
  const from = cluster.world.now;
  for (const { at, run } of script) {
    cluster.run(from + at);
    run(acts);
  }
}

/** P1, P5, I2, I6: after the last fault. */
function rest(cluster: Cluster): void {
  const { world, checks, timing, settings, instances, agents } = cluster;
  for (const agent of agents) agent.start();
  // A restart that was ordered before is no loss without a fault.
  const ordered = world.now + orderedMs;
  while (world.now < ordered && agents.some(({ stops, member }) => stops || member?.state().stopping)) cluster.run(world.now + 50);
  const { leaseMs, rho, renewMs } = timing;
  // A restart may be under way, and with it another appointment.
  const withinMs = 2 * (leaseMs * (1 + rho) * (1 + 2 * rho) + renewMs + 1_000) + 1_500;
  const from = world.now;
  const ackedBefore = checks.acked.size;
  while (world.now < from + withinMs && !(cluster.master() && checks.acked.size > ackedBefore && following(cluster))) cluster.run(world.now + 50);
  const master = cluster.master();
  if (!master) throw new Violation('P1', `nobody can write ${Math.round(world.now - from)} ms after the last fault; ${stuck(cluster)}`);
  if (checks.acked.size === ackedBefore) throw new Violation('P1', `no write is acknowledged ${Math.round(world.now - from)} ms after the last fault; ${stuck(cluster)}`);
  if (!following(cluster)) throw new Violation('P5', `not everybody follows ${master.uuid} ${Math.round(world.now - from)} ms after the last fault; ${stuck(cluster)}`);
  for (const writer of cluster.writers) writer.stop();
  cluster.run(world.now + quietMs);
  // The preferred one may have taken over just now, and what it wrote to begin its epoch may be on its way.
  const settled = world.now + quietMs;
  while (world.now < settled && !(cluster.master() && following(cluster) && even(cluster))) cluster.run(world.now + 50);
  const last = cluster.master();
  if (!last || !following(cluster)) throw new Violation('P1', `leadership is lost without a fault; ${stuck(cluster)}`);
  const durable = settings.durability !== 'availability';
  checks.atRest(last, instances.filter((one) => one !== last), { durable, forgets: cluster.options.powerLoss });
}

function following(cluster: Cluster): boolean {
  const master = cluster.master();
  return cluster.instances.every((one) => one === master || (one.running && one.replication.upstream === master && one.disk.epoch === master?.promoted));
}

/** All have as many rows. */
const even = ({ instances }: Cluster): boolean => new Set(instances.map(({ disk }) => disk.rows.length)).size === 1;

export function stuck(cluster: Cluster): string {
  const { state, lease } = cluster.store.records();
  const members = cluster.instances.map((one) => `${one.uuid}: ${one.running ? 'up' : 'down'} epoch ${one.disk.epoch} promoted ${one.promoted} demoted ${one.demoted} of ${one.replication.upstream?.uuid ?? 'nobody'}${one.frozen ? ' frozen' : ''}${one.process.paused ? ' paused' : ''}`);
  const blocked = cluster.agents.flatMap(({ coordinator, term, uuid }) => (term === null ? [] : [...(coordinator?.cases().values() ?? [])].map((c) => `${uuid}: ${c.round?.stage ?? 'idle'} ${c.blocked ?? ''}`)));
  return `record ${JSON.stringify(state?.value && { epoch: state.value.epoch, master: state.value.master, phase: state.value.phase, unfenced: state.value.unfenced })} ${JSON.stringify(lease?.value.released)}; ${members.join('; ')}; ${blocked.join('; ')}`;
}
