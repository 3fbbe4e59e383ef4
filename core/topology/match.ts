import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { ClusterFile, FileInstance, FileReplicaset } from './cluster-file.ts';
import type { KnownInstance } from './known.ts';
import { refusal, type Refusal } from './refusal.ts';

/**
 * Which instance and which replicaset each name of a cluster file means. An alias of the configuration comes first;
 * then an address of it (the alias has changed); then an agent that is not configured yet, by alias or by address.
 */
export type Matches = {
  readonly instances: ReadonlyMap<FileInstance, { readonly uuid: string; readonly uri: string }>;
  readonly replicasets: ReadonlyMap<FileReplicaset, string>;
  readonly refusals: readonly Refusal[];
};

type Context = { readonly base: ClusterConfig; readonly known: readonly KnownInstance[]; readonly newUuid: () => string };
type Match = { readonly uuid: string; readonly uri: string } | Refusal | null;

export function matchesOf(file: ClusterFile, context: Context): Matches {
  const { base } = context;
  const named = new Set(file.replicasets.flatMap(({ instances }) => instances.map(({ alias }) => alias)));
  const instances = new Map<FileInstance, { uuid: string; uri: string }>();
  const holders = new Map<string, FileInstance>();
  const refusals: Refusal[] = [];
  const missing: FileInstance[] = [];
  for (const instance of file.replicasets.flatMap((replicaset) => replicaset.instances)) {
    const match = matchOf(instance, named, context);
    const holder = match && 'uuid' in match ? holders.get(match.uuid) : undefined;
    if (match === null) missing.push(instance);
    else if (!('uuid' in match)) refusals.push(match);
    else if (holder) refusals.push(refusal('takenName', instance.at, [`line ${instance.at.split(':')[0]}: ${instance.alias} and ${holder.alias} are the same instance.`, 'Name each instance once, in one replicaset.']));
    else {
      holders.set(match.uuid, instance);
      instances.set(instance, match);
    }
  }
  if (missing.length > 0) refusals.push(missingRefusal(missing, base));
  const replicasets = new Map(file.replicasets.map((replicaset) => [replicaset, replicasetOf(replicaset, { file, instances, ...context })]));
  return { instances, replicasets, refusals };
}

function matchOf(instance: FileInstance, named: ReadonlySet<string>, { base, known }: Context): Match {
  const { alias, uri } = instance;
  const rows = Object.entries(base.instances);
  const own = rows.find(([, row]) => row.alias === alias) ?? rows.find(([, row]) => row.uri === uri && !named.has(row.alias));
  if (own) return { uuid: own[0], uri: uri ?? own[1].uri };
  const free = known.filter(({ uuid }) => !base.instances[uuid] && !base.expelled[uuid]);
  const byAlias = free.filter((agent) => agent.alias === alias);
  const fitting = uri === null ? byAlias : free.filter((agent) => agent.uri === uri);
  const [first, second] = fitting.length > 1 && byAlias.length > 0 ? fitting.filter((agent) => byAlias.includes(agent)) : fitting;
  if (first && second) return refusal('ambiguousName', instance.at, [`line ${instance.at.split(':')[0]}: ${fitting.length} agents could be ${alias}: ${fitting.map((agent) => agent.uri).toSorted().join(', ')}.`, 'Say which one by its `uri`, or start them with different names.']);
  if (first) return { uuid: first.uuid, uri: first.uri };
  if (byAlias.length > 0) return refusal('missingAgent', instance.at, [`line ${instance.at.split(':')[0]}: ${alias} is at ${byAlias.map((agent) => agent.uri).toSorted().join(', ')}, not at ${uri}.`, 'Correct the `uri`, or leave it out.']);
  return null;
}

function missingRefusal(missing: readonly FileInstance[], base: ClusterConfig): Refusal {
  const names = missing.map(({ alias }) => alias);
  const gone = names.filter((alias) => Object.values(base.expelled).some((row) => row.alias === alias));
  const wayOut = gone.length > 0 ? `${gone.join(', ')} ${gone.length > 1 ? 'were' : 'was'} expelled: start with --forget to come as a new instance.` : 'Start them with this cluster as their seeds (--name is the alias), or probe their gossip addresses.';
  return refusal('missingAgent', names.join(', '), [`No agent of ${names.join(', ')} has been heard of.`, wayOut]);
}

/** By alias; or the one whose instances these are, if its own alias is no longer in the file: it was renamed. */
function replicasetOf(replicaset: FileReplicaset, context: Context & { file: ClusterFile; instances: Matches['instances'] }): string {
  const { base, file, instances, newUuid } = context;
  const own = Object.entries(base.replicasets).find(([, row]) => row.alias === replicaset.alias);
  if (own) return own[0];
  const homes = new Set(replicaset.instances.flatMap((instance) => base.instances[instances.get(instance)?.uuid ?? '']?.replicaset ?? []));
  const [home] = homes;
  const renamed = home !== undefined && homes.size === 1 && !file.replicasets.some(({ alias }) => alias === base.replicasets[home]?.alias);
  return renamed && firstOf(home, replicaset, context) ? home : newUuid();
}

/** Two new names for one old replicaset: only the first of them is it. */
function firstOf(home: string, replicaset: FileReplicaset, { base, file, instances }: { base: ClusterConfig; file: ClusterFile; instances: Matches['instances'] }): boolean {
  return file.replicasets.find((other) => other.instances.some((instance) => base.instances[instances.get(instance)?.uuid ?? '']?.replicaset === home)) === replicaset;
}
