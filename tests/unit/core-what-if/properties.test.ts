import { describe, expect, test } from 'vitest';
import { WhatIf, type WhatIf as Event } from '~/contract/shapes/what-if.ts';
import { majority } from '~/core/failover/quorum.ts';
import type { WhatIfInput } from '~/core/what-if/input.ts';
import { sited, sliceOf } from '~/core/what-if/slice.ts';
import { whatIf, whatIfSteps } from '~/core/what-if/what-if.ts';
import { seeded, type Random } from '../../simulation/apply/random.ts';
import { clusterOf, idOf, type Shape } from './topologies.ts';

/** What must hold whatever the cluster looks like. The checks know nothing of rehearsals: they count. */
const zones = ['A', 'B', 'C', 'D'];

function randomShape(random: Random): Shape {
  const some = zones.slice(0, Math.floor(random.between(1, 5)));
  const zone = () => (random.chance(0.1) ? null : random.pick(some));
  const members = Array.from({ length: Math.floor(random.between(1, 6)) }, (_, index) => [`m${index}`, { zone: zone(), of: 'shop', ...(random.chance(0.3) ? { host: random.pick(['h1', 'h2']) } : {}), electable: random.chance(0.85) || index === 0 }] as const);
  const coordinators = Array.from({ length: Math.floor(random.between(1, 4)) }, (_, index) => [`c${index}`, { zone: zone(), of: 'coordinators' }] as const);
  const names = [...members, ...coordinators].map(([name]) => name);
  const board = random.chance(0.3);
  return {
    instances: Object.fromEntries([...members, ...coordinators, ...(board ? [['board', { zone: zone(), of: 'board' }] as const] : [])]),
    coordinators: coordinators.map(([name]) => name),
    ...(board ? { stateboard: 'board' } : { etcd: Array.from({ length: random.pick([1, 3, 3, 5]) }, zone) }),
    durability: random.pick(['availability', 'quorum', 'strict']),
    failover: { failsafe: random.pick(['off', 'majority', 'all']), ...(random.chance(0.1) ? { mode: 'manual' as const } : {}) },
    dead: names.filter(() => random.chance(0.08)),
    lagging: Object.fromEntries(members.slice(1).filter(() => random.chance(0.4)).map(([name]) => [name, Math.floor(random.between(1, 5_000))])),
  };
}

/** By the event's own name: which sites are lost, and between which nothing gets through. */
function worldAfter({ id }: Event) {
  const [kind = '', ...names] = id.split(':');
  const lost = kind === 'site' || kind === 'arbiterSite' ? names : kind === 'arbiterSiteAndSite' ? names : kind === 'arbiterSiteAndLink' ? names.slice(0, 1) : [];
  const link = kind === 'link' ? names : kind === 'arbiterSiteAndLink' ? names.slice(1) : [];
  const joined = (a: string | null, b: string | null): boolean => {
    if (a === b) return true;
    if (kind === 'allLinks') return false;
    if (kind === 'siteCutOff' && (names[0] === a || names[0] === b)) return false;
    return !(link.includes(a ?? '') && link.includes(b ?? ''));
  };
  return { lost, joined };
}

/** A member of the provider that has a majority around it, which this site reaches. */
function reachesMajority(input: WhatIfInput, event: Event, zone: string | null): boolean {
  const { lost, joined } = worldAfter(event);
  const { provider, config } = input;
  if (provider?.kind === 'stateboard') {
    const board = config.instances[provider.instance];
    const gone = event.takesDown.providerMembers.length > 0;
    return !gone && input.instances[provider.instance]?.alive === true && joined(zone, board?.zone ?? null);
  }
  const members = provider?.members.filter((member) => !event.takesDown.providerMembers.includes(member.endpoint) && !lost.includes(member.zone ?? '')) ?? [];
  return members.some((leader) => {
    const circle = members.filter((member) => joined(member.zone, leader.zone));
    return circle.length >= majority(provider?.members.length ?? 0) && circle.some((member) => joined(zone, member.zone));
  });
}

const seeds = Array.from({ length: Number(process.env.COTERIE_WHAT_IF_SEEDS ?? 30) }, (_, seed) => seed);

describe('whatever the cluster', () => {
  test('nobody leads who is taken down, who has no data, who may not, or whose side has no majority of the provider', () => {
    let failovers = 0;
    for (const seed of seeds) {
      const input = clusterOf(randomShape(seeded(seed)));
      for (const event of whatIf(input)) {
        for (const { newMaster, outcome } of event.effects) {
          const where = `seed ${seed}, ${event.title}`;
          if (newMaster === null) {
            expect(outcome, where).not.toBe('failsOver');
            continue;
          }
          failovers += 1;
          const instance = input.config.instances[newMaster.uuid];
          expect(event.takesDown.instances, where).not.toContainEqual(newMaster);
          expect([input.instances[newMaster.uuid]?.alive, input.instances[newMaster.uuid]?.hasData, instance?.electable], where).toEqual([true, true, true]);
          expect(reachesMajority(input, event, instance?.zone ?? null), where).toBe(true);
          expect(input.config.failover.mode, where).toBe('stateful');
        }
      }
    }
    expect(failovers).toBeGreaterThan(seeds.length / 4);
  }, 120_000);

  test('durable writes go over only with enough copies left; times and risks fit the outcome; the shape is the contract\'s', () => {
    for (const seed of seeds) {
      const input = clusterOf(randomShape(seeded(seed)));
      const voters = Object.keys(input.config.instances).filter((uuid) => input.config.instances[uuid]?.replicaset === idOf('shop'));
      const { durability } = input.config.replicasets[idOf('shop')] ?? {};
      const needed = durability === 'strict' ? voters.length : durability === 'quorum' ? majority(voters.length) : 0;
      for (const event of whatIf(input)) {
        expect(WhatIf.safeParse(event).error, event.title).toBeUndefined();
        for (const { outcome, writesStopMs, rowsAtRisk, replicaset } of event.effects.filter(({ replicaset: { alias } }) => alias === 'shop')) {
          const where = `seed ${seed}, ${event.title}: ${replicaset.alias} ${outcome}`;
          const left = voters.filter((uuid) => input.instances[uuid]?.alive && (event.kind === 'coordinator' || !event.takesDown.instances.some((one) => one.uuid === uuid)));
          if (outcome === 'failsOver' || outcome === 'degraded' || outcome === 'nothing') expect(left.length, where).toBeGreaterThanOrEqual(needed);
          expect(writesStopMs === null, where).toBe(outcome === 'readOnly' || outcome === 'needsPerson');
          if (needed > 0 && outcome === 'failsOver') expect(rowsAtRisk, where).toBe('none');
          if (needed === 0 && outcome === 'failsOver') expect(rowsAtRisk, where).not.toBe('none');
        }
      }
    }
  }, 120_000);

  test('the order in which things are listed makes no difference', () => {
    const sorted = (events: Event[]) => events.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((event) => ({ ...event, takesDown: null, summary: null, effects: event.effects.toSorted((a, b) => (a.replicaset.uuid < b.replicaset.uuid ? -1 : 1)) }));
    for (const seed of seeds.slice(0, 10)) {
      const input = clusterOf(randomShape(seeded(seed)));
      const turned: WhatIfInput = { ...input, config: { ...input.config, instances: Object.fromEntries(Object.entries(input.config.instances).toReversed()), replicasets: Object.fromEntries(Object.entries(input.config.replicasets).toReversed()) } };
      expect(sorted(whatIf(turned)), `seed ${seed}`).toEqual(sorted(whatIf(input)));
    }
  }, 120_000);
});

describe('many replicasets', () => {
  const many = (count: number, more: Partial<Shape> = {}): WhatIfInput => {
    const instances = Object.fromEntries(Array.from({ length: count }, (_, index) => zones.slice(0, 3).map((zone) => [`r${index}-${zone}`, { zone, of: `r${index}`, host: `${zone}${Math.floor(index / 5)}` }] as const)).flat());
    return clusterOf({ instances: { ...instances, c1: { zone: 'A', of: 'coordinators' }, c2: { zone: 'B', of: 'coordinators' } }, coordinators: ['c1', 'c2'], etcd: ['A', 'B', 'C'], ...more });
  };

  /** Beyond one for each replicaset and each event. */
  function stepsOf(input: WhatIfInput): number {
    const run = whatIfSteps(input);
    for (let steps = 0; ; steps += 1) {
      const { done, value } = run.next();
      if (done) return steps - value.length - Object.keys(input.config.replicasets).length;
    }
  }

  test('of one shape are rehearsed once, however many there are, and each is told in its own names', () => {
    expect(stepsOf(many(60))).toBe(stepsOf(many(10)));
    const lost = whatIf(many(50)).find(({ id }) => id === 'site:A');
    expect(lost?.effects).toHaveLength(50);
    for (const { outcome, replicaset: { alias, uuid }, master, newMaster, sentence } of lost?.effects ?? []) {
      expect([outcome, uuid, master?.alias, newMaster?.alias]).toEqual(['failsOver', idOf(alias), `${alias}-A`, `${alias}-B`]);
      expect([master?.uuid, newMaster?.uuid]).toEqual([idOf(`${alias}-A`), idOf(`${alias}-B`)]);
      expect(sentence).toContain(`${alias}-B leads once the lease is over`);
    }
  }, 60_000);

  test('how far each copy is behind makes no shape of its own, unless only so many rows may be lost', () => {
    const lagging = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [[`r${index}-B`, 10 + index], [`r${index}-C`, 500 - index]] as const).flat());
    expect(stepsOf(many(20, { lagging }))).toBe(stepsOf(many(2, { lagging })));
    const failover = { lossRowsMax: 15 };
    expect(stepsOf(many(5, { lagging, failover }))).toBeGreaterThan(stepsOf(many(2, { lagging, failover })));
  }, 60_000);

  test('of two, what is true of one alone counts for that one alone', () => {
    const base = many(2);
    const [of, [a, b, c]] = [idOf('r1'), ['r1-A', 'r1-B', 'r1-C'].map(idOf) as [string, string, string]];
    const policy = { voters: [a, b, c].toSorted(), copies: 3, promises: 2, gate: 0 };
    const differences: Record<string, Partial<WhatIfInput>> = {
      master: { masters: { ...base.masters, [of]: b } },
      dead: { instances: { ...base.instances, [b]: { alive: false, hasData: true, lagRows: 0 } } },
      behind: { instances: { ...base.instances, [b]: { alive: true, hasData: true, lagRows: 7 } } },
      held: { held: new Set([of]) },
      policy: { policies: { [of]: policy } },
      electable: { config: { ...base.config, instances: { ...base.config.instances, [b]: { ...base.config.instances[b]!, electable: false } } } },
      zone: { config: { ...base.config, instances: { ...base.config.instances, [b]: { ...base.config.instances[b]!, zone: 'A' } } } },
      durability: { config: { ...base.config, replicasets: { ...base.config.replicasets, [of]: { ...base.config.replicasets[of]!, durability: 'strict' } } } },
    };
    const shortOf = (events: Event[], name: string) => {
      const effect = events.find(({ id }) => id === 'site:A')?.effects.find(({ replicaset: { alias } }) => alias === name);
      return [effect?.outcome, effect?.newMaster?.alias.slice(-1), effect?.rowsAtRisk].join(' ');
    };
    for (const [what, changed] of Object.entries(differences)) {
      const events = whatIf({ ...base, ...changed });
      expect(shortOf(events, 'r0'), what).toBe('failsOver B upToTheLag');
      expect(shortOf(events, 'r1'), what).not.toBe('failsOver B upToTheLag');
    }
  }, 60_000);

  test('each fares as it would alone', () => {
    let compared = 0;
    for (const seed of seeds.slice(0, 12)) {
      const shape = randomShape(seeded(seed));
      const next = randomShape(seeded(seed + 1_000));
      const other = Object.fromEntries(Object.entries(next.instances).flatMap(([name, one]) => (one.of === 'shop' ? [[`other-${name}`, { ...one, of: 'other' }] as const] : [])));
      const twin = Object.fromEntries(Object.entries(shape.instances).flatMap(([name, one]) => (one.of === 'shop' ? [[`twin-${name}`, { ...one, of: 'twin' }] as const] : [])));
      const together = clusterOf({ ...shape, instances: { ...shape.instances, ...other, ...twin } });
      const alone = whatIf(sliceOf(sited(together), idOf('shop')));
      for (const { id, effects } of whatIf(together)) {
        const effectIn = (list: Event['effects'], of: string) => list.find(({ replicaset }) => replicaset.uuid === idOf(of)) ?? null;
        const before = alone.find((one) => one.id === id);
        if (!before) continue;
        // Another site to put a copy into may be known only of the others.
        const plain = (effect: Event['effects'][number] | null) => effect && { ...effect, wayOut: null };
        expect(plain(effectIn(effects, 'shop')), `seed ${seed}, ${id}`).toEqual(plain(effectIn(before.effects, 'shop')));
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(50);
  }, 120_000);
});
