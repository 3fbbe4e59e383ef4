import { roles, type Role } from '~/contract/operation.ts';
import { entryOf } from '~/contract/index.ts';

/** Null when the role may run the operation, else the sentence for the tooltip. The server decides; this only says it early. */
export function refusalFor(operation: string, role: Role | null): string | null {
  const needed = entryOf(operation).operation.role;
  if (role === null) return 'Sign in first';
  return roles.indexOf(role) >= roles.indexOf(needed) ? null : `Needs role ${needed}; you are ${role}`;
}
