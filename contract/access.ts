import * as z from 'zod';
import { page, TimeMs } from './shapes/basics.ts';
import { mutation, query, roles } from './operation.ts';

const UserName = z.string().regex(/^[a-z0-9][a-z0-9._@-]{0,62}$/, 'small letters, digits, dot, dash, underscore and @');
const Password = z.string().min(10, 'at least 10 characters').max(200);
const RoleField = z.enum(roles).describe('viewer, operator or admin');

export const User = z.object({ name: z.string(), role: z.enum(roles), createdAt: TimeMs, lastLoginAt: TimeMs.nullable(), lockedUntil: TimeMs.nullable(), disabled: z.boolean() });
export const Token = z.object({ id: z.string(), name: z.string(), role: z.enum(roles), user: z.string(), createdAt: TimeMs, expiresAt: TimeMs.nullable(), lastUsedAt: TimeMs.nullable() });
export const SessionView = z.object({ id: z.string(), user: z.string(), createdAt: TimeMs, lastSeenAt: TimeMs, expiresAt: TimeMs, address: z.string().nullable(), agent: z.string().nullable(), current: z.boolean() });
export const Me = z.object({ user: z.string(), role: z.enum(roles), via: z.enum(['session', 'token']) });

export const user = {
  list: query({ summary: 'List users', role: 'admin', input: z.object({}), output: z.array(User), columns: ['name', 'role', 'createdAt', 'lastLoginAt', 'disabled'] }),
  create: mutation({
    summary: 'Create a user',
    role: 'admin',
    subject: ['name'],
    secrets: ['password'],
    input: { name: UserName.describe('Login name'), role: RoleField, password: Password.describe('First password') },
    data: User,
  }),
  edit: mutation({
    summary: 'Change a user: role, password, disabled',
    role: 'admin',
    subject: ['name'],
    secrets: ['password'],
    input: { name: UserName.describe('Login name'), role: RoleField.optional(), password: Password.optional().describe('New password'), disabled: z.boolean().optional().describe('May not sign in') },
    data: User,
  }),
  unlock: mutation({
    summary: 'Let a user sign in again who is locked out after failed logins',
    details: 'Forgets the failed logins of this name. The address that they came from stays locked, if it is.',
    role: 'admin',
    subject: ['name'],
    input: { name: UserName.describe('Login name') },
    data: User,
  }),
  delete: mutation({
    summary: 'Delete a user with its sessions and tokens',
    role: 'admin',
    subject: ['name'],
    input: { name: UserName.describe('Login name') },
    data: z.object({ name: z.string() }),
    danger: (input) => `${input.name} can no longer sign in; its tokens stop working.`,
  }),
};

export const token = {
  list: query({ summary: 'List API tokens', details: 'Your own; an admin sees those of all.', role: 'viewer', input: z.object({}), output: z.array(Token), columns: ['id', 'name', 'role', 'user', 'createdAt', 'expiresAt', 'lastUsedAt'] }),
  create: mutation({
    summary: 'Create an API token; it is shown once',
    role: 'operator',
    subject: ['name'],
    input: {
      name: z.string().min(1).max(100).describe('What it is for'),
      role: RoleField.default('viewer'),
      days: z.number().int().min(1).max(3650).default(90).describe('Days until it expires'),
    },
    data: Token.extend({ secret: z.string().describe('The token; keep it, it is not shown again') }),
  }),
  revoke: mutation({ summary: 'Revoke an API token', details: 'One of your own; an admin may revoke any.', role: 'viewer', subject: ['id'], input: { id: z.string().describe('Token id') }, data: z.object({ id: z.string() }), danger: (input) => `Whatever uses token ${input.id} is refused from now on.` }),
};

export const session = {
  me: query({ summary: 'Who am I?', role: 'viewer', input: z.object({}), output: Me }),
  login: mutation({
    summary: 'Sign in with name and password',
    details: 'Sets a session cookie in a browser. With `token`, an API token comes back instead, for the CLI.',
    role: 'viewer',
    open: true,
    secrets: ['password'],
    subject: ['name'],
    input: { name: z.string().max(63).describe('Login name'), password: z.string().max(200).describe('Password'), token: z.boolean().default(false).describe('Answer with an API token rather than a cookie') },
    data: Me.extend({ token: z.string().nullable() }),
  }),
  claim: mutation({
    summary: 'Use a one-time link: makes the first admin, or lets a lost one back in',
    details: 'The server prints one at its first start. `coterie server claim-link` on its machine makes one for an admin who has lost the password.',
    role: 'viewer',
    open: true,
    secrets: ['code', 'password'],
    input: { code: z.string().max(200).describe('Code of the one-time link'), name: UserName.default('admin').describe('Login name'), password: Password.describe('Password'), token: z.boolean().default(false).describe('Answer with an API token rather than a cookie') },
    data: Me.extend({ token: z.string().nullable() }),
  }),
  changePassword: mutation({
    summary: 'Change your own password',
    details: 'Needs the current one. Everybody else who signed in as you is out: other sessions, and tokens that a CLI login made. API tokens made by hand go on.',
    role: 'viewer',
    secrets: ['password', 'newPassword'],
    input: { password: z.string().max(200).describe('Current password'), newPassword: Password.describe('New password') },
    data: z.object({ user: z.string(), sessionsEnded: z.number().int(), tokensEnded: z.number().int() }),
  }),
  logout: mutation({ summary: 'Sign out', role: 'viewer', input: {}, data: z.object({ user: z.string() }) }),
  list: query({ summary: 'List sessions', details: 'Your own; an admin sees those of all.', role: 'viewer', input: z.object({}), output: z.array(SessionView), columns: ['id', 'user', 'createdAt', 'lastSeenAt', 'address'] }),
  revoke: mutation({ summary: 'End a session', details: 'One of your own; an admin may end any.', role: 'viewer', subject: ['id'], input: { id: z.string().describe('Session id') }, data: z.object({ id: z.string() }) }),
};

/** `unknown`: the server ended in the middle of it. */
export const auditOutcomes = ['ok', 'refused', 'failed', 'unknown'] as const;

export const AuditEntry = z.object({
  id: z.number().int(),
  at: TimeMs,
  actor: z.string(),
  surface: z.string(),
  operation: z.string(),
  target: z.string().nullable(),
  reason: z.string().nullable(),
  outcome: z.enum(auditOutcomes),
  error: z.string().nullable(),
  input: z.unknown(),
  before: z.unknown().nullable(),
  after: z.unknown().nullable(),
  address: z.string().nullable(),
});

export const audit = {
  list: query({
    summary: 'Who did what, when, from where, why',
    role: 'admin',
    input: z.object({
      actor: z.string().optional().describe('Only by this user'),
      operation: z.string().optional().describe('Only this operation, e.g. instance.expel'),
      outcome: z.enum(auditOutcomes).optional().describe('Only what ended this way'),
      since: TimeMs.optional().describe('Not before this time (ms since the epoch)'),
      before: z.coerce.number().int().optional().describe('Only entries with a lower id: for paging back'),
      limit: page.limit,
    }),
    output: z.array(AuditEntry),
    columns: ['at', 'actor', 'surface', 'operation', 'target', 'outcome', 'reason'],
  }),
};
