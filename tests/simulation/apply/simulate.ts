import { SimAgent } from './agent.ts';
import { Checks } from './checks.ts';
import { faultsFor, type Faults } from './faults.ts';
import { seeded } from './random.ts';
import { SimServer } from './server.ts';
import { SimStore } from './store.ts';
import { World } from './world.ts';

export type History = { readonly trace: readonly string[]; readonly seen: Checks['seen']; readonly versions: number; readonly agents: readonly SimAgent[] };

const stepsMax = 200_000;
/** After the last fault: locks, retries, recoveries and pulls have long come to an end. */
const calmMs = 6_000;

/** One history: servers change the configuration again and again while everything fails; then all heals and the cluster must come to rest by itself, and one more change must go through. */
export function simulate(seed: number, given?: Partial<Faults>): History {
  const random = seeded(seed);
  const faults = { ...faultsFor(random), ...given };
  const world = new World(random, faults);
  const store = new SimStore(world);
  const checks = new Checks(store);
  const agents = Array.from({ length: faults.agents }, (_, index) => new SimAgent(world, `a${index + 1}`, checks));
  for (const agent of agents) agent.peers = agents.filter((other) => other !== agent);
  const servers = Array.from({ length: faults.servers }, (_, index) => new SimServer(world, `s${index + 1}`, { store, agents, checks }));
  const fail = (error: unknown): never => {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  };
  try {
    for (const agent of agents) agent.boot();
    schedule(world, { agents, servers }, store);
    const decidedBefore = run(world, { agents, servers, untilMs: faults.healedAtMs + calmMs, store });
    checks.atRest(agents);
    if (!faults.serversGone) {
      checks.settled(agents);
      servers[0]?.change(`last of ${seed}`);
      run(world, { agents, servers, untilMs: faults.healedAtMs + calmMs + 3_000, store });
      if (store.versions.size !== decidedBefore + 1) checks.fail(`blocked: a change after all healed does not go through`);
      checks.atRest(agents);
      checks.settled(agents);
    }
  } catch (error) {
    fail(error);
  }
  checks.seen.decided = store.versions.size;
  return { trace: world.trace, seen: checks.seen, versions: store.versions.size, agents };
}

type Nodes = { readonly agents: readonly SimAgent[]; readonly servers: readonly SimServer[] };

function run(world: World, { agents, servers, untilMs, store }: Nodes & { untilMs: number; store: SimStore }): number {
  const nodes = [...servers, ...agents];
  for (let step = 0; world.now < untilMs; step++) {
    // A machine that asks to be woken in the past, and then does nothing, would stop time.
    if (step === stepsMax) throw new Error(`no progress at ${world.now} ms`);
    let next = Math.min(untilMs, world.nextAt());
    for (const node of nodes) next = Math.min(next, node.wakeAt());
    world.now = Math.max(world.now, next);
    if (world.runDue()) continue;
    for (const node of nodes) if (node.wakeAt() <= world.now) node.tick();
  }
  return store.versions.size;
}

/** What happens by itself: gossip, recovery, people, and misfortune. */
function schedule(world: World, { agents, servers }: Nodes, store: SimStore): void {
  const { faults, random } = world;
  const every = (ms: number, act: () => void) => {
    const again = () => {
      act();
      world.after(random.between(ms / 2, ms * 1.5), again);
    };
    world.after(random.between(0, ms), again);
  };
  for (const agent of agents) every(150, () => agent.gossip());
  for (const server of servers) {
    every(700, () => server.recover());
    every(1_500, () => server.catchUp());
  }
  if (faults.serversGone) world.after(faults.healedAtMs, () => servers.forEach((server) => server.die()));
  let changes = 0;
  every(faults.changesEveryMs, () => {
    const poison = world.strikes(faults.refuses * 3) ? ` poison:${random.pick(agents).name}` : '';
    if (!world.healed) random.pick(servers).change(`change ${++changes}${poison}`);
  });
  every(1_000, () => {
    if (!world.strikes(faults.partitions)) return;
    const names = [...agents, ...servers].map(({ name }) => name);
    const [lonely, lasts] = [random.pick(names), random.between(50, 1_500)];
    const others = random.chance(0.5) ? names.filter((name) => name !== lonely) : [random.pick(names)];
    for (const other of others) if (other !== lonely) world.cut(lonely, other, lasts);
  });
  every(1_000, () => {
    if (world.strikes(faults.storeOutages)) store.goAway(random.between(100, 2_500));
  });
  every(1_000, () => {
    if (world.strikes(faults.clockJumps)) random.pick(agents).jump(random.chance(0.5) ? random.between(-500_000, 0) : random.between(0, 2_000));
  });
}
