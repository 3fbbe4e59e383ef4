import type { RolesStatus } from '~/contract/shapes/roles-status.ts';

/** What an instance that is ready has not brought into force of its roles, in a sentence; null: nothing. */
export function failedRoles(roles: Pick<RolesStatus, 'failed'> | null | undefined): string | null {
  const [first, ...more] = roles?.failed ?? [];
  if (!first) return null;
  const what = first.phase === 'users' ? `user or role ${first.role} of the database is not as it should be` : `role ${first.role} failed in ${first.phase}`;
  return `Applied, but ${what}: ${first.message}${more.length === 0 ? '' : ` And ${more.length} more.`}`;
}
