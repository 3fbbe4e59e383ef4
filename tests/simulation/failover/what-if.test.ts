import { describe, expect, test } from 'vitest';
import { presets } from '~/core/failover/timing.ts';
import { whatIf } from '~/core/what-if/what-if.ts';
import { clusterOf, idOf } from '../../unit/core-what-if/topologies.ts';
import type { Acts } from './nemesis.ts';
import type { Options } from './options.ts';
import { simulate } from './simulate.ts';

/** What is foretold is what happens: the same fault in the simulation, with its delays, clocks and rows, ends in the same way. */
const names = ['n1', 'n2', 'n3', 'n4', 'n5'];
const calm: Partial<Options> = { preset: 'default', drift: 0.002, nemeses: [], ledBefore: false, preferredZone: false, witness: false, minReplicas: 0, autoreturnMs: null, openLoop: false, writeEveryMs: 10 };
const lastingMs = 12_000;
const lookMs = 10_000;

/** Each member, the arbiter and the provider stand in a site of their own, named as they are. */
type Fault = { readonly event: (coordinator: string) => string; readonly act: (act: Acts, coordinator: string) => void };
const hostOf = (name: string): Fault => ({ event: () => `site:${name}`, act: (act) => act.killHost(name, lastingMs) });
const cut = (a: string, b: string): Fault => ({ event: () => `link:${[a, b].toSorted().join(':')}`, act: (act) => act.cut([a], [b], lastingMs) });
const alone = (name: string): Fault => ({ event: () => `siteCutOff:${name}`, act: (act) => act.cut([name], act.cluster.places.filter((place) => place !== name), lastingMs) });
const faults: Readonly<Record<string, Fault>> = {
  'the master\'s host is lost': hostOf('n1'),
  'a replica\'s host is lost': hostOf('n2'),
  'the coordinator is lost': { event: (coordinator) => `coordinator:${idOf(coordinator)}`, act: (act, coordinator) => act.killAgent(coordinator, lastingMs) },
  'the provider is lost': { event: () => 'provider', act: (act) => act.storeAway(lastingMs) },
  'the master lives, cut off from all': alone('n1'),
  'a replica lives, cut off from all': alone('n2'),
  'the master is cut off from the provider': cut('n1', 'store'),
  'the master is cut off from a replica': cut('n1', 'n2'),
};

type Class = 'goesOn' | 'failsOver' | 'stops';

function foretold(options: Partial<Options>, fault: Fault, coordinator: string): Class {
  const members = names.slice(0, options.members ?? 3);
  const places = Object.fromEntries([...members.map((name) => [name, { zone: name, of: 'shop' }] as const), ['arb', { zone: 'arb', of: 'coordinators' }] as const, ['store', { zone: 'store', of: 'board' }] as const]);
  const input = clusterOf({ instances: places, coordinators: ['arb', 'n1', 'n2'], stateboard: 'store', failover: { failsafe: options.failsafe ?? 'off' }, ...(options.durability ? { durability: options.durability } : {}) });
  const event = whatIf({ ...input, activeCoordinator: idOf(coordinator), timing: presets.default.timing }).find(({ id }) => id === fault.event(coordinator));
  if (!event) throw new Error(`no event ${fault.event(coordinator)}`);
  const outcome = event.effects.find(({ replicaset }) => replicaset.alias === 'shop')?.outcome ?? 'nothing';
  if (outcome === 'failsOver') return 'failsOver';
  return outcome === 'nothing' || outcome === 'degraded' ? 'goesOn' : 'stops';
}

function happened(seed: number, options: Partial<Options>, fault: Fault): { readonly is: Class; readonly coordinator: string } {
  let coordinator = '';
  let before = 0;
  let seen: Class = 'stops';
  simulate(seed, { ...calm, ...options }, [
    {
      at: 0,
      run: (act) => {
        coordinator = act.cluster.store.lock?.holder ?? '';
        before = act.cluster.checks.promotions.length;
        expect(act.cluster.master()?.uuid, `seed ${seed}`).toBe('n1');
        fault.act(act, coordinator);
      },
    },
    {
      at: lookMs,
      run: ({ cluster: { checks, world } }) => {
        const acknowledged = [...checks.acked.values()].some(({ at }) => at > world.now - 2_000);
        const promoted = checks.promotions.length > before;
        seen = acknowledged ? (promoted ? 'failsOver' : 'goesOn') : 'stops';
      },
    },
    { at: lastingMs + 100, run: () => {} },
  ]);
  return { is: seen, coordinator };
}

const durabilities = ['availability', 'quorum', 'strict'] as const;
const failsafes = ['off', 'majority', 'all'] as const;
const worlds = durabilities.flatMap((durability) => [...failsafes.map((failsafe) => ({ durability, failsafe, members: 3 })), { durability, failsafe: 'majority' as const, members: 2 }]);

describe.each(Object.entries(faults))('%s', (_name, fault) => {
  test.each(worlds)('$durability, failsafe $failsafe, $members copies', (options) => {
    const { is, coordinator } = happened(1, options, fault);
    expect(foretold(options, fault, coordinator)).toBe(is);
  }, 60_000);
});
