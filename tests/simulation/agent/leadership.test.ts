import { describe, expect, it } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { wantedMaster } from '~/core/topology/master.ts';
import { randomOf, Scheduler } from './scheduler.ts';
import { rs, SimWorld } from './world.ts';

/**
 * Random lives of a replicaset of three: new priorities, agents and databases killed at any await, versions missed and
 * pulled later, gossip out of date, data lost, instances disabled while they are down. After every single move: at most
 * one can write, whoever begins to write has every acknowledged row, and the replicaset was begun at most once. In the end, when all is well again: the one that is wanted
 * writes, and has every acknowledged row.
 */
const seeds = Number(process.env.COTERIE_SEEDS ?? 100);
const moves = 2000;

async function live(seed: number): Promise<void> {
  const scheduler = new Scheduler(randomOf(seed));
  const world = new SimWorld(scheduler, 3);
  const { random } = scheduler;
  let master: string | undefined;
  const check = (move: string) => {
    const writable = world.writable();
    if (writable[0] !== undefined && writable[0] !== master) {
      const behind = Object.entries(world.acknowledged).filter(([origin, lsn]) => !world.newest.config.instances[origin]!.disabled && (world.databases.get(writable[0]!)!.rows?.[origin] ?? 0) < lsn);
      if (behind.length > 0) throw new Error(`seed ${seed}, ${move} at ${world.now}: ${writable[0]} writes without acknowledged rows of ${behind.map(([origin]) => origin).join()}`);
    }
    master = writable[0];
    if (writable.length > 1) throw new Error(`seed ${seed}, ${move} at ${world.now}: ${writable.join(' and ')} can write`);
    if (world.bootstraps > 1) throw new Error(`seed ${seed}, ${move} at ${world.now}: the replicaset was begun twice`);
  };
  for (const agent of world.agents) agent.start();
  world.commit((config) => config, () => random() < 0.8);

  const shuffled = (config: ClusterConfig): ClusterConfig => {
    const priority = [...config.replicasets[rs]!.priority].toSorted(() => random() - 0.5);
    return { ...config, replicasets: { [rs]: { ...config.replicasets[rs]!, priority } } };
  };
  const withDisabled = (config: ClusterConfig, uuid: string, disabled: boolean): ClusterConfig => ({ ...config, instances: { ...config.instances, [uuid]: { ...config.instances[uuid]!, disabled } } });
  const faults: Record<string, () => void> = {
    priority: () => world.commit(shuffled, () => random() < 0.8),
    section: () => world.commit((config) => ({ ...config }), () => random() < 0.8),
    killAgent: () => scheduler.pick(world.agents.filter(({ alive }) => alive))?.kill(false),
    killBoth: () => scheduler.pick(world.agents.filter(({ alive }) => alive))?.kill(true),
    killDatabase: () => scheduler.pick(world.agents)?.database.end(),
    disable: () => {
      const { config } = world.newest;
      const down = world.agents.find(({ uuid, alive, database }) => !alive && database.state === 'down' && !config.instances[uuid]!.disabled);
      const enabled = Object.values(config.instances).filter(({ disabled }) => !disabled).length;
      if (!down || enabled < 3) return;
      // Its rows that nobody else has are given up by whoever disables it.
      const others = world.agents.filter((other) => other !== down);
      world.acknowledged[down.uuid] = Math.max(0, ...others.map(({ database }) => database.rows?.[down.uuid] ?? 0));
      world.commit((before) => withDisabled(before, down.uuid, true), () => true);
    },
    enable: () => {
      const uuid = Object.entries(world.newest.config.instances).find(([, { disabled }]) => disabled)?.[0];
      if (uuid !== undefined && random() < 0.5) world.commit((before) => withDisabled(before, uuid, false), () => random() < 0.8);
    },
    loseData: () => {
      const lost = world.agents.find(({ alive, database }) => !alive && database.state === 'down' && database.rows !== null);
      const complete = world.agents.some((other) => other !== lost && other.database.configured && Object.entries(world.acknowledged).every(([origin, lsn]) => (other.database.rows?.[origin] ?? 0) >= lsn));
      if (lost && complete) lost.database.rows = null;
    },
  };
  const everyday: (() => void | Promise<void>)[] = [
    ...Array.from({ length: 5 }, () => () => scheduler.step()),
    ...Array.from({ length: 4 }, () => () => scheduler.pick(world.agents)?.act()),
    () => scheduler.pick(world.agents)?.look(),
    () => world.replicate(),
    () => world.write(),
    () => {
      const [to, from] = [scheduler.pick(world.agents)!, scheduler.pick(world.agents)!];
      if (to !== from && to.alive) to.hear(from);
    },
    () => {
      const [to, from] = [scheduler.pick(world.agents)!, scheduler.pick(world.agents)!];
      if (to.alive && from.alive && from.committed !== null) to.take(from.committed);
    },
  ];
  for (let move = 0; move < moves; move++) {
    world.now += Math.floor(random() * 20);
    if (random() < 0.02) {
      const name = scheduler.pick(Object.keys(faults))!;
      faults[name]!();
      check(name);
    }
    if (random() < 0.008) {
      const dead = world.agents.find(({ alive }) => !alive);
      // Gossip reaches a started agent before it settles, from everyone who lives.
      dead?.start();
      for (const other of world.agents) if (dead && other !== dead && other.alive) dead.hear(other);
    }
    await scheduler.pick(everyday)!();
    check('an everyday move');
  }
  const dataElsewhere = world.agents.some(({ uuid, database }) => !world.newest.config.instances[uuid]!.disabled && database.rows !== null);
  for (const { uuid } of world.agents) if (!dataElsewhere && world.newest.config.instances[uuid]!.disabled) world.commit((before) => withDisabled(before, uuid, false), () => true);
  await heal(world, check);
  const wanted = wantedMaster(world.newest.config, rs);
  const stuck = world.agents.map((agent) => ({ outlook: agent.outlook(), memory: agent.memory, rows: agent.database.rows }));
  expect(world.writable(), `seed ${seed}: ${JSON.stringify(stuck, null, 1)} ${JSON.stringify(world.newest.config.replicasets[rs]!.priority)}`).toEqual([wanted]);
  for (const [origin, lsn] of Object.entries(world.acknowledged)) {
    // Disabled while all others were down, it may have come back alone and have written before it could hear of it.
    if (world.newest.config.instances[origin]?.disabled) continue;
    expect(world.databases.get(wanted!)!.rows?.[origin] ?? 0, `seed ${seed}: rows of ${origin}`).toBeGreaterThanOrEqual(lsn);
  }
}

async function heal(world: SimWorld, check: (move: string) => void): Promise<void> {
  const { scheduler } = world;
  for (const agent of world.agents) if (!agent.alive) agent.start();
  for (let round = 0; round < 1500; round++) {
    world.now += 10;
    for (const agent of world.agents) {
      agent.take(world.newest);
      for (const other of world.agents) if (other !== agent) agent.hear(other);
      agent.look();
      agent.act();
    }
    for (let i = 0; i < 3; i++) world.replicate();
    for (let i = 0; i < 4 && scheduler.size > 0; i++) await scheduler.step();
    check('healing');
    if (round > 200 && scheduler.size === 0 && world.writable()[0] === wantedMaster(world.newest.config, rs)) return;
  }
}

describe('leadership under random faults', () => {
  it(`holds in ${seeds} lives`, async () => {
    for (let seed = 1; seed <= seeds; seed++) await live(seed);
  }, 120_000);

  it('is the same life for the same seed', async () => {
    await live(7);
    await live(7);
  });
});
