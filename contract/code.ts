import * as z from 'zod';
import { SectionName } from './shapes/basics.ts';
import { CodeCheck, CodeDiff, CodeFile, CodeTree } from './shapes/code.ts';
import { mutation, query } from './operation.ts';

/** The files of the roles: sections of the configuration whose names begin with `roles/`. docs/roles.md. */

const Version = z.coerce.number().int().positive();
const CodeFileName = SectionName.startsWith('roles/', 'a file of a role: roles/NAME/...');
const change = {
  files: z.record(CodeFileName, z.string().nullable()).describe('File -> text; null deletes it'),
  replaceAll: z.boolean().default(false).describe('Delete the files of roles that are not named'),
};

export const code = {
  tree: query({
    summary: 'List the files of the roles',
    role: 'viewer',
    input: z.object({ version: Version.optional().describe('The current one when absent') }),
    output: CodeTree,
  }),
  get: query({
    summary: 'Show one file of a role',
    role: 'viewer',
    input: z.object({ file: CodeFileName.describe('roles/bank/init.lua'), version: Version.optional().describe('The current one when absent') }),
    output: CodeFile,
  }),
  diff: query({
    summary: 'How files differ from those of a version',
    details: 'CLI: `code diff DIR` compares a folder with all files of the roles. CLI exit code 1 when they differ.',
    role: 'viewer',
    input: z.object({ ...change, version: Version.optional().describe('Compare with this version rather than the current one') }),
    output: z.array(CodeDiff),
    columns: ['kind', 'file', 'addedLines', 'removedLines'],
  }),
  validate: query({
    summary: 'Check files without applying them',
    details: 'Reads them, then asks every instance that can be reached to compile them, to compare its spaces, and to run `validate_config` of each role. Nothing is changed. CLI: `code validate DIR` checks a folder in place of all files of the roles. CLI exit code 1 where there is an error.',
    role: 'operator',
    input: z.object({ ...change, instances: z.boolean().default(true).describe('Ask the instances too') }),
    output: CodeCheck,
  }),
  push: mutation({
    summary: 'Replace files of the roles, on the whole cluster in one step',
    details: 'CLI: `code push DIR` puts a folder in place of all files of the roles; with --watch it goes on with each change.',
    role: 'operator',
    input: change,
    data: z.object({ version: z.number().int(), changed: z.boolean(), /** Warnings; an error is refused. */ faults: CodeCheck.shape.faults }),
  }),
};
