import * as z from 'zod';
import { page, SectionName } from './shapes/basics.ts';
import { Change, ConfigMeta, ConfigVersion } from './shapes/config.ts';
import { Plan } from './shapes/plan.ts';
import { mutation, query } from './operation.ts';

const Version = z.coerce.number().int().positive();
const Applied = z.object({ version: z.number().int(), changed: z.boolean() });

export const config = {
  history: query({
    summary: 'Configuration versions, newest first',
    role: 'viewer',
    input: z.object({ ...page }),
    output: z.array(ConfigMeta),
    columns: ['version', 'at', 'author', 'surface', 'reason', 'base'],
  }),
  get: query({
    summary: 'Show one configuration version',
    role: 'viewer',
    input: z.object({ version: Version.optional().describe('The current one when absent') }),
    output: ConfigVersion,
  }),
  diff: query({
    summary: 'Differences between two versions',
    role: 'viewer',
    subject: ['from', 'to'],
    input: z.object({ from: Version.describe('Version'), to: Version.describe('Version') }),
    output: z.array(Change),
    columns: ['kind', 'path', 'sentence'],
  }),
  restore: mutation({
    summary: 'Make an old version the current one again, as a new version',
    details: 'The current one may be given too: every instance then gets it again, which mends one that has not taken it.',
    role: 'admin',
    subject: ['version'],
    input: { version: Version.describe('Version to restore') },
    data: Applied,
    danger: (input) => `Every instance gets what configuration version ${input.version} says.`,
  }),
  download: query({
    summary: 'Download the sections of a version as YAML',
    role: 'viewer',
    input: z.object({ version: Version.optional().describe('The current one when absent') }),
    output: z.object({ version: z.number().int().nonnegative(), sections: z.record(z.string(), z.string()) }),
  }),
  upload: mutation({
    summary: 'Replace sections of the configuration',
    role: 'operator',
    input: {
      sections: z.record(SectionName, z.string().nullable()).describe('Section name -> text; null deletes it'),
      replaceAll: z.boolean().default(false).describe('Delete sections that are not named'),
    },
    data: Applied,
  }),
  validate: query({
    summary: 'Check sections without applying them',
    role: 'viewer',
    input: z.object({ sections: z.record(SectionName, z.string().nullable()) }),
    output: Plan,
  }),
};
