import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { ShardingGroup } from '~/contract/shapes/sharding.ts';
import type { Step } from '~/core/topology/refusal.ts';

/** A cluster in a few words, and what each step of a plan makes of it: to see whether the steps lead where they should. */
export type Outcome = {
  readonly up: readonly string[];
  readonly masters: { readonly [replicaset: string]: string | null };
  /** For each running instance, the addresses that it replicates with. */
  readonly peers: { readonly [instance: string]: string };
  readonly roles: { readonly [replicaset: string]: string };
  /** For each group what is said of it, for each storage its group. */
  readonly sharding: { readonly [target: string]: string };
  /** For each instance with a router where it listens, and for whom; for each group how its routers work. */
  readonly routers: { readonly [target: string]: string };
  readonly sections: string;
};

const keepsData = (config: ClusterConfig, replicaset: string) => Boolean(config.replicasets[replicaset]?.roles.includes('storage'));

/** What the cluster is when a configuration is wholly in effect, said without the planner's functions. */
export function outcomeOf(config: ClusterConfig): Outcome {
  const up = Object.keys(config.instances).filter((uuid) => !config.instances[uuid]?.disabled && keepsData(config, config.instances[uuid]?.replicaset ?? '')).toSorted();
  const mates = (uuid: string) => up.filter((other) => config.instances[other]?.replicaset === config.instances[uuid]?.replicaset);
  const masters = Object.entries(config.replicasets).map(([uuid, { priority }]) => [uuid, keepsData(config, uuid) ? (priority.find((member) => config.instances[member]?.electable && up.includes(member)) ?? null) : null]);
  return {
    up,
    masters: Object.fromEntries(masters),
    peers: Object.fromEntries(up.map((uuid) => [uuid, mates(uuid).map((mate) => config.instances[mate]?.uri).toSorted().join(' ')])),
    roles: Object.fromEntries(Object.entries(config.replicasets).map(([uuid, { roles, allRw }]) => [uuid, `${roles.toSorted().join(' ')}${allRw && keepsData(config, uuid) ? ' rw' : ''}`])),
    sharding: shardingOf(config),
    routers: routersOf(config),
    sections: JSON.stringify(Object.entries(config.sections).toSorted()),
  };
}

function routersOf({ sharding, replicasets, instances }: Pick<ClusterConfig, 'sharding' | 'replicasets' | 'instances'>): Outcome['routers'] {
  const groups = Object.entries<ShardingGroup>({ default: {}, ...sharding?.groups }).map(([name, { router = {} }]) => [name, JSON.stringify(Object.entries(router).toSorted())]);
  const routers = Object.entries(instances).filter(([, { replicaset, disabled }]) => !disabled && replicasets[replicaset]?.roles.includes('router')).map(([uuid, { uri, router, replicaset }]) => [uuid, `${router ?? `127.0.0.1:${Number(uri.split(':').at(-1)) + 1000}`} ${replicasets[replicaset]?.group ?? 'default'}`]);
  return Object.fromEntries([...groups, ...routers]);
}

function shardingOf({ sharding, replicasets }: Pick<ClusterConfig, 'sharding' | 'replicasets'>): Outcome['sharding'] {
  const groups = Object.entries<ShardingGroup>({ default: {}, ...sharding?.groups }).map(([name, { buckets = 3000, hash = 'strcrc32', rebalance = 'auto', movesMax = 600, bucketsPerSecond = 0, batch = Math.min(200, movesMax) }]) => [name, [buckets, hash, rebalance, movesMax, bucketsPerSecond, batch].join()]);
  const storages = Object.entries(replicasets).filter(([, { roles }]) => roles.includes('storage')).map(([uuid, { group = 'default' }]) => [uuid, group]);
  return Object.fromEntries([...groups, ...storages]);
}

/** One step done; what it does not name stays as it was. */
export function afterStep(state: Outcome, step: Step, wanted: Outcome, config: ClusterConfig): Outcome {
  const without = <T>(table: { readonly [key: string]: T }, key: string) => Object.fromEntries(Object.entries(table).filter(([other]) => other !== key));
  switch (step.kind) {
    case 'bootstrap':
    case 'join':
    case 'start': {
      const home = config.instances[step.target]?.replicaset ?? '';
      const masters = state.masters[home] ? state.masters : { ...state.masters, [home]: wanted.masters[home] ?? null };
      return { ...state, masters, up: [...state.up, step.target].toSorted(), peers: { ...state.peers, [step.target]: wanted.peers[step.target] ?? '' } };
    }
    case 'stop':
    case 'fence':
      return { ...state, up: state.up.filter((uuid) => uuid !== step.target), peers: without(state.peers, step.target) };
    case 'moveMaster':
      return { ...state, masters: { ...state.masters, [step.target]: wanted.masters[step.target] ?? null } };
    case 'restartReplication': {
      const members = state.up.filter((uuid) => config.instances[uuid]?.replicaset === step.target);
      return { ...state, peers: { ...state.peers, ...Object.fromEntries(members.map((uuid) => [uuid, wanted.peers[uuid] ?? ''])) } };
    }
    case 'applyRoles':
      return { ...state, roles: { ...state.roles, [step.target]: wanted.roles[step.target] ?? '' } };
    case 'applySections':
      return { ...state, sections: wanted.sections };
    case 'writeConfig': {
      // A replicaset that has no data any more has no master; one that is new or gone is known or forgotten as such.
      const known = Object.keys(wanted.masters);
      const masters = known.map((uuid) => [uuid, wanted.masters[uuid] === null ? null : (state.masters[uuid] ?? null)]);
      // Groups that are gone are forgotten, new ones begin as the default does; storages that come are in a group at once.
      const begun = Object.fromEntries(Object.entries(wanted.sharding).map(([target, said]) => [target, state.sharding[target] ?? (config.replicasets[target] ? said : shardingOf({ replicasets: {} }).default!)]));
      const routers = Object.fromEntries(Object.entries(state.routers).filter(([target]) => target in wanted.routers || config.instances[target] || /^[0-9a-f-]{36}$/.test(target)));
      for (const target of Object.keys(wanted.sharding)) if (!config.replicasets[target]) routers[target] ??= '[]';
      return { ...state, routers, sharding: begun, masters: Object.fromEntries(masters), roles: Object.fromEntries(known.map((uuid) => [uuid, state.roles[uuid] ?? ''])) };
    }
    case 'setSharding':
      return { ...state, sharding: { ...state.sharding, [step.target]: wanted.sharding[step.target] ?? '' } };
    case 'setRouter':
      return { ...state, routers: step.target in wanted.routers ? { ...state.routers, [step.target]: wanted.routers[step.target]! } : without(state.routers, step.target) };
    case 'restart':
    case 'rebuild':
    case 'store':
    case 'setUsers':
    case 'setFailover':
      throw new Error(`a configuration change needs no ${step.kind}`);
  }
}
