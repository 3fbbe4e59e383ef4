import * as z from 'zod';
import { page } from './shapes/basics.ts';
import { ApplyRun, applyRunStates } from './shapes/plan.ts';
import { query } from './operation.ts';

export const applyRun = {
  list: query({
    summary: 'Runs that applied a configuration, newest first',
    role: 'viewer',
    input: z.object({ state: z.enum(applyRunStates).optional().describe('Only in this state'), ...page }),
    output: z.array(ApplyRun),
    columns: ['id', 'version', 'state', 'startedAt', 'author', 'error'],
  }),
  get: query({
    summary: 'Show one run with the result of each instance',
    role: 'viewer',
    subject: ['id'],
    input: z.object({ id: z.string().describe('Run') }),
    output: ApplyRun,
  }),
};
