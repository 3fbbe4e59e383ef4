import type { WhatIf, WhatIfKind } from '~/contract/shapes/what-if.ts';
import { hasDataRole } from '~/core/roles/registry.ts';
import { hostOf } from '~/core/topology/address.ts';
import { heardOf, list, noDamage, stands, type Damage } from './places.ts';
import type { Stage } from './stage.ts';

/** Everything that may die, one after the other; and with an arbiter site the pairs that a design for two sites has to answer for. */
export type Happening = { readonly id: string; readonly kind: WhatIfKind; readonly title: string; readonly damage: Damage };

/** Beyond it links and pairs are too many to be read, and too many to be tried. */
const sitesMax = 8;

type Sites = { readonly data: readonly string[]; readonly arbiters: readonly string[]; readonly all: readonly string[] };

export function happeningsOf(stage: Stage): Happening[] {
  const sites = sitesOf(stage);
  return [...siteEvents(sites), ...linkEvents(sites), ...pairEvents(sites), ...hostEvents(stage), ...coordinatorEvents(stage), ...providerEvents(stage)];
}

function sitesOf({ input: { config }, places }: Stage): Sites {
  const enabled = Object.entries(config.instances).filter(([, { disabled }]) => !disabled);
  const holdsData = enabled.filter(([, { replicaset }]) => {
    const roles = config.replicasets[replicaset]?.roles ?? [];
    return hasDataRole(roles) && !roles.includes('stateboard');
  });
  const named = (zones: readonly (string | null)[]) => [...new Set(zones)].filter((zone) => zone !== null).toSorted();
  const data = named(holdsData.map(([, { zone }]) => zone));
  const all = named([...enabled.map(([, { zone }]) => zone), ...places.providerMembers.map(({ zone }) => zone)]);
  return { data, all, arbiters: all.filter((zone) => !data.includes(zone)) };
}

const event = (kind: WhatIfKind, names: readonly string[], { title, ...damage }: { readonly title: string } & Partial<Damage>): Happening => ({ id: [kind, ...names].join(':'), kind, title, damage: { ...noDamage, ...damage } });

const pairsOf = (names: readonly string[]): [string, string][] => names.flatMap((one, index) => names.slice(index + 1).map((other): [string, string] => [one, other]));

function siteEvents({ all, arbiters }: Sites): Happening[] {
  const lost = all.map((zone) => (arbiters.includes(zone) ? event('arbiterSite', [zone], { title: `Arbiter site ${zone} is lost`, zones: [zone] }) : event('site', [zone], { title: `Site ${zone} is lost`, zones: [zone] })));
  const cutOff = all.length < 2 ? [] : all.map((zone) => event('siteCutOff', [zone], { title: `Site ${zone} lives, cut off from all others`, alone: [zone] }));
  return [...lost, ...cutOff];
}

function linkEvents({ all }: Sites): Happening[] {
  if (all.length < 2 || all.length > sitesMax) return [];
  const links = all.length === 2 ? [] : pairsOf(all).map((pair) => event('link', pair, { title: `The link between ${pair[0]} and ${pair[1]} is cut`, apart: [pair] }));
  return [...links, event('allLinks', [], { title: all.length === 2 ? `The link between ${all[0]} and ${all[1]} is cut` : 'All links between sites are cut', alone: all })];
}

function pairEvents({ all, data, arbiters }: Sites): Happening[] {
  if (all.length > sitesMax) return [];
  return arbiters.flatMap((arbiter) => [
    ...data.map((zone) => event('arbiterSiteAndSite', [arbiter, zone], { title: `Arbiter site ${arbiter} is lost, and then site ${zone}`, zones: [arbiter, zone] })),
    ...pairsOf(data).map((pair) => event('arbiterSiteAndLink', [arbiter, ...pair], { title: `Arbiter site ${arbiter} is lost, and then the link between ${pair[0]} and ${pair[1]}`, zones: [arbiter], apart: [pair] })),
  ]);
}

/** A host of several instances, and each of them alone; where a host has one, they are the same. */
function hostEvents({ input: { config }, places }: Stage): Happening[] {
  const byHost = new Map<string, string[]>();
  for (const [uuid, { uri, disabled }] of Object.entries(config.instances)) if (!disabled) byHost.set(hostOf(uri), [...(byHost.get(hostOf(uri)) ?? []), uuid]);
  for (const { host } of places.providerMembers) if (!byHost.has(host)) byHost.set(host, []);
  const nameOf = (uuid: string) => config.instances[uuid]?.alias ?? uuid;
  return [...byHost].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([host, uuids]) => [
    event('host', [host], { title: `Host ${host} is lost`, hosts: [host] }),
    ...(uuids.length < 2 ? [] : uuids.map((uuid) => event('instance', [uuid], { title: `Instance ${nameOf(uuid)} is lost, with its agent`, parts: [uuid] }))),
  ]);
}

function coordinatorEvents({ input: { config, coordinators, activeCoordinator } }: Stage): Happening[] {
  return coordinators.map((uuid) => {
    const alias = config.instances[uuid]?.alias ?? uuid;
    return event('coordinator', [uuid], { title: uuid === activeCoordinator ? `The active coordinator is lost: the agent of ${alias}` : `A coordinator in waiting is lost: the agent of ${alias}`, agents: [uuid] });
  });
}

function providerEvents({ input: { config, provider } }: Stage): Happening[] {
  if (!provider) return [];
  const whole = (name: string) => event('provider', [], { title: `The whole state provider is lost: ${name}`, provider: true });
  if (provider.kind === 'stateboard') return [whole(`the stateboard of ${config.instances[provider.instance]?.alias ?? provider.instance}`)];
  const members = provider.members.map(({ endpoint }) => endpoint);
  return [...members.map((endpoint) => event('providerMember', [endpoint], { title: `etcd member ${endpoint} is lost`, parts: [endpoint] })), whole(`etcd at ${list(members)}`)];
}

export function takenDown({ input: { config, provider, coordinators }, places }: Stage, damage: Damage): WhatIf['takesDown'] {
  const lost = [...places.instances.values()].filter((place) => !config.instances[place.id]?.disabled && !heardOf(place, damage)).map(({ id }) => ({ uuid: id, alias: config.instances[id]?.alias ?? id }));
  const members = damage.provider ? places.providerMembers : places.providerMembers.filter((member) => !stands(member, damage));
  return { instances: lost, coordinators: lost.filter(({ uuid }) => coordinators.includes(uuid)), providerMembers: members.map(({ id }) => (provider?.kind === 'stateboard' ? `stateboard of ${config.instances[id]?.alias ?? id}` : id)) };
}
