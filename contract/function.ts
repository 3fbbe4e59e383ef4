import * as z from 'zod';
import { ReplicasetRef, RoleName } from './shapes/basics.ts';
import { FunctionDetail, FunctionRow, FunctionStats, FunctionVersion } from './shapes/function-view.ts';
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
  stats: query({
    summary: 'How often a function was called, how the calls ended, and how long they took',
    details: 'Summed over all instances that run it, with each instance beside. Counted by each database process since it began: a restart begins anew. Latencies are read from a histogram, so they are right to its steps; 10 s stands for that and more.',
    role: 'viewer',
    subject,
    input: z.object({ function: FunctionName.describe('Name of the function') }),
    output: FunctionStats,
  }),
  history: query({
    summary: 'The versions that changed a function, with what they changed',
    details: 'Newest first: body and settings as a unified diff to the version before.',
    role: 'viewer',
    subject,
    input: z.object({
      function: FunctionName.describe('Name of the function'),
      limit: z.coerce.number().int().min(1).max(100).default(20).describe('At most this many changes'),
      before: z.coerce.number().int().positive().optional().describe('Only versions older than this: `older` of the answer before'),
    }),
    output: z.object({
      versions: z.array(FunctionVersion),
      /** Versions older than this one were not looked at; null: all were. */
      older: z.number().int().positive().nullable(),
    }),
  }),
  call: mutation({
    summary: 'Call a function on a replicaset, or where the bucket of a key is',
    details: 'On the master; one of mode `read` too. By a key, only while its bucket is there. The call has the rights of the administrator.',
    role: 'operator',
    subject,
    trailing: 'replicaset',
    input: {
      function: FunctionName.describe('Name of the function'),
      replicaset: ReplicasetRef.optional().describe('Replicaset on whose master it runs'),
      key: z.string().min(1).max(100_000).optional().describe('Sharding key as JSON: 1, "a" or [1, "a"]; it runs on the master that has its bucket'),
      group: z.string().max(64).default('default').describe('Group of storages that the key is of'),
      arguments: z.array(z.unknown()).max(100).default([]).describe('Arguments'),
      timeoutMs: z.number().int().min(10).max(60_000).default(5000).describe('Give up after this many milliseconds'),
    },
    data: EvalResult,
  }),
};
