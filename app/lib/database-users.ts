import type { z } from 'zod';
import { rightsOn, type DatabaseRoleRow, type DatabaseUserRow, type ObjectKind } from '~/contract/shapes/database-user.ts';
import type { Action } from './actions.ts';

/** Users and roles of the database, as their page and their form show them. */
export type { DatabaseRoleRow, DatabaseUserRow };
export type Privileges = z.output<typeof DatabaseUserRow>['privileges'];

/** One line of the form; `name` is empty for the universe. */
export type PrivilegeLine = { readonly kind: ObjectKind; readonly name: string; readonly may: readonly string[] };

export function linesOf(privileges: Privileges): PrivilegeLine[] {
  return Object.entries(privileges).map(([on, may]) => {
    const [kind = '', name = ''] = on.split(/:(.*)/);
    return { kind: kind as ObjectKind, name, may: may.split(',') };
  });
}

/** What the lines say otherwise than it is, as the operation takes it; undefined: nothing. A line that is not whole says nothing yet. */
export function privilegesChanged(current: Privileges, lines: readonly PrivilegeLine[]): Record<string, string | null> | undefined {
  const whole = lines.filter(({ kind, name, may }) => may.length > 0 && (kind === 'universe' || name.trim() !== ''));
  const wanted = new Map(whole.map(({ kind, name, may }) => [kind === 'universe' ? 'universe' : `${kind}:${name.trim()}`, rightsOn[kind].filter((right) => may.includes(right)).join(',')]));
  const changed = [
    ...Object.keys(current).filter((on) => !wanted.has(on)).map((on): [string, null] => [on, null]),
    ...[...wanted].filter(([on, may]) => current[on] !== may),
  ];
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** `read, write on space accounts`. */
export function privilegeText(on: string, may: string): string {
  const [kind, name] = on.split(/:(.*)/);
  return `${may.split(',').join(', ')} on ${name === undefined ? 'the universe' : name === '*' ? `all ${kind}s` : `${kind} ${name}`}`;
}

export const databaseUserActions = ({ user }: Pick<DatabaseUserRow, 'user'>): Action[] => [
  { operation: 'databaseUser.set', label: 'Edit', input: { user } },
  { operation: 'databaseUser.remove', label: 'Remove', input: { user }, danger: true },
];

export const databaseRoleActions = ({ role }: Pick<DatabaseRoleRow, 'role'>): Action[] => [
  { operation: 'databaseRole.set', label: 'Edit', input: { role } },
  { operation: 'databaseRole.remove', label: 'Remove', input: { role }, danger: true },
];
