import { Scalar, stringify } from 'yaml';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { limits, sizeOf, utf8Bytes } from '~/core/config/limits.ts';
import { registryOf, withDependencies } from '~/core/roles/registry.ts';
import { readClusterFile, type ClusterFile } from './cluster-file.ts';
import { databaseField, withoutPasswords, withPasswordsOf } from './database-settings.ts';
import { instanceExpelled } from './edit.ts';
import type { KnownInstance } from './known.ts';
import { membersOf } from './master.ts';
import { matchesOf, type Matches } from './match.ts';
import { refusal, type Refusal } from './refusal.ts';
import { rolesSettled } from './settle-roles.ts';
import { groupField, shardingField } from './sharding-settings.ts';
import { weightFor } from './weight.ts';

/**
 * The whole cluster as one YAML text, and back. What the file leaves out has its default, but for what stays
 * as it is: addresses, `failover`, `sharding`, `database` and `sections`; passwords of the database are in no file. Parsing what was exported changes nothing.
 */

export type DocumentContext = { readonly base: ClusterConfig; readonly known: readonly KnownInstance[]; readonly newUuid: () => string; readonly prune: boolean };

export function parseDocument(text: string, context: DocumentContext): { config: ClusterConfig | null; refusals: Refusal[] } {
  const bytes = utf8Bytes(text);
  if (bytes > limits.documentBytesMax) return { config: null, refusals: [refusal('limit', 'document', [`The file has ${sizeOf(bytes)}; at most ${sizeOf(limits.documentBytesMax)} fit.`, 'Upload big sections one by one.'])] };
  const { file, refusals: faults } = readClusterFile(text);
  if (faults.length > 0) return { config: null, refusals: [...faults] };
  const { base } = context;
  const matches = matchesOf(file, context);
  const refusals = [...matches.refusals];
  if (file.name !== null && file.name !== base.name) refusals.unshift(refusal('otherCluster', file.name, [`The file is for cluster ${file.name}; this one is called ${base.name}.`, 'Take the file of this cluster, or leave `name` out.']));
  const taken = new Set([...matches.instances.values()].map(({ uuid }) => uuid));
  const unnamed = Object.keys(base.instances).filter((uuid) => !taken.has(uuid)).toSorted();
  // A name that matched nothing may be one of these: first things first.
  if (unnamed.length > 0 && !context.prune && matches.refusals.length === 0) refusals.push(unnamedRefusal(unnamed, base));
  return refusals.length > 0 ? { config: null, refusals } : { config: built(file, matches, { base, unnamed }), refusals };
}

function unnamedRefusal(unnamed: readonly string[], base: ClusterConfig): Refusal {
  const names = unnamed.map((uuid) => base.instances[uuid]?.alias ?? uuid).toSorted().join(', ');
  return refusal('unnamed', names, [`${names} ${unnamed.length > 1 ? 'are' : 'is'} in the cluster, but not in the file.`, 'Add what is missing (`coterie export` prints it), or prune: that expels them for good.']);
}

function built(file: ClusterFile, matches: Matches, { base, unnamed }: { base: ClusterConfig; unnamed: readonly string[] }): ClusterConfig {
  const { expelled } = unnamed.reduce(instanceExpelled, base);
  const config: ClusterConfig = {
    format: 1,
    name: base.name,
    replicasets: {},
    instances: {},
    expelled,
    failover: file.failover ?? base.failover,
    ...shardingField(file.sharding ?? base.sharding),
    ...databaseField(file.database ? withPasswordsOf(file.database, base.database) : base.database),
    sections: { ...(file.sections ?? base.sections) },
  };
  for (const replicaset of file.replicasets) {
    const uuid = matches.replicasets.get(replicaset) ?? '';
    const roles = withDependencies(replicaset.roles, registryOf(config));
    const priority: string[] = [];
    for (const instance of replicaset.instances) {
      const match = matches.instances.get(instance);
      if (!match) continue;
      const { alias, zone, electable, disabled } = instance;
      const router = instance.router === undefined ? base.instances[match.uuid]?.router : (instance.router ?? undefined);
      config.instances[match.uuid] = { alias, uri: match.uri, replicaset: uuid, zone, electable, disabled, ...(router === undefined ? {} : { router }) };
      priority.push(match.uuid);
    }
    config.replicasets[uuid] = { alias: replicaset.alias, roles, priority, weight: replicaset.weight ?? weightFor(roles, null), ...groupField(replicaset.group ?? undefined), allRw: replicaset.allRw, ...(replicaset.durability === null ? {} : { durability: replicaset.durability }), ...(replicaset.minReplicas === null ? {} : { minReplicas: replicaset.minReplicas }) };
  }
  return rolesSettled(base, config);
}

/** Maps, because an object would put names made of digits first, and the order of instances is their priority. */
export function exportDocument(config: ClusterConfig): string {
  const byAlias = <Row extends { readonly alias: string }>([, a]: [string, Row], [, b]: [string, Row]) => (a.alias < b.alias ? -1 : 1);
  const replicasets = Object.entries(config.replicasets).toSorted(byAlias).map(([uuid, { alias, roles, weight, group, allRw, durability, minReplicas }]) => {
    const instances = membersOf(config, uuid).map((member): [string, unknown] => {
      const { alias: name = member, uri, zone = null, electable = true, disabled = false, router } = config.instances[member] ?? {};
      return [name, { uri, ...(zone === null ? {} : { zone }), ...(electable ? {} : { electable }), ...(disabled ? { disabled } : {}), ...(router === undefined ? {} : { router }) }];
    });
    return [alias, { roles, ...(weight === null ? {} : { weight }), ...groupField(group), ...(allRw ? { allRw } : {}), ...(durability ? { durability } : {}), ...(minReplicas === undefined ? {} : { minReplicas }), instances: new Map(instances) }] as const;
  });
  const sections = Object.entries(config.sections).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const document = new Map<string, unknown>([
    ['name', config.name],
    ['failover', config.failover],
    ...(config.sharding ? [['sharding', config.sharding] as const] : []),
    ...(config.database ? [['database', withoutPasswords(config.database)] as const] : []),
    ['replicasets', new Map(replicasets)],
    ['sections', new Map(sections.map(([name, text]) => [name, scalarOf(text)]))],
  ]);
  // A quoted text stays on one line: over several, spaces at the end of a line would be lost.
  return stringify(document, { lineWidth: 0, blockQuote: 'literal', singleQuote: true, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}

/** As a block, a text of nothing but spaces would lose some of them. */
function scalarOf(text: string): string | Scalar<string> {
  if (text.trim() !== '') return text;
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
