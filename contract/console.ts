import * as z from 'zod';
import { consoleStates } from './shapes/data.ts';
import { EvalResult } from './shapes/status.ts';
import { mutation } from './operation.ts';

/** Lua and SQL on one instance, on masters, or on all at once. */

export const consoleTargetsMax = 100;

export const ConsoleAnswer = EvalResult.extend({
  /** Of a replicaset whose master was to be asked, and which has none, its alias. */
  instance: z.string(),
  replicaset: z.string().nullable(),
  leadership: z.enum(['master', 'replica', 'none']),
  /** `late`: it was cancelled, or did not answer in time; what it had written by then is written. */
  state: z.enum(consoleStates),
});
export type ConsoleAnswer = z.output<typeof ConsoleAnswer>;

export const console = {
  eval: mutation({
    summary: 'Run Lua or SQL on one instance, on masters, or on all instances at once',
    details:
      'Read-only unless `write` is given. Read-only Lua runs in a room where nothing that writes exists: box.space with the methods that read, box.info, box.cfg, box.stat, json, string, table, math; no require, no functions of users, no files. Read-only SQL is SELECT, VALUES, WITH, EXPLAIN and PRAGMA without functions of users. `write` has all rights in the database and on its host, and takes an admin. Each target has its own deadline and answers for itself; with `masters` a replicaset that has none is named, and not passed over.',
    role: 'operator',
    subject: ['on'],
    input: {
      on: z.string().min(1).max(6500).describe('Where: `all`, `masters`, or instances and replicasets (their masters) by alias or uuid, with commas between'),
      code: z.string().min(1).max(262_144).describe('What to run'),
      language: z.enum(['lua', 'sql']).default('lua').describe('Language'),
      write: z.boolean().default(false).describe('With all rights, for admins'),
      timeoutMs: z.number().int().min(10).max(60_000).default(5000).describe('Give up after this many milliseconds'),
      rowsMax: z.number().int().min(1).max(10_000).default(1000).describe('Cut each result after this many values'),
    },
    data: z.object({ answers: z.array(ConsoleAnswer), sentence: z.string() }),
    danger: (input) => (input.write ? `Runs ${input.language.toUpperCase()} with full rights on ${input.on}. Nothing is undone.` : null),
  }),
};
