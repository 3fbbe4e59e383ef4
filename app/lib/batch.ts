import { Edit } from '~/contract/shapes/edit.ts';
import { entryOf } from './copy-as.ts';
import type { Draft, MutationName } from './operation-types.ts';

/** Several calls of one operation as one atomic change: what `topology.apply` takes. */

/**
 * Null where the operation is no edit of the configuration (a restart, a start): the contract has no call that does
 * several of those. Null too where a name must be typed: that is for one object at a time.
 */
export function editsOf(operation: MutationName, inputs: readonly Draft[]): Edit[] | null {
  const { noun, verb, operation: { typedName } } = entryOf(operation);
  if (typedName) return null;
  const kind = `${verb}${noun.charAt(0).toUpperCase()}${noun.slice(1)}`;
  const parsed = inputs.map((input) => Edit.safeParse({ ...input, kind }));
  return parsed.every(({ success }) => success) ? parsed.flatMap(({ data }) => data ?? []) : null;
}

/** "Disable s1-1", "Edit s2-2: uri 10.0.0.1:3301": one line for each edit. */
export function editText(edit: Edit): string {
  const { kind, ...fields } = edit;
  const words = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const [subject, ...rest] = Object.entries(fields).filter(([, value]) => value !== undefined);
  const verb = words.split(' ')[0]!;
  const changes = rest.map(([field, value]) => `${wordFor[field] ?? field} ${value === null ? 'none' : Array.isArray(value) ? value.join(', ') : String(value)}`);
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${String(subject?.[1] ?? '')}${changes.length === 0 ? '' : `: ${changes.join('; ')}`}`;
}

const wordFor: Readonly<Record<string, string>> = { uri: 'address' };

/** What a person must agree to: of the operation itself, and of each edit in a list. */
export function dangersOf(operation: MutationName, draft: Draft): string[] {
  const own = entryOf(operation).operation.danger?.(draft);
  const edits = operation === 'topology.apply' && Array.isArray(draft.edits) ? (draft.edits as Edit[]) : [];
  return [...(own === undefined ? [] : [own]), ...edits.flatMap((edit) => dangerOfEdit(edit) ?? [])];
}

/** `disableInstance` is what `instance.disable` does. */
function dangerOfEdit({ kind, ...input }: Edit): string | undefined {
  const [verb = '', noun = ''] = kind.split(/(?=[A-Z])/);
  const name = `${noun.toLowerCase()}.${verb}`;
  return noun === 'Instance' || noun === 'Replicaset' ? entryOf(name).operation.danger?.(input) : undefined;
}
