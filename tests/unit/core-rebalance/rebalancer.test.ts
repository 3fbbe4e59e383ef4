import { describe, expect, test } from 'vitest';
import { Rebalancer, type RebalancerView } from '~/core/rebalance/rebalancer.ts';
import type { RebalancePolicy } from '~/core/rebalance/observed.ts';
import { targetsOf } from '~/core/rebalance/target.ts';
import { seeded, type Random } from '../../simulation/apply/random.ts';
import { SimulatedStorages, Watching } from './cluster.ts';
import { sum } from './even.ts';

/** Whole rebalancings over storages that stop at any line; what may never be is looked at after each step. */

type World = { readonly random: Random; readonly cluster: SimulatedStorages; readonly weights: Record<string, number>; readonly policy: RebalancePolicy; readonly buckets: number; readonly faults: number };

const answerMs = 3000;

function worldOf(seed: number, faults: number): World {
  const random = seeded(seed);
  const count = Math.floor(random.between(2, 6));
  const sizes = Array.from({ length: count }, () => {
    const owned = Math.floor(random.pick([0, random.between(0, 10), random.between(0, 60)]));
    return { owned, pinned: random.chance(0.2) ? Math.floor(random.between(0, owned / 2)) : 0 };
  });
  sizes[0] = { owned: sizes[0]!.owned + 10, pinned: sizes[0]!.pinned };
  const weights = Object.fromEntries(sizes.map((_, index) => [`s${index}`, random.pick([0, 1, 1, 1, 2, 3.5])]));
  weights.s1 = 1;
  const batch = random.pick([1, 5, 20]);
  const policy: RebalancePolicy = { mode: 'auto', started: false, paused: null, batch, movesMax: random.pick([1, 7, 20, 60]), bucketsPerSecond: random.chance(0.3) ? random.pick([5, 50]) : null };
  return { random, cluster: new SimulatedStorages(random, sizes), weights, policy, buckets: sum(sizes.map(({ owned }) => owned)), faults };
}

function run({ random, cluster, weights, policy, buckets, faults }: World, { steps }: { steps: number }) {
  let [now, term] = [1000, 1];
  let ids = 0;
  const begin = () => ({ rebalancer: new Rebalancer({ newId: () => `o${++ids}` }, { orderMs: answerMs }), watching: new Watching(cluster, term), waiting: new Map<string, number>() });
  let coordinator = begin();
  const begun: { at: number; count: number }[] = [];
  let view: RebalancerView | null = null;
  for (let step = 0; step < steps; step++) {
    const healing = step > steps / 4;
    const now_faults = healing ? 0 : faults;
    if (healing) cluster.heal();
    now += 1 + Math.floor(random.between(0, 40));
    if (random.chance(now_faults / 20)) {
      term++;
      coordinator = begin();
      cluster.answers = [];
      begun.length = 0;
    }
    for (const { id, ...result } of cluster.answers.splice(0)) {
      coordinator.waiting.delete(id);
      coordinator.rebalancer.orderEnded(now, id, result);
    }
    for (const [id, deadline] of coordinator.waiting) {
      if (now <= deadline) continue;
      coordinator.waiting.delete(id);
      coordinator.rebalancer.orderEnded(now, id, { moved: 0, sentence: 'No answer came.' });
    }
    now += 1;
    const storages = coordinator.watching.ask(now, weights, { asked: () => healing || random.chance(0.7) });
    const tick = coordinator.rebalancer.tick(now, { buckets, storages, policy });
    view = tick.view;
    for (const order of tick.orders) {
      expect(order.count).toBeGreaterThan(0);
      expect(order.count).toBeLessThanOrEqual(policy.batch);
      begun.push({ at: now, count: order.count });
      cluster.order(order, { term, deadline: now + answerMs });
      coordinator.waiting.set(order.id, now + answerMs);
    }
    for (const uuid of Object.keys(weights)) {
      for (const end of ['from', 'to'] as const) expect(cluster.inFlight(uuid, end, now), `under way ${end} ${uuid} in step ${step}`).toBeLessThanOrEqual(policy.movesMax);
    }
    if (policy.bucketsPerSecond !== null) expect(sum(begun.filter(({ at }) => at > now - 1000).map(({ count }) => count))).toBeLessThanOrEqual(policy.bucketsPerSecond);
    cluster.step(now, now_faults);
    expect(cluster.whole()).toBe(buckets);
    if (view.state === 'balanced' && healing && cluster.answers.length === 0) break;
  }
  return view!;
}

const countsOf = ({ cluster, weights }: World) => Object.fromEntries(Object.keys(weights).map((uuid) => [uuid, cluster.owned(uuid)]));
const pinnedOf = ({ cluster }: World, uuid: string) => [...cluster.storages.get(uuid)!.rows.values()].filter(({ state }) => state === 'pinned').length;
const sharesOf = (world: World) => Object.entries(world.weights).map(([uuid, weight]) => ({ uuid, weight, owned: world.cluster.owned(uuid), pinned: pinnedOf(world, uuid) }));

const seeds = Array.from({ length: Number(process.env.COTERIE_REBALANCE_SEEDS ?? 25) }, (_, seed) => seed);

describe('without faults', () => {
  test.each(seeds)('seed %i: even in the fewest moves', (seed) => {
    const world = worldOf(seed, 0);
    const shares = sharesOf(world);
    const targets = targetsOf(shares, world.buckets)!;
    const view = run(world, { steps: 6000 });
    expect(view.state).toBe('balanced');
    expect(countsOf(world)).toEqual(Object.fromEntries(targets));
    expect(world.cluster.moved).toBe(sum(shares.map(({ uuid, owned }) => Math.max(0, owned - targets.get(uuid)!))));
    // Nothing is wrong: nothing is done.
    const { moved } = world.cluster;
    run(world, { steps: 50 });
    expect(world.cluster.moved).toBe(moved);
    expect(world.cluster.attempts.size).toBe(0);
  });
});

describe('with transfers that fail, answers that get lost, masters that go, coordinators that change', () => {
  test.each(seeds)('seed %i: even in the end, never more under way than allowed', (seed) => {
    const world = worldOf(seed + 1000, 0.15);
    const view = run(world, { steps: 6000 });
    expect(view.state, view.sentence).toBe('balanced');
    const shares = sharesOf(world);
    expect(countsOf(world)).toEqual(Object.fromEntries(targetsOf(shares, world.buckets)!));
  });
});
