import { Edit } from '~/contract/shapes/edit.ts';
import { entryOf } from '~/contract/index.ts';
import type { Draft, MutationName } from './operation-types.ts';

/** Several calls of one operation as one atomic change: what `topology.apply` takes. */

/**
 * Null where the operation is no edit of the configuration (a restart, a start): the contract has no call that does
 * several of those. Null too where a name must be typed: that is for one object at a time.
 */
export function editsOf(operation: MutationName, inputs: readonly Draft[]): Edit[] | null {
  if (entryOf(operation).operation.typedName) return null;
  const edits = inputs.map((input) => editOf(operation, input));
  return edits.every((edit) => edit !== null) ? edits : null;
}

/** One call as an edit; null where it is none, or where the input does not fit. */
export function editOf(operation: MutationName, input: Draft): Edit | null {
  const { noun, verb } = entryOf(operation);
  return Edit.safeParse({ ...input, kind: `${verb}${noun.charAt(0).toUpperCase()}${noun.slice(1)}` }).data ?? null;
}

/** "Disable s1-1", "Edit s2-2: address 10.0.0.1:3301": one line for each edit. */
export function editText(edit: Edit): string {
  switch (edit.kind) {
    case 'createReplicaset':
      return `Create replicaset ${edit.alias} of ${edit.instances.join(', ')}${fieldsText({ roles: edit.roles, weight: edit.weight, ...(edit.allRw ? { allRw: true } : {}) })}`;
    case 'editReplicaset':
      return `Edit ${edit.replicaset}${fieldsText(edit)}`;
    case 'deleteReplicaset':
      return `Delete replicaset ${edit.replicaset}`;
    case 'joinInstance':
      return `Join ${edit.instance} to ${edit.replicaset}${fieldsText({ zone: edit.zone, ...(edit.electable ? {} : { electable: false }) })}`;
    case 'editInstance':
      return `Edit ${edit.instance}${fieldsText(edit)}`;
    case 'disableInstance':
      return `Disable ${edit.instance}`;
    case 'enableInstance':
      return `Enable ${edit.instance}`;
    case 'expelInstance':
      return `Expel ${edit.instance}`;
    case 'setSection':
      return `Write section ${edit.name}`;
    case 'deleteSection':
      return `Delete section ${edit.name}`;
    case 'setFailover':
      return `Set failover to ${edit.settings.mode}`;
    case 'setSharding':
      return `Set the groups of storages: ${valueText(Object.keys(edit.settings.groups))}`;
    case 'setDatabase':
      return `Set the users of the database: ${valueText(Object.keys(edit.settings.users ?? {}))}`;
  }
}

const subjects = ['kind', 'instance', 'replicaset'];

function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(fields).filter(([field, value]) => value !== undefined && !subjects.includes(field));
  return given.length === 0 ? '' : `: ${given.map(([field, value]) => `${wordFor[field] ?? field} ${valueText(value)}`).join('; ')}`;
}

function valueText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return value === null ? 'none' : String(value);
}

const wordFor: Readonly<Record<string, string>> = { uri: 'address', alias: 'name', allRw: 'every instance writable' };

/** What a person must agree to: of the operation itself, and of each edit in a list. */
export function dangersOf(operation: MutationName, draft: Draft): string[] {
  const own = entryOf(operation).operation.danger?.(draft);
  const edits = operation === 'topology.apply' && Array.isArray(draft.edits) ? (draft.edits as Edit[]) : [];
  return [...(own ? [own] : []), ...edits.flatMap((edit) => dangerOfEdit(edit) ?? [])];
}

/** `disableInstance` is what `instance.disable` does. */
function dangerOfEdit({ kind, ...input }: Edit): string | undefined {
  const [verb = '', noun = ''] = kind.split(/(?=[A-Z])/);
  const name = `${noun.toLowerCase()}.${verb}`;
  return noun === 'Instance' || noun === 'Replicaset' ? (entryOf(name).operation.danger?.(input) ?? undefined) : undefined;
}
