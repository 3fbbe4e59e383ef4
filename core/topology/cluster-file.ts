import type { Node } from 'yaml';
import { Alias, HostPort, RoleName, SectionName, Zone } from '~/contract/shapes/basics.ts';
import { DatabaseConfig } from '~/contract/shapes/database-user.ts';
import { durabilities, FailoverConfig } from '~/contract/shapes/failover.ts';
import { GroupName, ShardingConfig } from '~/contract/shapes/sharding.ts';
import * as z from 'zod';
import { YamlReader, type Entry, type Place } from '~/core/yaml/reader.ts';
import { refusal, type Refusal } from './refusal.ts';

/** cluster.yml as it is written: aliases for identities, priority by order, defaults filled in. */

export type FileInstance = { readonly alias: string; readonly at: Place; readonly uri: string | null; readonly zone: string | null; readonly electable: boolean; readonly disabled: boolean; /** Null: by default; undefined: the file does not speak of it, so it stays as it is. */ readonly router: string | null | undefined };
export type FileReplicaset = { readonly alias: string; readonly at: Place; readonly roles: readonly string[]; readonly weight: number | null; readonly group: string | null; readonly allRw: boolean; readonly durability: (typeof durabilities)[number] | null; readonly minReplicas: number | null; readonly instances: readonly FileInstance[] };
export type ClusterFile = {
  readonly name: string | null;
  /** Null = the file does not speak of failover, so it stays as it is. */
  readonly failover: FailoverConfig | null;
  /** Null = the file does not speak of groups, so they stay as they are. */
  readonly sharding: ShardingConfig | null;
  /** Null = the file does not speak of users and roles of the database, so they stay as they are. */
  readonly database: DatabaseConfig | null;
  readonly replicasets: readonly FileReplicaset[];
  /** Null = the file does not speak of sections, so they stay as they are. */
  readonly sections: Readonly<Record<string, string>> | null;
};

const keys = {
  file: ['name', 'failover', 'sharding', 'database', 'replicasets', 'sections'],
  replicaset: ['roles', 'weight', 'group', 'allRw', 'durability', 'minReplicas', 'instances'],
  instance: ['uri', 'zone', 'electable', 'disabled', 'router'],
} as const;

/** A file with refusals is not to be used. */
export function readClusterFile(text: string): { file: ClusterFile; refusals: readonly Refusal[] } {
  const reader = new YamlReader(text);
  const top = byKey(reader.table(reader.root, { name: 'the file', at: '1:1', keys: keys.file }));
  const { name, failover, sharding, database, replicasets, sections } = top;
  if (!replicasets && reader.faults.length === 0) reader.fault('1:1', 'the file has no `replicasets`.', 'Write the whole cluster; `coterie export` prints it as it is.');
  const file: ClusterFile = {
    name: name ? reader.text(name.node, Alias, { name: 'name', at: name.at }) : null,
    failover: failover ? reader.value(failover.node, FailoverConfig, { name: 'failover', at: failover.at }) : null,
    sharding: sharding ? reader.value(sharding.node, ShardingConfig, { name: 'sharding', at: sharding.at }) : null,
    database: database ? reader.value(database.node, DatabaseConfig, { name: 'database', at: database.at }) : null,
    replicasets: replicasets ? reader.table(replicasets.node, { name: 'replicasets', at: replicasets.at }).map((entry) => readReplicaset(reader, entry)) : [],
    sections: sections ? readSections(reader, sections) : null,
  };
  return { file, refusals: reader.faults.map(({ at, sentence, wayOut }) => refusal('document', at, [`line ${at.replace(':', ', column ')}: ${sentence}`, wayOut])) };
}

function readReplicaset(reader: YamlReader, { key, node, at }: Entry): FileReplicaset {
  const alias = checkedName(reader, key, { schema: Alias, what: 'replicaset', at });
  const fields = byKey(reader.table(node, { name: `replicaset ${key}`, at, keys: keys.replicaset }));
  if (!fields.roles) reader.fault(at, `replicaset ${key} has no \`roles\`.`, 'List its roles; [] for none.');
  if (!fields.instances) reader.fault(at, `replicaset ${key} has no \`instances\`.`, 'Name its instances, most wanted master first.');
  const roles = fields.roles ? reader.list(fields.roles.node, { name: 'roles', at: fields.roles.at }).map((item) => reader.text(item.node, RoleName, { name: 'role', at: item.at }) ?? '') : [];
  const weight = fields.weight && !reader.isNull(fields.weight.node) ? reader.number(fields.weight.node, { name: 'weight', at: fields.weight.at, min: 0, max: 1_000_000 }) : null;
  const group = fields.group && !reader.isNull(fields.group.node) ? reader.text(fields.group.node, GroupName, { name: 'group', at: fields.group.at }) : null;
  const allRw = fields.allRw ? reader.flag(fields.allRw.node, { name: 'allRw', at: fields.allRw.at }) : false;
  const durability = fields.durability ? reader.value(fields.durability.node, z.enum(durabilities), { name: 'durability', at: fields.durability.at }) : null;
  const minReplicas = fields.minReplicas ? reader.value(fields.minReplicas.node, z.number().int().min(0).max(30), { name: 'minReplicas', at: fields.minReplicas.at }) : null;
  return { alias, at, roles, weight, group, allRw: allRw ?? false, durability, minReplicas, instances: fields.instances ? readInstances(reader, fields.instances) : [] };
}

/** A table of instances, or a list of names where nothing is to be said about them. */
function readInstances(reader: YamlReader, { node, at }: Entry): FileInstance[] {
  if (!reader.isList(node)) return reader.table(node, { name: 'instances', at }).map((entry) => readInstance(reader, entry));
  return reader.list(node, { name: 'instances', at }).map((item) => readInstance(reader, { key: reader.text(item.node, Alias, { name: 'instance', at: item.at }) ?? 'unnamed', node: null, at: item.at }));
}

function readInstance(reader: YamlReader, { key, node, at }: Entry): FileInstance {
  const alias = checkedName(reader, key, { schema: Alias, what: 'instance', at });
  const { uri, zone, electable, disabled, router } = byKey(reader.table(node, { name: `instance ${key}`, at, keys: keys.instance }));
  return {
    alias,
    at,
    uri: uri ? reader.text(uri.node, HostPort, { name: 'uri', at: uri.at }) : null,
    zone: zone && !reader.isNull(zone.node) ? reader.text(zone.node, Zone, { name: 'zone', at: zone.at }) : null,
    electable: electable ? (reader.flag(electable.node, { name: 'electable', at: electable.at }) ?? true) : true,
    disabled: disabled ? (reader.flag(disabled.node, { name: 'disabled', at: disabled.at }) ?? false) : false,
    router: router && (reader.isNull(router.node) ? null : reader.text(router.node, HostPort, { name: 'router', at: router.at })),
  };
}

function readSections(reader: YamlReader, { node, at }: Entry): Record<string, string> {
  const rows = reader.table(node, { name: 'sections', at }).map((entry): [string, string] => {
    const name = checkedName(reader, entry.key, { schema: SectionName, what: 'section', at: entry.at });
    return [name, reader.text(entry.node, z.string(), { name: `section ${entry.key}`, at: entry.at }) ?? ''];
  });
  return Object.fromEntries(rows);
}

function checkedName(reader: YamlReader, name: string, { schema, what, at }: { schema: z.ZodType<string>; what: string; at: Place }): string {
  const parsed = schema.safeParse(name);
  if (!parsed.success) reader.fault(at, `${what} name \`${name.slice(0, 80)}\`: ${parsed.error.issues[0]?.message}.`, 'Choose another name.');
  return name;
}

const byKey = (entries: readonly Entry[]): { readonly [key: string]: { readonly key: string; readonly node: Node | null; readonly at: Place } | undefined } =>
  Object.fromEntries(entries.map((entry) => [entry.key, entry]));
