import * as z from 'zod';
import { ReplicasetRef, RoleName } from './shapes/basics.ts';
import { CodeCheck } from './shapes/code.ts';
import { SpaceRow } from './shapes/schema-view.ts';
import { mutation, query } from './operation.ts';

/** The spaces that roles want, and where they are. In YAML they have the form of the `ddl` module. */

const subject = ['role'] as const;
const target = {
  role: RoleName.describe('Custom role whose spaces they are'),
  document: z.string().max(4 * 1024 * 1024).describe('All spaces of the role as YAML, in the form of the ddl module'),
};

export const schema = {
  list: query({
    summary: 'List the spaces of the roles, with what is missing where',
    details: 'The master of each replicaset that has the role is asked what it has.',
    role: 'viewer',
    input: z.object({ role: RoleName.optional().describe('Only of this role'), replicaset: ReplicasetRef.optional().describe('Only where this replicaset has it') }),
    output: z.array(SpaceRow),
    columns: ['space', 'role', 'replicaset', 'state', 'engine', 'rows', 'sentence'],
  }),
  export: query({
    summary: 'The spaces of the roles as YAML, in the form of the ddl module',
    role: 'viewer',
    input: z.object({ role: RoleName.optional().describe('Only of this role') }),
    output: z.object({ version: z.number().int().nonnegative(), document: z.string() }),
  }),
  check: query({
    summary: 'Check spaces of a role without applying them',
    details: 'They are compared with what every instance has. Nothing is changed. Lines are those of the document that was given. CLI exit code 1 where there is an error.',
    role: 'operator',
    subject,
    input: z.object(target),
    output: CodeCheck,
  }),
  apply: mutation({
    summary: 'Replace the spaces of a role',
    details: 'Writes what differs into its role.yml: the rest of that file stays byte by byte, and comments and the order among its spaces stay too. A space that is left out stays in the database: nothing is deleted.',
    role: 'operator',
    subject,
    input: target,
    data: z.object({ version: z.number().int(), changed: z.boolean() }),
  }),
};
