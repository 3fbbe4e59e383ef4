import { ClusterConfig } from '~/contract/shapes/config.ts';
import type { FailoverConfig } from '~/contract/shapes/failover.ts';
import { presets } from '~/core/failover/timing.ts';
import type { ProviderNow, WhatIfInput } from '~/core/what-if/input.ts';

/** Clusters to ask about. Names are identities, too: `a1` is an instance of replicaset `shop` in site A. */
export type Shape = {
  /** Alias -> site, and replicaset; the first of a replicaset leads it. */
  readonly instances: Readonly<Record<string, { readonly zone: string | null; readonly of: string; readonly host?: string; readonly electable?: boolean }>>;
  readonly coordinators: readonly string[];
  /** Sites of etcd's members, or the instance with the stateboard. */
  readonly etcd?: readonly (string | null)[];
  readonly stateboard?: string;
  readonly failover?: Partial<FailoverConfig>;
  readonly durability?: 'availability' | 'quorum' | 'strict';
  readonly minReplicas?: number;
  readonly dead?: readonly string[];
  readonly lagging?: Readonly<Record<string, number>>;
  readonly changed?: Partial<WhatIfInput>;
};

const roleOf = (name: string): string[] => (name === 'coordinators' ? ['failover-coordinator'] : name === 'board' ? ['stateboard'] : ['storage']);

export const idOf = (name: string): string => {
  const digits = [...name].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('').padEnd(32, '0').slice(0, 32);
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
};

export function clusterOf({ instances, coordinators, etcd, stateboard, failover, durability, minReplicas, dead = [], lagging = {}, changed }: Shape): WhatIfInput {
  const names = [...new Set(Object.values(instances).map(({ of }) => of))];
  const membersOf = (name: string) => Object.keys(instances).filter((alias) => instances[alias]?.of === name);
  const provider: ProviderNow = etcd ? { kind: 'etcd', members: etcd.map((zone, index) => ({ endpoint: `etcd${index + 1}:2379`, zone, alive: true })) } : { kind: 'stateboard', instance: idOf(stateboard ?? '') };
  const config = ClusterConfig.parse({
    format: 1,
    name: 'try',
    replicasets: Object.fromEntries(names.map((name) => [idOf(name), { alias: name, roles: roleOf(name), priority: membersOf(name).map(idOf), weight: roleOf(name).includes('storage') ? 1 : null, allRw: false, ...(durability && roleOf(name).includes('storage') ? { durability } : {}), ...(minReplicas && roleOf(name).includes('storage') ? { minReplicas } : {}) }])),
    instances: Object.fromEntries(Object.entries(instances).map(([alias, { zone, of, host, electable = true }]) => [idOf(alias), { alias, uri: `${host ?? alias}:3301`, replicaset: idOf(of), zone, electable, disabled: false }])),
    expelled: {},
    failover: { mode: 'stateful', provider: etcd ? { kind: 'etcd', endpoints: etcd.map((_, index) => `etcd${index + 1}:2379`) } : { kind: 'stateboard' }, ...failover },
    sections: {},
  });
  return {
    config, provider, coordinators: coordinators.map(idOf), activeCoordinator: coordinators[0] === undefined ? null : idOf(coordinators[0]),
    masters: Object.fromEntries(names.map((name) => [idOf(name), idOf(membersOf(name)[0] ?? '')])),
    instances: Object.fromEntries(Object.keys(instances).map((alias) => [idOf(alias), { alive: !dead.includes(alias), hasData: true, lagRows: lagging[alias] ?? 0 }])),
    timing: presets.default.timing, providerFailoverMs: presets.default.providerFailoverMs, lockMs: 2_000, gossipDeadMs: 5_000, policies: {}, paused: false, held: new Set(), ...changed,
  };
}

/** Two datacentres with data, a third site that only votes: etcd 1+1+1, coordinators in all three, the active one with the arbiter. */
export const twoSites = (given: Partial<Shape> = {}): WhatIfInput =>
  clusterOf({ instances: { a1: { zone: 'A', of: 'shop' }, b1: { zone: 'B', of: 'shop' }, c1: { zone: 'C', of: 'coordinators' }, ca: { zone: 'A', of: 'coordinators' }, cb: { zone: 'B', of: 'coordinators' } }, coordinators: ['c1', 'ca', 'cb'], etcd: ['A', 'B', 'C'], ...given });

/** As the demo starts it: everything on one host, the state on a stateboard. */
export const demo = (given: Partial<Shape> = {}): WhatIfInput =>
  clusterOf({
    instances: Object.fromEntries(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'board', 'c1', 'c2'].map((alias) => [alias, { zone: null, host: '127.0.0.1', of: alias === 'board' ? 'board' : alias.startsWith('c') ? 'coordinators' : alias.startsWith('a') ? 'one' : 'two' }])),
    coordinators: ['c1', 'c2'], stateboard: 'board', ...given,
  });
