import { z } from 'zod';
import { ReplicasetRef, RoleName } from './shapes/basics.ts';
import { FunctionDetail, FunctionRow } from './shapes/function-view.ts';
import { FunctionName } from './shapes/role.ts';
import { EvalResult } from './shapes/status.ts';
import { mutation, query } from './operation.ts';

/** Stored functions of the roles. They are written by `code`. */

const subject = ['function'] as const;

export const functions = {
  list: query({
    summary: 'List the functions of the roles',
    role: 'viewer',
    input: z.object({ role: RoleName.optional().describe('Only of this role'), search: z.string().max(127).optional().describe('Name contains this') }),
    output: z.array(FunctionRow),
    columns: ['name', 'role', 'mode', 'access', 'timeout', 'summary'],
  }),
  get: query({
    summary: 'Show one function with its body',
    role: 'viewer',
    subject,
    input: z.object({ function: FunctionName.describe('Name of the function') }),
    output: FunctionDetail,
  }),
  call: mutation({
    summary: 'Call a function on a replicaset',
    details: 'On its master; one of mode `read` too. The call has the rights of the administrator.',
    role: 'operator',
    subject,
    input: {
      function: FunctionName.describe('Name of the function'),
      replicaset: ReplicasetRef.describe('Replicaset on whose master it runs'),
      arguments: z.array(z.unknown()).max(100).default([]).describe('Arguments'),
      timeoutMs: z.number().int().min(10).max(60_000).default(5000).describe('Give up after this many milliseconds'),
    },
    data: EvalResult,
  }),
};
