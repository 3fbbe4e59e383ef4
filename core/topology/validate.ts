import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { CodeFault } from '~/contract/shapes/role.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { limits, sizeOf, utf8Bytes } from '~/core/config/limits.ts';
import { codeFaults } from '~/core/roles/code-faults.ts';
import { placeText } from '~/core/roles/fault.ts';
import { isCode } from '~/core/roles/files.ts';
import { rolesIn } from '~/core/roles/read.ts';
import { hasDataRole } from '~/core/roles/registry.ts';
import { databaseFaults } from './database-faults.ts';
import { enabledMembersOf } from './master.ts';
import { failoverFaults } from './failover-faults.ts';
import { refusal, type Refusal } from './refusal.ts';
import { roleFaults } from './role-faults.ts';
import { routerFaults } from './router-faults.ts';
import { shardingFaults } from './sharding-faults.ts';

/** `lua`: whether that of roles is read too. Where a Tarantool compiles it anyhow, and a server has read it, that is spared. */
export type Reading = { readonly lua: boolean };

/** Configurations without a fault. None is ever changed in place. */
const valid = new WeakSet<ClusterConfig>();

/**
 * What must hold in every configuration, whatever it was before and whoever can be reached. Empty = valid.
 * `before`: one that shares what it has in common with this one; what is known of it is not looked for again.
 */
export function validateConfig(config: ClusterConfig, before: ClusterConfig | null = null, reading: Reading = { lua: true }): Refusal[] {
  const faults = before !== null && valid.has(before) && onlyTextDiffers(before, config) ? tooMany(config) : allFaults(config, reading);
  if (faults.length === 0) valid.add(config);
  return faults;
}

/** Of the sections only code is read by anything here. For configurations that share what they have in common. */
export function onlyTextDiffers({ sections: old, ...before }: ClusterConfig, { sections, ...config }: ClusterConfig): boolean {
  const same = Object.entries(before).every(([name, part]) => config[name as keyof typeof config] === part);
  return same && Object.keys(config).length === Object.keys(before).length && !Object.keys(old).some(isCode) && !Object.keys(sections).some(isCode);
}

function allFaults(config: ClusterConfig, { lua }: Reading): Refusal[] {
  return [
    ...tooMany(config),
    ...badCode(lua ? codeFaults(config.sections) : rolesIn(config.sections).faults),
    ...Object.keys(config.replicasets).toSorted().flatMap((uuid) => replicasetFaults(config, uuid)),
    ...Object.keys(config.instances).toSorted().flatMap((uuid) => instanceFaults(config, uuid)),
    ...failoverFaults(config),
    ...shardingFaults(config),
    ...routerFaults(config),
    ...databaseFaults(config),
    ...twice(config.replicasets, ({ alias }) => alias).map(([uuid, alias]) =>
      refusal('takenName', uuid, [`Two replicasets are called ${alias}.`, 'Choose another alias for one of them.'])),
    ...twice(config.instances, ({ alias }) => alias).map(([uuid, alias]) =>
      refusal('takenName', uuid, [`Two instances are called ${alias}.`, 'Choose another alias for one of them.'])),
    ...twice(config.instances, ({ uri }) => uri.toLowerCase()).map(([uuid, uri]) =>
      refusal('takenAddress', uuid, [`Two instances have the address ${uri}.`, 'Start one of them with another --listen or --advertise.'])),
  ];
}

function replicasetFaults(config: ClusterConfig, uuid: string): Refusal[] {
  const replicaset = config.replicasets[uuid];
  if (!replicaset) return [];
  const { alias, roles, priority, weight } = replicaset;
  const faults = nameFaults('replicaset', uuid, alias);
  const members = Object.keys(config.instances).filter((member) => config.instances[member]?.replicaset === uuid);
  if (members.length === 0) faults.push(refusal('emptyReplicaset', uuid, [`${alias} would have no instance.`, `Delete the replicaset, or leave an instance in it.`]));
  if (members.length > limits.membersMax) faults.push(refusal('limit', uuid, [`${alias} would have ${members.length} instances; Tarantool numbers at most ${limits.membersMax} in a replicaset.`, 'Put the rest into another replicaset.']));
  if (new Set(priority).size !== priority.length || priority.length !== members.length || members.some((member) => !priority.includes(member))) {
    faults.push(refusal('badPriority', uuid, [`The priority list of ${alias} is not exactly its instances, each once.`, 'List every instance of the replicaset once, most wanted first.']));
  }
  faults.push(...roleFaults(config, uuid));
  if (roles.includes('storage') !== (weight !== null)) {
    faults.push(refusal('badWeight', uuid, roles.includes('storage')
      ? [`${alias} has role storage but no weight.`, 'Give it a weight, 1 for an equal share.']
      : [`${alias} has a weight, but only role storage keeps buckets.`, 'Leave the weight out, or give it role storage.']));
  }
  if (members.length > 0 && hasDataRole(roles) && !enabledMembersOf(config, uuid).some((member) => config.instances[member]?.electable)) {
    faults.push(refusal('noElectable', uuid, [`${alias} would have no enabled instance that may become master.`, 'Enable another instance or make one electable, in the same change; or delete the replicaset.']));
  }
  return faults;
}

const codeShownMax = 20;

function badCode(faults: readonly CodeFault[]): Refusal[] {
  const errors = faults.filter(({ severity }) => severity === 'error');
  const shown = errors.slice(0, codeShownMax).map((fault) => refusal('badCode', placeText(fault), [`${placeText(fault)}: ${fault.sentence}`, 'Correct the file.']));
  return errors.length > codeShownMax ? [...shown, refusal('badCode', 'roles', [`${errors.length - codeShownMax} more errors are in the files of roles.`, '`coterie code validate` shows all.'])] : shown;
}

function instanceFaults(config: ClusterConfig, uuid: string): Refusal[] {
  const instance = config.instances[uuid];
  if (!instance) return [];
  const { alias, uri } = instance;
  const faults = nameFaults('instance', uuid, alias);
  if (!config.replicasets[instance.replicaset]) faults.push(refusal('brokenLink', uuid, [`${alias} names a replicaset that is not there.`, 'Name one that exists.']));
  if (config.expelled[uuid]) faults.push(refusal('expelled', uuid, [`${alias} was expelled, so its data may not come back.`, 'Start its agent with --forget: it comes as a new instance.']));
  if (/^(0\.0\.0\.0|\[::\]|\[0(:0){7}\]):/.test(uri) || /:0+$/.test(uri)) faults.push(refusal('badAddress', uuid, [`Nobody can connect to ${alias} at ${uri}.`, 'Start its agent with --advertise host:port, as the others reach it.']));
  return faults;
}

/** A name that looks like an identity would make every reference to it ambiguous. */
function nameFaults(kind: 'instance' | 'replicaset', uuid: string, alias: string): Refusal[] {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(alias) ? [refusal('badName', uuid, [`The ${kind} alias ${alias} looks like a uuid.`, 'Choose an alias that people can tell apart.'])] : [];
}

function tooMany(config: ClusterConfig): Refusal[] {
  const faults: Refusal[] = [];
  const count = (what: string, found: number, max: number) => {
    if (found > max) faults.push(refusal('limit', what, [`${found} ${what}; at most ${max} fit one cluster.`, `Take some out.`]));
  };
  count('instances', Object.keys(config.instances).length, limits.instancesMax);
  count('replicasets', Object.keys(config.replicasets).length, limits.replicasetsMax);
  count('sections', Object.keys(config.sections).length, limits.sectionsMax);
  for (const [name, text] of Object.entries(config.sections)) {
    // A character has at most three bytes.
    const bytes = text.length * 3 > limits.sectionBytesMax ? utf8Bytes(text) : 0;
    if (bytes > limits.sectionBytesMax) faults.push(refusal('limit', name, [`Section ${name} has ${sizeOf(bytes)}; at most ${sizeOf(limits.sectionBytesMax)} fit.`, 'Split it, or keep big data in a space.']));
  }
  // A character becomes at most six bytes of JSON: only a big document has to be measured.
  const roughChars = Object.values(config.sections).reduce((sum, text) => sum + text.length, 0);
  if (roughChars * 6 > limits.configBytesMax / 2) {
    const bytes = utf8Bytes(canonicalText(config));
    if (bytes > limits.configBytesMax) faults.push(refusal('limit', 'configuration', [`The whole configuration has ${sizeOf(bytes)}; at most ${sizeOf(limits.configBytesMax)} fit.`, 'Delete or shrink sections.']));
  }
  return faults;
}

/** The later holders of a value that an earlier one has already. */
function twice<Row>(table: Readonly<Record<string, Row>>, valueOf: (row: Row) => string): [string, string][] {
  const seen = new Set<string>();
  return Object.keys(table).toSorted().flatMap((uuid): [string, string][] => {
    const value = valueOf(table[uuid] as Row);
    if (seen.has(value)) return [[uuid, value]];
    seen.add(value);
    return [];
  });
}
