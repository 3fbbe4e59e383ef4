import * as z from 'zod';
import { Change } from './shapes/config.ts';
import { Edit } from './shapes/edit.ts';
import { Plan } from './shapes/plan.ts';
import { mutation, query } from './operation.ts';

const target = {
  document: z.string().max(8 * 1024 * 1024).optional().describe('The whole cluster as YAML (cluster.yml)'),
  edits: z.array(Edit).max(1000).optional().describe('Or a list of changes, made as one'),
};

export const topology = {
  plan: query({
    summary: 'Show what a cluster file or a list of changes would do',
    role: 'viewer',
    input: z.object(target),
    output: Plan,
  }),
  apply: mutation({
    summary: 'Make the cluster as a file or a list of changes says, in one atomic step',
    details: 'Instances that a file no longer names are refused, unless `prune` is set: then they are expelled.',
    role: 'operator',
    input: { ...target, prune: z.boolean().default(false).describe('Expel instances that the file does not name') },
    data: z.object({ version: z.number().int(), changed: z.boolean() }),
  }),
  export: query({
    summary: 'The cluster as YAML, as `apply` takes it',
    role: 'viewer',
    input: z.object({ version: z.coerce.number().int().positive().optional().describe('This version rather than the current one') }),
    output: z.object({ version: z.number().int().nonnegative(), document: z.string() }),
  }),
  diff: query({
    summary: 'How a cluster file differs from the cluster',
    details: 'CLI exit code 1 when they differ.',
    role: 'viewer',
    input: z.object({ document: z.string().max(8 * 1024 * 1024).describe('The whole cluster as YAML') }),
    output: z.array(Change),
    columns: ['kind', 'path', 'sentence'],
  }),
};
