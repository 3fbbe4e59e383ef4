import type { InstanceOrder } from '~/core/failover/member-messages.ts';
import type { Cluster } from './cluster.ts';

/** What goes wrong: each fault says what it does, lasts for a while, and is taken back. */
export const nemesisKinds = [
  'killInstance', 'killAgent', 'killHost', 'pauseInstance', 'pauseAgent', 'pauseHost', 'isolate', 'partition', 'oneWay', 'cutFromStore', 'cutLink', 'storeAway', 'storeSilent', 'loss', 'slow', 'slowDisk', 'stealLock', 'killCoordinator', 'pauseCoordinator', 'switchover', 'stop', 'configure', 'sick', 'brink', 'stranded', 'lastWord', 'lateDecision', 'restore',
] as const;
/** Drawn last, so that histories of before stay what they were but for these. */
export const laterKinds = ['stopPromoted', 'takenUpLate'] as const;
export type NemesisKind = (typeof nemesisKinds)[number] | (typeof laterKinds)[number];

export type Acts = ReturnType<typeof actsOn>;

export function actsOn(cluster: Cluster) {
  const { world, agents, instances, store } = cluster;
  const agent = (uuid: string) => agents.find((one) => one.uuid === uuid)!;
  const instance = (uuid: string) => instances.find((one) => one.uuid === uuid)!;
  const cutBoth = (a: string, b: string) => {
    world.cut(a, b);
    world.cut(b, a);
  };
  const mendBoth = (a: string, b: string) => {
    world.mend(a, b);
    world.mend(b, a);
  };
  const lasting = (what: string, forMs: number, undo: () => void) => {
    world.fault(`${what} for ${Math.round(forMs)} ms`);
    world.after(forMs, () => {
      world.note(`** over: ${what}`);
      undo();
    });
  };
  let orders = 0;
  const acts = {
    cluster,
    agent,
    instance,
    killInstance: (uuid: string) => {
      world.fault(`kill instance ${uuid}`);
      instance(uuid).end();
    },
    killAgent: (uuid: string, forMs: number) => {
      agent(uuid).die();
      lasting(`kill agent ${uuid}`, forMs, () => agent(uuid).start());
    },
    killHost: (uuid: string, forMs: number) => {
      agent(uuid).die();
      instance(uuid).end(cluster.options.powerLoss ? Math.floor(world.random.between(0, 8)) : 0);
      lasting(`kill host ${uuid}`, forMs, () => agent(uuid).start());
    },
    pauseInstance: (uuid: string, forMs: number) => {
      const { process } = instance(uuid);
      if (process.paused) return;
      process.paused = true;
      lasting(`pause instance ${uuid}`, forMs, () => {
        process.resume(world);
        cluster.checks.opened(instance(uuid));
      });
    },
    pauseAgent: (uuid: string, forMs: number) => {
      const { process } = agent(uuid);
      if (process.paused) return;
      process.paused = true;
      lasting(`pause agent ${uuid}`, forMs, () => process.resume(world));
    },
    cut: (from: readonly string[], to: readonly string[], forMs: number) => {
      for (const a of from) for (const b of to) if (a !== b) cutBoth(a, b);
      lasting(`cut ${from.join()} from ${to.join()}`, forMs, () => {
        for (const a of from) for (const b of to) if (a !== b) mendBoth(a, b);
      });
    },
    oneWay: (from: string, to: readonly string[], forMs: number) => {
      for (const b of to) world.cut(from, b);
      lasting(`nothing of ${from} reaches ${to.join()}`, forMs, () => to.forEach((b) => world.mend(from, b)));
    },
    storeAway: (forMs: number) => {
      if (store.away) return;
      store.away = true;
      lasting('the provider is away', forMs, () => (store.away = false));
    },
    storeSilent: (share: number, forMs: number) => {
      store.silent = share;
      lasting(`the provider answers ${Math.round((1 - share) * 100)} %`, forMs, () => (store.silent = 0));
    },
    loss: (share: number, forMs: number) => {
      world.loss = share;
      lasting(`${Math.round(share * 100)} % loss`, forMs, () => (world.loss = cluster.options.loss));
    },
    slow: (ms: number, forMs: number) => {
      world.slow = ms;
      lasting(`delays up to ${Math.round(ms)} ms`, forMs, () => (world.slow = 0));
    },
    slowLink: (from: string, to: string, ms: number, forMs: number) => {
      world.slowLinks.set(`${from}>${to}`, ms);
      lasting(`from ${from} to ${to} it takes up to ${Math.round(ms)} ms`, forMs, () => world.slowLinks.delete(`${from}>${to}`));
    },
    slowDisk: (uuid: string, ms: number, forMs: number) => {
      instance(uuid).wal.slowMs = ms;
      lasting(`disk of ${uuid} takes up to ${Math.round(ms)} ms`, forMs, () => (instance(uuid).wal.slowMs = 0));
    },
    sick: (uuid: string, forMs: number) => {
      instance(uuid).sick = 'its fibers are late';
      lasting(`${uuid} is sick`, forMs, () => (instance(uuid).sick = null));
    },
    /** The one that loses it may not notice. */
    stealLock: (uuid: string) => {
      world.fault(`${uuid} steals the lock`);
      store.steal(uuid, 2_000);
    },
    switchover: (target: string | null) => {
      const active = agents.find(({ term, up }) => term !== null && up);
      const id = `order-${++orders}`;
      world.fault(`${id}: switchover to ${target ?? 'the best'} at ${active?.uuid ?? 'nobody'}`);
      active?.command({ kind: 'switchover', id, replicaset: 'rs', target, cause: 'switchover' });
      return id;
    },
    /** Its instance stands still while its promotion is on its way or under way, and its agent is restarted, stops it in good order, or both. */
    stopPromoted: (forMs: number) => {
      const { random } = world;
      const until = world.now + cluster.timing.leaseMs * 2;
      const look = () => {
        const found = agents.find(({ member }) => leads(member?.state().order?.kind));
        if (!found) return world.now < until ? world.after(0.2, look) : undefined;
        acts.pauseInstance(found.uuid, forMs);
        const restarted = random.chance(0.5);
        if (restarted) acts.killAgent(found.uuid, random.between(1, 40));
        world.after(restarted ? random.between(41, 80) : random.between(0, 10), () => {
          world.fault(`restart ${found.uuid}, in good order`);
          found.stopInstance();
        });
      };
      look();
    },
    /** Who takes over hears of it late, and is then cut off from all others. */
    takenUpLate: (target: string, lateMs: number) => {
      const forMs = cluster.timing.leaseMs * 1.5;
      const until = world.now + cluster.timing.leaseMs;
      acts.slowLink('store', target, lateMs, forMs);
      acts.switchover(target);
      const look = () => {
        if (!leads(agent(target).member?.state().order?.kind)) return world.now < until ? world.after(0.2, look) : undefined;
        acts.cut([target], cluster.places.filter((place) => place !== target), forMs);
      };
      look();
    },
    promote: (target: string, force: boolean) => {
      const active = agents.find(({ term, up }) => term !== null && up);
      const id = `order-${++orders}`;
      world.fault(`${id}: promote ${target}${force ? ' by force' : ''}`);
      active?.command({ kind: 'promote', id, replicaset: 'rs', target, force });
      return id;
    },
  };
  return acts;
}

const agentsAway = ({ agents }: Cluster): boolean => agents.some(({ up, process }) => !up || process.paused);

/** One fault of a random kind; returns how long it lasts. */
export function strike(acts: Acts, kinds: readonly NemesisKind[]): number {
  const { cluster } = acts;
  const { random } = cluster.world;
  const members = cluster.instances.map(({ uuid }) => uuid);
  const led = cluster.instances.find(({ promoted, running }) => promoted !== null && running)?.uuid;
  if (cluster.world.now < cluster.world.calmUntil) return 100;
  const uuid = led !== undefined && random.chance(0.6) ? led : random.pick(members);
  const { leaseMs } = cluster.timing;
  const forMs = random.chance(0.3) ? random.between(50, leaseMs * 0.8) : random.between(leaseMs * 0.6, leaseMs * 3);
  const others = cluster.places.filter((place) => place !== uuid);
  switch (random.pick(kinds)) {
    case 'killInstance':
      acts.killInstance(uuid);
      return 200;
    case 'killAgent':
      acts.killAgent(uuid, forMs);
      return forMs;
    case 'killHost':
      acts.killHost(uuid, forMs);
      return forMs;
    case 'pauseInstance':
      acts.pauseInstance(uuid, forMs);
      return forMs;
    case 'pauseAgent':
      acts.pauseAgent(uuid, forMs);
      return forMs;
    case 'pauseHost':
      acts.pauseAgent(uuid, forMs);
      acts.pauseInstance(uuid, forMs + random.between(-20, 20));
      return forMs;
    case 'isolate':
      acts.cut([uuid], others, forMs);
      return forMs;
    case 'partition': {
      const side = cluster.places.filter(() => random.chance(0.5));
      acts.cut(side, cluster.places.filter((place) => !side.includes(place)), forMs);
      return forMs;
    }
    case 'oneWay':
      acts.oneWay(uuid, others.filter(() => random.chance(0.6)), forMs);
      return forMs;
    case 'cutFromStore':
      acts.cut([uuid], ['store'], forMs);
      return forMs;
    case 'cutLink':
      acts.cut([uuid], [random.pick(others)], forMs);
      return forMs;
    case 'storeAway':
      acts.storeAway(forMs);
      return forMs;
    case 'storeSilent':
      acts.storeSilent(random.between(0.1, 0.9), forMs);
      return forMs;
    case 'loss':
      acts.loss(random.between(0.01, 0.3), forMs);
      return forMs;
    case 'slow':
      acts.slow(random.between(20, 600), forMs);
      return forMs;
    case 'slowDisk':
      acts.slowDisk(uuid, random.between(20, 600), forMs);
      return forMs;
    case 'sick':
      acts.sick(uuid, forMs);
      return forMs;
    case 'stealLock':
      acts.stealLock(random.pick(['n1', 'n2', 'arb']));
      return 100;
    case 'killCoordinator': {
      const holder = cluster.store.lock?.holder ?? 'arb';
      acts.killAgent(holder, forMs);
      return forMs;
    }
    case 'pauseCoordinator':
      acts.pauseAgent(cluster.store.lock?.holder ?? 'arb', forMs);
      return random.between(0, forMs);
    case 'switchover':
      acts.switchover(random.chance(0.5) ? null : random.pick(members));
      return random.between(0, 30);
    // Back at the very moment at which somebody else takes over.
    case 'brink': {
      const brinkMs = leaseMs * (1 + cluster.timing.rho) * random.between(0.97, 1.2);
      acts.pauseAgent(led ?? uuid, brinkMs);
      return brinkMs;
    }
    // One copy still hears the master, slowly, and nobody else does.
    case 'stranded': {
      const friend = random.pick(members);
      acts.cut([led ?? uuid], cluster.places.filter((place) => place !== (led ?? uuid) && place !== friend), leaseMs * 2);
      acts.slowLink(led ?? uuid, friend, random.between(100, 700), leaseMs * 2);
      return leaseMs * 2;
    }
    // Its last renewal was done, and it hears of it late.
    case 'lastWord': {
      const master = led ?? uuid;
      acts.slowLink('store', master, random.between(200, 500), leaseMs);
      cluster.world.after(random.between(100, leaseMs), () => acts.cut([master], cluster.places.filter((place) => place !== master), leaseMs * 1.5));
      return leaseMs * 2;
    }
    // A coordinator that hangs in the middle of a switchover, and goes on when the master has long given it up.
    case 'lateDecision': {
      const hangsMs = cluster.timing.switchMs * random.between(0.9, 1.5);
      acts.switchover(null);
      cluster.world.after(random.between(4, 25), () => acts.pauseAgent(cluster.store.lock?.holder ?? 'arb', hangsMs));
      return hangsMs;
    }
    case 'stop':
      cluster.world.fault(`restart ${uuid}, in good order`);
      acts.agent(uuid).stopInstance();
      return 200;
    case 'stopPromoted':
      if (led && random.chance(0.7)) acts.killInstance(led);
      else acts.switchover(null);
      acts.stopPromoted(forMs);
      return forMs;
    case 'takenUpLate':
      acts.takenUpLate(random.pick(members), random.between(100, 700));
      return leaseMs * 2;
    case 'configure':
      acts.cluster.configure(changed(cluster));
      return 500;
    // A backup is put back while the provider is stopped, which takes longer than any lease.
    case 'restore':
      acts.storeAway(leaseMs * 1.5);
      cluster.world.after(leaseMs * 1.5 - 1, () => {
        // Whoever knows better must be able to say so; what is cut off can only be found out later.
        if (!cluster.world.whole || agentsAway(cluster)) return;
        cluster.store.restore(random.chance(0.25));
        cluster.world.calmUntil = cluster.world.now + 1_000;
      });
      return leaseMs * 1.5;
  }
}

/** An order that makes an instance writable. */
const leads = (order: InstanceOrder['kind'] | undefined): boolean => order === 'promote' || order === 'takeOver';

/** Another durability, failsafe, or a member that does not count for a while. */
function changed({ settings, world: { random } }: Cluster): Cluster['settings'] {
  const what = random.pick(['durability', 'failsafe', 'voter', 'electable', 'zone', 'disabled'] as const);
  switch (what) {
    case 'durability':
      return settings.durability === 'availability' ? settings : { ...settings, durability: random.pick(['quorum', 'strict']) };
    case 'failsafe':
      return { ...settings, failsafe: random.pick(['off', 'majority', 'all']) };
    case 'zone':
      return { ...settings, preferredZone: random.pick(['a', 'b', null]) };
    // One at a time: where the only one that may lead has diverged, nobody leads until a person allows another one.
    case 'voter':
    case 'electable':
    case 'disabled': {
      if (settings.members.length < 3) return settings;
      const chosen = random.chance(0.3) ? null : random.pick(settings.members).uuid;
      return { ...settings, members: settings.members.map((member) => ({ ...member, voter: true, electable: true, disabled: false, ...(member.uuid === chosen ? { [what]: what === 'disabled' } : {}) })) };
    }
  }
}
