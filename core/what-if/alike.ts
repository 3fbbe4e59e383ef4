import type { WhatIfEffect } from '~/contract/shapes/what-if.ts';
import type { WhatIfInput } from './input.ts';
import { hostOf } from '~/core/topology/address.ts';
import type { Damage } from './places.ts';

/**
 * Replicasets that differ in nothing but their names. The one idea: what becomes of a replicaset does not depend on what
 * it and its members are called, so those that nobody else knows by name are called by marks. What is worked out for one
 * of a kind then holds for all of it, and is told in the names of each.
 */
export type Alike = {
  /** With marks in place of names. */
  readonly input: WhatIfInput;
  /** Of the replicaset, in `input`. */
  readonly mark: string;
  /** Equal: of one kind. */
  readonly kind: string;
  /** As it looks from here; null: it names nothing that is here. */
  readonly seen: (damage: Damage) => Damage | null;
  readonly told: (effect: WhatIfEffect) => WhatIfEffect;
};

/** In no name and in no sentence. */
const edge = '\u0000';
const markOf = (name: string): string => `${edge}${name}${edge}`;
const marks = new RegExp(`${edge}([^${edge}]+)${edge}`, 'g');

/** `slice`: what concerns this replicaset, and nothing of the others. */
export function alikeOf(slice: WhatIfInput, uuid: string): Alike {
  const { config, coordinators, provider } = slice;
  const known = new Set([...coordinators, ...(provider?.kind === 'stateboard' ? [provider.instance] : [])]);
  const endpoints = provider?.kind === 'etcd' ? provider.members.map(({ endpoint }) => endpoint) : [];
  const knownHosts = new Set([...[...known].map((id) => config.instances[id]?.uri ?? ''), ...endpoints].map(hostOf));
  const members = Object.keys(config.instances).filter((id) => !known.has(id));
  const hosts = [...new Set(members.map((id) => hostOf(config.instances[id]?.uri ?? '')))].filter((host) => !knownHosts.has(host));
  const mark = markOf('replicaset');
  const ids = new Map(members.map((id, index) => [id, markOf(`member-${index}`)]));
  const places = new Map(hosts.map((host, index) => [host, markOf(`host-${index}`)]));
  const names = new Map([[markOf('name'), config.replicasets[uuid]?.alias ?? uuid], ...members.map((id, index): [string, string] => [markOf(`name-${index}`), config.instances[id]?.alias ?? id])]);
  const owners = new Map([[mark, uuid], ...[...ids].map(([id, marked]): [string, string] => [marked, id])]);

  const id = (given: string): string => ids.get(given) ?? given;
  const set = (given: string): string => (given === uuid ? mark : given);
  // Who has more rows counts, and not how many more, unless so many may be lost and no more.
  const lags = [...new Set(Object.values(slice.instances).map(({ lagRows }) => lagRows))].filter((rows) => rows > 0).toSorted((a, b) => a - b);
  const lagOf = (rows: number): number => (config.failover.lossRowsMax === undefined ? lags.indexOf(rows) + 1 : rows);
  const input: WhatIfInput = {
    ...slice,
    config: {
      ...config,
      replicasets: renamed(config.replicasets, set, (one, given) => (given === uuid ? { ...one, alias: markOf('name'), priority: one.priority.map(id) } : one)),
      instances: renamed(config.instances, id, (one, given) => {
        const at = members.indexOf(given);
        return { ...one, replicaset: set(one.replicaset), ...(at < 0 ? {} : { alias: markOf(`name-${at}`), uri: `${places.get(hostOf(one.uri)) ?? hostOf(one.uri)}:0` }) };
      }),
    },
    masters: renamed(slice.masters, set, (master) => master && id(master)),
    instances: renamed(slice.instances, id, (now, given) => ({ ...now, lagRows: config.instances[given]?.replicaset === uuid ? lagOf(now.lagRows) : 0 })),
    policies: renamed(slice.policies, set, (policy) => ({ ...policy, voters: policy.voters.map(id) })),
    held: new Set([...slice.held].map(set)),
  };
  const here = new Set([...Object.keys(config.instances), ...endpoints]);
  const zones = new Set([...Object.values(config.instances).map(({ zone }) => zone), ...(provider?.kind === 'etcd' ? provider.members.map(({ zone }) => zone) : [])]);
  return {
    input,
    mark,
    // What else there is in the input is the same for all of them.
    kind: JSON.stringify([mark, input.config.replicasets[mark], input.held.has(mark), input.masters[mark], input.policies[mark], Object.keys(config.instances).map((given) => [id(given), input.config.instances[id(given)], input.instances[id(given)]])]),
    seen: (damage) => {
      const parts = damage.parts.filter((one) => here.has(one)).map(id);
      const agents = damage.agents.filter((one) => here.has(one)).map(id);
      const lost = damage.hosts.filter((host) => knownHosts.has(host) || places.has(host)).map((host) => places.get(host) ?? host);
      const sited = [...damage.zones, ...damage.alone, ...damage.apart.flat()].some((zone) => zones.has(zone));
      if (parts.length + agents.length + lost.length === 0 && !sited && !damage.provider) return null;
      return { ...damage, parts, agents, hosts: lost };
    },
    told: (effect) => {
      const text = (sentence: string): string => sentence.replace(marks, (found) => names.get(found) ?? found);
      const named = <T extends { readonly uuid: string; readonly alias: string } | null>(one: T): T => one && { ...one, uuid: owners.get(one.uuid) ?? one.uuid, alias: text(one.alias) };
      return { ...effect, replicaset: named(effect.replicaset), master: named(effect.master), newMaster: named(effect.newMaster), sentence: text(effect.sentence), wayOut: effect.wayOut === null ? null : text(effect.wayOut) };
    },
  };
}

const renamed = <T>(record: Readonly<Record<string, T>>, name: (given: string) => string, change: (value: T, given: string) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([given, value]) => [name(given), change(value, given)]));
