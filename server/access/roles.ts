import { roles, type Role } from '~/contract/operation.ts';

/** Roles are ordered: each may do all that the ones before it may. */
export const allows = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

/** A token never gives more than its user has by now. */
export const lesser = (a: Role, b: Role): Role => (allows(a, b) ? b : a);
