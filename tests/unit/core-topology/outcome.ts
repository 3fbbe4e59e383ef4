import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Step } from '~/core/topology/refusal.ts';

/** A cluster in a few words, and what each step of a plan makes of it: to see whether the steps lead where they should. */
export type Outcome = {
  readonly up: readonly string[];
  readonly masters: { readonly [replicaset: string]: string | null };
  /** For each running instance, the addresses that it replicates with. */
  readonly peers: { readonly [instance: string]: string };
  readonly roles: { readonly [replicaset: string]: string };
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
    sections: JSON.stringify(Object.entries(config.sections).toSorted()),
  };
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
      return { ...state, masters: Object.fromEntries(masters), roles: Object.fromEntries(known.map((uuid) => [uuid, state.roles[uuid] ?? ''])) };
    }
    case 'restart':
    case 'rebuild':
    case 'store':
    case 'setFailover':
      throw new Error(`a configuration change needs no ${step.kind}`);
  }
}
