import * as z from 'zod';
import { DatabaseRoleRow, DatabaseUserRow, PrivilegeOn } from './shapes/database-user.ts';
import { DatabaseName } from './shapes/role.ts';
import { mutation, query } from './operation.ts';

/** Users and roles of the database: who may connect to Tarantool and to routers, and what they may do there. */

const NewPassword = z.string().min(8, 'at least 8 characters').max(200);
const done = z.object({ version: z.number().int(), changed: z.boolean(), sentence: z.string() });
const wanted = {
  roles: z.array(DatabaseName).max(100).optional().describe('Roles of the database, all of them'),
  privileges: z.record(PrivilegeOn, z.string().max(100).nullable()).optional().describe('What it may do where: space:accounts=read,write; function:bank.transfer=execute; universe=execute; nothing behind the sign takes it back'),
  takeOver: z.boolean().optional().describe('Where one of this name was made by hand, make it this one'),
};
const stays = 'What is left out stays as it is. It is applied on every replicaset that has a database, and again on whoever becomes master. What was granted by hand stays.';

export const databaseUser = {
  list: query({
    summary: 'List users of the database, with what they may do',
    details: 'Those of the configuration. Passwords and their hashes are shown to nobody.',
    role: 'viewer',
    input: z.object({ search: z.string().max(64).optional().describe('Name contains this') }),
    output: z.array(DatabaseUserRow),
    columns: ['user', 'password', 'roles', 'privileges', 'functions', 'problems'],
  }),
  get: query({
    summary: 'Show one user of the database',
    role: 'viewer',
    subject: ['user'],
    input: z.object({ user: DatabaseName.describe('User of the database') }),
    output: DatabaseUserRow,
  }),
  set: mutation({
    summary: 'Make or change a user of the database: password, roles, privileges',
    details: `${stays} Routers take a new user or password within seconds. A new password ends no session that is open: only logins ask for it. A user without a password cannot log in.`,
    role: 'operator',
    subject: ['user'],
    secrets: ['password'],
    input: { user: DatabaseName.describe('User of the database'), password: NewPassword.optional().describe('New password'), ...wanted },
    data: done,
  }),
  remove: mutation({
    summary: 'Remove a user of the database',
    details: 'With all that it was granted. A user that owns spaces, functions or sequences stays, without a password, and an issue says so: nothing is deleted with it.',
    role: 'operator',
    subject: ['user'],
    input: { user: DatabaseName.describe('User of the database') },
    data: done,
    danger: ({ user }) => `Nobody can log in as ${user} any more, at instances or at routers; sessions that are open may do nothing. The preview names the functions whose \`access\` names it.`,
  }),
};

export const databaseRole = {
  list: query({
    summary: 'List roles of the database, with what they may do and who has them',
    details: 'Those of the configuration. They are sets of privileges, and have nothing to do with the roles of a replicaset.',
    role: 'viewer',
    input: z.object({ search: z.string().max(64).optional().describe('Name contains this') }),
    output: z.array(DatabaseRoleRow),
    columns: ['role', 'members', 'roles', 'privileges', 'functions', 'problems'],
  }),
  set: mutation({
    summary: 'Make or change a role of the database: roles, privileges',
    details: stays,
    role: 'operator',
    subject: ['role'],
    input: { role: DatabaseName.describe('Role of the database'), ...wanted },
    data: done,
  }),
  remove: mutation({
    summary: 'Remove a role of the database',
    details: 'Refused while users or roles of the configuration have it.',
    role: 'operator',
    subject: ['role'],
    input: { role: DatabaseName.describe('Role of the database') },
    data: done,
    danger: ({ role }) => `Whoever was given ${role} by hand loses what it grants.`,
  }),
};
