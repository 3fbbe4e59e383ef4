import type { RoleDefinition } from '~/contract/shapes/role.ts';
import type { FieldDefinition, SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import type { Path } from '~/core/yaml/reader.ts';
import { indexFaults } from './index-faults.ts';

/** What Tarantool, or the sharding, would refuse of a space: said before anybody is asked. Paths lead into the space. */

export type SpaceFault = { readonly path: Path; readonly said: readonly [string, string] };

export const fault = (path: Path, ...said: readonly [string, string]): SpaceFault => ({ path, said });

export function spaceFaults(name: string, space: SpaceDefinition, role: Pick<RoleDefinition, 'functions'>): SpaceFault[] {
  return [
    ...(name.startsWith('_') ? [fault([], `Space ${name}: names that begin with an underscore belong to Tarantool and Coterie.`, 'Choose another name.')] : []),
    ...kindFaults(name, space),
    ...repeated(space.format.map((field) => field.name)).map((index) => fault(['format', index, 'name'], `Space ${name} has two fields ${space.format[index]?.name}.`, 'Rename one of them.')),
    ...repeated(space.indexes.map((index) => index.name)).map((index) => fault(['indexes', index, 'name'], `Space ${name} has two indexes ${space.indexes[index]?.name}.`, 'Rename one of them.')),
    ...indexFaults(name, space, Object.keys(role.functions)),
    ...shardingFaults(name, space),
  ];
}

function kindFaults(name: string, { engine, temporary, is_local: local, is_sync: sync }: SpaceDefinition): SpaceFault[] {
  const faults: SpaceFault[] = [];
  if (engine === 'vinyl' && temporary) faults.push(fault(['temporary'], `Space ${name}: engine vinyl has no temporary spaces.`, 'Take engine memtx, or leave `temporary` out.'));
  if (sync && local) faults.push(fault(['is_sync'], `Space ${name} is local: nobody else gets its rows, so nobody can confirm them.`, 'Leave out one of is_sync and is_local.'));
  // Its limbo of transactions has no owner that could be handed over there: what was acknowledged may be rolled back by the next master.
  else if (sync) faults.push(fault(['is_sync'], `Space ${name}: the synchronous replication of Tarantool 2.6 does not outlive a change of the master.`, 'Leave is_sync out, and set the durability of the replicaset to quorum, or `quorum: true` for the functions that write it.'));
  return faults;
}

/** Positions of those that an earlier one is called like. */
function repeated(names: readonly string[]): number[] {
  return [...names.keys()].filter((index) => names.indexOf(names[index] ?? '') < index);
}

function shardingFaults(name: string, { format, indexes, sharding_key: key, is_local: local, temporary }: SpaceDefinition): SpaceFault[] {
  if (key === undefined) return [];
  const faults: SpaceFault[] = [];
  for (const [index, part] of key.entries()) {
    if (!format.some((field) => field.name === part)) faults.push(fault(['sharding_key', index], `Space ${name} has no field ${part} of its sharding key.`, `Its fields are ${format.map((field) => field.name).join(', ')}.`));
  }
  if (local || temporary) faults.push(fault(['sharding_key'], `Space ${name} is ${local ? 'local' : 'temporary'}: its rows would be lost when their bucket moves.`, `Leave out \`${local ? 'is_local' : 'temporary'}\`, or the sharding key.`));
  const bucket = format.find((field) => field.name === 'bucket_id');
  if (!fitsBucket(bucket)) faults.push(fault(['format'], `Space ${name} has a sharding key, but no field bucket_id of type unsigned that is never null.`, 'Add {name: bucket_id, type: unsigned} to its format.'));
  else if (!indexes.some(({ type, parts }) => type === 'TREE' && parts[0]?.path === 'bucket_id')) faults.push(fault(['indexes'], `Space ${name} has no index by bucket_id, without which its buckets cannot move.`, 'Add {name: bucket_id, unique: false, parts: [{path: bucket_id, type: unsigned}]} to its indexes.'));
  return faults;
}

const fitsBucket = (field: FieldDefinition | undefined): boolean => field?.type === 'unsigned' && !field.is_nullable;
