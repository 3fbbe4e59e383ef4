import * as z from 'zod';
import { RoleName } from './shapes/basics.ts';
import { RoleDetail, RoleRow } from './shapes/role-view.ts';
import { query } from './operation.ts';

/** Roles that a replicaset may have: built-in ones, and bundles of spaces and functions. They are written by `code`. */
export const role = {
  list: query({
    summary: 'List roles, built-in and custom, with who has them',
    role: 'viewer',
    input: z.object({}),
    output: z.array(RoleRow),
    columns: ['name', 'custom', 'replicasets', 'dependencies', 'spaces', 'functions', 'summary'],
  }),
  get: query({
    summary: 'Show one role: its definition, its files, what is wrong with them',
    role: 'viewer',
    subject: ['role'],
    input: z.object({ role: RoleName.describe('Name of the role') }),
    output: RoleDetail,
  }),
};
