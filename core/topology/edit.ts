import type { ClusterConfig, InstanceConfig, ReplicasetConfig } from '~/contract/shapes/config.ts';
import type { Edit } from '~/contract/shapes/edit.ts';
import { present } from '~/contract/present.ts';
import { needing, registryOf, withDependencies, type RoleInfo } from '~/core/roles/registry.ts';
import type { KnownInstance } from './known.ts';
import { refusal, type Refusal } from './refusal.ts';
import { resolveConfigured, resolveReplicaset, resolveUnconfigured, type Found } from './resolve.ts';
import { withDatabase } from './database-settings.ts';
import { rolesSettled } from './settle-roles.ts';
import { groupField, withSharding } from './sharding-settings.ts';
import { weightFor } from './weight.ts';

/**
 * A list of edits makes one new configuration, or none: each edit sees what the ones before it made, and a single
 * refusal gives back the base as it was. Whether the result is valid and safe is asked of `planChange`.
 */

export type EditContext = { readonly known: readonly KnownInstance[]; readonly newUuid: () => string };

export function applyEdits(base: ClusterConfig, edits: readonly Edit[], context: EditContext): { config: ClusterConfig; refusals: Refusal[] } {
  const refusals: Refusal[] = [];
  let config = base;
  for (const edit of edits) {
    const result = applied(config, edit, context);
    if (result.ok) config = result.value;
    else refusals.push(result.refusal);
  }
  return refusals.length > 0 ? { config: base, refusals } : { config: rolesSettled(base, config), refusals };
}

function applied(config: ClusterConfig, edit: Edit, context: EditContext): Found<ClusterConfig> {
  switch (edit.kind) {
    case 'createReplicaset':
      return created(config, edit, context);
    case 'editReplicaset':
      return replicasetEdited(config, edit, context);
    case 'deleteReplicaset':
      return then(resolveReplicaset(config, edit.replicaset), (uuid) => done(replicasetDeleted(config, uuid)));
    case 'joinInstance':
      return joined(config, edit, context);
    case 'editInstance': {
      const { kind: _, instance, router, ...fields } = edit;
      return then(resolveConfigured(config, instance, context.known), (uuid) => done(routerSet(instanceChanged(config, uuid, present(fields)), uuid, router)));
    }
    case 'disableInstance':
    case 'enableInstance':
      return then(resolveConfigured(config, edit.instance, context.known), (uuid) => done(instanceChanged(config, uuid, { disabled: edit.kind === 'disableInstance' })));
    case 'expelInstance':
      return then(resolveConfigured(config, edit.instance, context.known), (uuid) => done(instanceExpelled(config, uuid)));
    case 'setSection':
      return done({ ...config, sections: { ...config.sections, [edit.name]: edit.text } });
    case 'deleteSection': {
      if (config.sections[edit.name] === undefined) return refused(refusal('unknownName', edit.name, [`There is no section ${edit.name}.`, 'Nothing has to be deleted.']));
      const { [edit.name]: _, ...sections } = config.sections;
      return done({ ...config, sections });
    }
    case 'setFailover':
      return done({ ...config, failover: edit.settings });
    case 'setSharding':
      return done(withSharding(config, edit.settings));
    case 'setDatabase':
      return done(withDatabase(config, edit.settings));
  }
}

type Of<K extends Edit['kind']> = Extract<Edit, { kind: K }>;

function created(config: ClusterConfig, edit: Of<'createReplicaset'>, context: EditContext): Found<ClusterConfig> {
  const uuid = edit.uuid ?? context.newUuid();
  if (config.replicasets[uuid]) return refused(refusal('takenName', uuid, [`There is a replicaset with uuid ${uuid} already.`, 'Leave the uuid out: one is drawn.']));
  const roles = withDependencies(edit.roles, registryOf(config));
  const replicaset: ReplicasetConfig = { alias: edit.alias, roles, priority: [], weight: edit.weight ?? weightFor(roles, null), ...groupField(edit.group), allRw: edit.allRw };
  let next: ClusterConfig = { ...config, replicasets: { ...config.replicasets, [uuid]: replicaset } };
  for (const ref of edit.instances) {
    const found = resolveUnconfigured(next, ref, context.known);
    if (!found.ok) return found;
    next = instanceAdded(next, found.value, { replicaset: uuid, zone: found.value.zone ?? null, electable: true });
  }
  return done(next);
}

function replicasetEdited(config: ClusterConfig, edit: Of<'editReplicaset'>, { known }: EditContext): Found<ClusterConfig> {
  return then(resolveReplicaset(config, edit.replicaset), (uuid) => {
    const old = config.replicasets[uuid] as ReplicasetConfig;
    const registry = registryOf(config);
    const roles = edit.roles ? withDependencies(edit.roles, registry) : old.roles;
    const kept = edit.roles ? keptOn(old, edit.roles, registry) : null;
    if (kept) return refused(kept);
    const named: string[] = [];
    for (const ref of edit.priority ?? []) {
      const member = resolveConfigured(config, ref, known);
      if (!member.ok) return member;
      const alias = config.instances[member.value]?.alias ?? ref;
      if (!old.priority.includes(member.value)) return refused(refusal('badPriority', ref, [`${alias} is not in ${old.alias}.`, 'Name only instances of this replicaset.']));
      if (named.includes(member.value)) return refused(refusal('badPriority', ref, [`${alias} stands twice in the priority list.`, 'Name each instance once.']));
      named.push(member.value);
    }
    const replicaset: ReplicasetConfig = {
      alias: edit.alias ?? old.alias,
      roles,
      priority: [...named, ...old.priority.filter((member) => !named.includes(member))],
      weight: edit.weight ?? weightFor(roles, old.weight),
      // Without storage or router there is no group to be in, unless somebody asks for one: that is refused by name.
      ...groupField(edit.group ?? (roles.includes('storage') || roles.includes('router') ? old.group : undefined)),
      allRw: edit.allRw ?? old.allRw,
      ...writesOf(edit, old),
    };
    return done({ ...config, replicasets: { ...config.replicasets, [uuid]: replicaset } });
  });
}

/** What is the default is not in the configuration. */
function writesOf(edit: Of<'editReplicaset'>, old: ReplicasetConfig): Pick<ReplicasetConfig, 'durability' | 'minReplicas'> {
  const { durability = old.durability ?? 'availability', minReplicas = old.minReplicas ?? 0 } = edit;
  return { ...(durability === 'availability' ? {} : { durability }), ...(minReplicas === 0 ? {} : { minReplicas }) };
}

function joined(config: ClusterConfig, edit: Of<'joinInstance'>, { known }: EditContext): Found<ClusterConfig> {
  return then(resolveReplicaset(config, edit.replicaset), (replicaset) =>
    then(resolveUnconfigured(config, edit.instance, known), (agent) => done(instanceAdded(config, agent, { replicaset, zone: edit.zone ?? agent.zone ?? null, electable: edit.electable }))),
  );
}

/** Last in the priority list. */
export function instanceAdded(config: ClusterConfig, agent: KnownInstance, place: Pick<InstanceConfig, 'replicaset' | 'zone' | 'electable'>): ClusterConfig {
  const replicaset = config.replicasets[place.replicaset] as ReplicasetConfig;
  return {
    ...config,
    instances: { ...config.instances, [agent.uuid]: { alias: agent.alias, uri: agent.uri, disabled: false, ...place } },
    replicasets: { ...config.replicasets, [place.replicaset]: { ...replicaset, priority: [...replicaset.priority, agent.uuid] } },
  };
}

function instanceChanged(config: ClusterConfig, uuid: string, fields: Partial<InstanceConfig>): ClusterConfig {
  return { ...config, instances: { ...config.instances, [uuid]: { ...(config.instances[uuid] as InstanceConfig), ...fields } } };
}

/** Null: where it is by default, which the configuration does not say. */
function routerSet(config: ClusterConfig, uuid: string, router: string | null | undefined): ClusterConfig {
  if (router === undefined) return config;
  const { router: _, ...instance } = config.instances[uuid] as InstanceConfig;
  return { ...config, instances: { ...config.instances, [uuid]: router === null ? instance : { ...instance, router } } };
}

export function instanceExpelled(config: ClusterConfig, uuid: string): ClusterConfig {
  const { [uuid]: gone, ...instances } = config.instances;
  if (!gone) return config;
  const { alias, uri, replicaset } = gone;
  const home = config.replicasets[replicaset];
  const replicasets = home ? { ...config.replicasets, [replicaset]: { ...home, priority: home.priority.filter((member) => member !== uuid) } } : config.replicasets;
  return { ...config, instances, replicasets, expelled: { ...config.expelled, [uuid]: { alias, uri, replicaset } } };
}

export function replicasetDeleted(config: ClusterConfig, uuid: string): ClusterConfig {
  const members = Object.keys(config.instances).filter((member) => config.instances[member]?.replicaset === uuid);
  const { [uuid]: _, ...replicasets } = members.reduce(instanceExpelled, config).replicasets;
  return { ...members.reduce(instanceExpelled, config), replicasets };
}

/** A role that was switched off, but that one of the others needs. Hidden and permanent ones are nobody's choice. */
function keptOn({ alias, roles: old }: ReplicasetConfig, roles: readonly string[], registry: readonly RoleInfo[]): Refusal | null {
  for (const { name } of registry.filter((role) => !role.hidden && !role.permanent && old.includes(role.name) && !roles.includes(role.name))) {
    const users = needing(name, { roles, registry });
    if (users.length > 0) return refusal('neededRole', name, [`${alias}: ${users.join(', ')} ${users.length > 1 ? 'need' : 'needs'} role ${name}.`, `Switch ${users.join(', ')} off too, or leave ${name} on.`]);
  }
  return null;
}

const done = (value: ClusterConfig): Found<ClusterConfig> => ({ ok: true, value });
const refused = (reason: Refusal): Found<never> => ({ ok: false, refusal: reason });
const then = <T, U>(found: Found<T>, next: (value: T) => Found<U>): Found<U> => (found.ok ? next(found.value) : found);
