import * as z from 'zod';
import { ReplicasetRef, RoleName } from './shapes/basics.ts';
import { MigrationName, MigrationRow, MigrationRun } from './shapes/migration.ts';
import { mutation, query } from './operation.ts';

/** Migrations of the roles. Their files are written by `code`. */

const role = RoleName.describe('Role whose migrations they are');
const replicaset = ReplicasetRef.optional().describe('Only on this replicaset');
const to = z.number().int().min(0).max(999_999_999);

const asked = {
  role: role.optional().describe('Only of this role'),
  replicaset,
  to: to.optional().describe('Up to the step with this number; needs a role'),
  parallel: z.number().int().min(1).max(20).default(1).describe('Replicasets at a time'),
  timeoutSeconds: z.number().int().min(1).max(86_400).default(60).describe('Break a step off that takes longer, in seconds; a step may name its own'),
};

const once = 'On the master of each replicaset that has the role, one replicaset after the other. After the first error no other begins. It may take as long as its steps do: whoever does not wait for it finds it in `migration list`.';

export const migration = {
  list: query({
    summary: 'List the steps of migrations, and what became of them where',
    details: 'The master of each replicaset that has the role is asked.',
    role: 'viewer',
    input: z.object({ role: role.optional().describe('Only of this role'), replicaset }),
    output: z.array(MigrationRow),
    columns: ['role', 'step', 'replicaset', 'state', 'finishedAt', 'by', 'sentence'],
  }),
  run: mutation({
    summary: 'Run the steps of migrations that are pending',
    details: `${once} A step that failed or was interrupted and may have left something stops it: \`migration resume\`. The plan compiles and loads the files on each master, and calls nothing of them.`,
    role: 'operator',
    input: asked,
    data: MigrationRun,
    danger: () => 'Steps of migrations change rows. What a step has written stays when it fails, unless it is a transaction.',
  }),
  resume: mutation({
    summary: 'Run migrations again from the step that failed or was interrupted',
    details: `${once} A step that stopped in the middle is run again from its beginning: look at its rows first.`,
    role: 'operator',
    input: asked,
    data: MigrationRun,
    danger: () => 'A step that stopped in the middle is run again from its beginning, on rows that it may have changed already.',
  }),
  down: mutation({
    summary: 'Take steps of a migration back, last first',
    details: 'Runs the way back (NAME.down.lua) of each step that is done behind the one named in `to`. Each has to have one. Needs the name of the role in `confirm`.',
    role: 'admin',
    subject: ['role'],
    typedName: true,
    input: {
      role,
      replicaset,
      to: to.describe('The number of the last step that stays; 0: none'),
      parallel: asked.parallel,
      timeoutSeconds: asked.timeoutSeconds,
      confirm: z.string().max(63).optional().describe('The name of the role, typed once more'),
    },
    data: MigrationRun,
    danger: (input) => `Takes the steps of role ${input.role} behind number ${input.to} back${input.replicaset === undefined ? ' on every replicaset that has it' : ` on ${input.replicaset}`}. What was written since, in the form that they made, may be lost.`,
  }),
  mark: mutation({
    summary: 'Say by hand that a step is done, or was never run',
    details: 'Nothing is run: only what is remembered of the step on that replicaset changes. `done` also takes over a text that was changed since it ran.',
    role: 'admin',
    subject: ['role', 'step', 'replicaset'],
    typedName: true,
    input: {
      role,
      step: MigrationName.describe('Name of the step'),
      replicaset: ReplicasetRef,
      as: z.enum(['done', 'pending']).describe('What is remembered of it from now on'),
      confirm: z.string().max(63).optional().describe('The name of the role, typed once more'),
    },
    data: z.object({ sentence: z.string() }),
    danger: (input) => (input.as === 'done' ? `Step ${input.step} is not run on ${input.replicaset}: what it would do there has to be done already.` : `Step ${input.step} is run again on ${input.replicaset} by the next order, also where it has run.`),
  }),
  abort: mutation({
    summary: 'Break off the migrations that run on a replicaset',
    details: 'At the next yield of the step. What it had written stays, unless it is a transaction; it is `failed` then.',
    role: 'operator',
    subject: ['replicaset'],
    input: { replicaset: ReplicasetRef },
    data: z.object({ aborted: z.boolean(), sentence: z.string() }),
    danger: (input) => `The step that runs on ${input.replicaset} stops where it is: what it had written stays.`,
  }),
};
