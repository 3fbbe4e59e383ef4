import type { z } from 'zod';
import { entryOf } from '~/contract/index.ts';
import type { Draft, MutationName } from './operation-types.ts';

/** The input of an operation while its dialog is open. A dialog edits this object itself, so what is shown is what is sent. */

/** Sets one field; a value equal to what the object has already is left out, so that an edit names only what changes. */
export function withField(draft: Draft, field: string, { value, original }: { value: unknown; original?: unknown }): Draft {
  const { [field]: _old, ...rest } = draft;
  return value === undefined || (original !== undefined && JSON.stringify(value) === JSON.stringify(original)) ? rest : { ...rest, [field]: value };
}

export type Checked = { readonly input: Draft; readonly errors: Readonly<Record<string, string>>; readonly complete: boolean };

/** By the operation's own schema. Errors are named by their first field. */
export function checkDraft(operation: MutationName, draft: Draft): Checked {
  const result = entryOf(operation).operation.input.safeParse(draft);
  if (result.success) return { input: draft, errors: {}, complete: true };
  const errors: Record<string, string> = {};
  for (const { path, message } of result.error.issues) {
    const field = String(path[0] ?? '');
    errors[field] ??= path.length === 1 && draft[field] === undefined ? 'This is needed.' : message;
  }
  return { input: draft, errors, complete: false };
}

/** Where the operation wants a reason, the input is not whole without one. */
export const needsReason = (operation: MutationName): boolean => {
  const { reason } = entryOf(operation).operation.input.shape as Record<string, z.ZodType | undefined>;
  return reason?.safeParse(undefined).success === false;
};

/** An edit that names nothing but its subject would change nothing, nor would a list of none. */
export function isEmptyEdit(operation: MutationName, draft: Draft): boolean {
  if (operation === 'topology.apply') return Array.isArray(draft.edits) && draft.edits.length === 0;
  if (operation === 'sharding.weigh') return draft.weights === undefined;
  if (operation === 'sharding.configure') return Object.keys(draft).every((field) => field === 'group' || field === 'reason');
  if (operation === 'failover.configure') return Object.keys(draft).every((field) => field === 'providerFailoverMs' || field === 'reason');
  const { operation: definition, verb } = entryOf(operation);
  const subject: readonly string[] = definition.subject ?? [];
  return verb.startsWith('edit') && Object.keys(draft).every((field) => subject.includes(field));
}

/** The name that must be typed before a `typedName` operation; null where none is. */
export function nameToType(operation: MutationName, draft: Draft): string | null {
  const { operation: definition } = entryOf(operation);
  return definition.typedName && typeof definition.danger?.(draft) === 'string' ? String(draft[definition.subject?.[0] ?? ''] ?? '') : null;
}

/** Some are told what was typed, and check it themselves too. */
export const takesName = (operation: MutationName): boolean => 'confirm' in entryOf(operation).operation.input.shape;

/** Moves the entry at `from` to `to`; positions outside the list are its ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, index) => index !== from);
  const at = Math.max(0, Math.min(rest.length, to));
  const item = list[from];
  return item === undefined ? [...list] : [...rest.slice(0, at), item, ...rest.slice(at)];
}

/** Where a dragged row belongs: `middles` are those of all rows from the top, `y` is where the pointer is. */
export function placeAt(middles: readonly number[], from: number, y: number): number {
  return middles.filter((middle, index) => index !== from && middle < y).length;
}

/** A partial priority list made whole: those not named follow in their old order. */
export function wholePriority(named: readonly string[], old: readonly string[]): string[] {
  return [...named.filter((one) => old.includes(one)), ...old.filter((one) => !named.includes(one))];
}
