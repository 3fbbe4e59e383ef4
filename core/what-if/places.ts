import { hostOf } from '~/core/topology/address.ts';
import type { WhatIfInput } from './input.ts';

/** Where everything stands, and what a damage leaves of it. The one idea: a damage names sites, hosts and parts, not what stands there, so it fits any other arrangement too. */

export type Place = { readonly id: string; readonly zone: string | null; readonly host: string };

export type Damage = {
  /** What is lost with all that stands in it. */
  readonly zones: readonly string[];
  readonly hosts: readonly string[];
  /** Instances (agent and database), or members of the provider. */
  readonly parts: readonly string[];
  /** Instances whose agent alone is lost. Nobody can ask them, or tell them anything. */
  readonly agents: readonly string[];
  /** The provider's service, wherever it runs. */
  readonly provider: boolean;
  /** Sites between which nothing gets through. */
  readonly apart: readonly (readonly [string, string])[];
  /** Sites that nothing gets into or out of. */
  readonly alone: readonly string[];
};

export const noDamage: Damage = { zones: [], hosts: [], parts: [], agents: [], provider: false, apart: [], alone: [] };

export type Places = {
  readonly instances: ReadonlyMap<string, Place>;
  readonly providerMembers: readonly (Place & { readonly alive: boolean })[];
  /** Sentences. */
  readonly assumed: readonly string[];
};

export function placesOf({ config, provider }: WhatIfInput): Places {
  const instances = new Map(Object.entries(config.instances).map(([id, { uri, zone }]) => [id, { id, zone, host: hostOf(uri) }]));
  const unplaced = [...instances.values()].filter(({ zone }) => zone === null);
  const assumed = unplaced.length > 0 && unplaced.length < instances.size ? [`${list(unplaced.map(({ id }) => config.instances[id]?.alias ?? id).toSorted())} ${unplaced.length === 1 ? 'has' : 'have'} no zone: taken to survive the loss of any site.`] : [];
  if (provider?.kind !== 'etcd') {
    const board = provider ? instances.get(provider.instance) : undefined;
    return { instances, providerMembers: board ? [{ ...board, alive: true }] : [], assumed };
  }
  const providerMembers = provider.members.map(({ endpoint, zone, alive }) => ({ id: endpoint, zone, host: hostOf(endpoint), alive }));
  const nowhere = providerMembers.filter(({ zone }) => zone === null).map(({ id }) => id);
  const anySite = [...instances.values()].some(({ zone }) => zone !== null);
  return { instances, providerMembers, assumed: anySite && nowhere.length > 0 ? [...assumed, `It is not known where ${list(nowhere)} of etcd ${nowhere.length === 1 ? 'stands' : 'stand'}: taken to survive the loss of any site.`] : assumed };
}

/** An instance of which the others hear. */
export const heardOf = (place: Place, damage: Damage): boolean => stands(place, damage) && !damage.agents.includes(place.id);

export const stands = ({ zone, host, id }: Place, damage: Damage): boolean => !damage.parts.includes(id) && !damage.hosts.includes(host) && (zone === null || !damage.zones.includes(zone));

export function meets(a: Place, b: Place, { apart, alone }: Damage): boolean {
  if (a.zone === b.zone) return true;
  const [one, other] = [a.zone ?? '', b.zone ?? ''];
  if (alone.includes(one) || alone.includes(other)) return false;
  return !apart.some(([from, to]) => (from === one && to === other) || (from === other && to === one));
}

/** Whether it names anything that stands there. */
export function touches({ instances, providerMembers }: Places, { zones, hosts, parts, agents, provider, apart, alone }: Damage): boolean {
  if (provider && providerMembers.length > 0) return true;
  const sites = [...zones, ...alone, ...apart.flat()];
  const hit = ({ id, zone, host }: Place) => parts.includes(id) || agents.includes(id) || hosts.includes(host) || (zone !== null && sites.includes(zone));
  return providerMembers.some(hit) || [...instances.values()].some(hit);
}

/**
 * Who can use the provider: one answer for each member that may lead it, as nobody knows which does. Requests go to all
 * endpoints, so one that reaches the leader's circle is enough.
 */
export function providerViews(input: WhatIfInput, places: Places, damage: Damage): readonly [ReadonlySet<string>, ...ReadonlySet<string>[]] {
  const { providerMembers } = places;
  const agents = [...places.instances.values()].filter((place) => input.instances[place.id]?.alive && heardOf(place, damage));
  const boardAlive = input.provider?.kind !== 'stateboard' || input.instances[input.provider.instance]?.alive === true;
  const up = damage.provider || !boardAlive ? [] : providerMembers.filter((member) => member.alive && stands(member, damage));
  const views = new Map<string, ReadonlySet<string>>();
  for (const leader of up) {
    const circle = up.filter((member) => member === leader || meets(member, leader, damage));
    if (circle.length * 2 <= providerMembers.length) continue;
    const users = agents.filter((agent) => circle.some((member) => meets(agent, member, damage))).map(({ id }) => id);
    views.set(users.join(), new Set(users));
  }
  const [first = new Set<string>(), ...others] = views.values();
  return [first, ...others];
}

export function list(names: readonly string[]): string {
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
