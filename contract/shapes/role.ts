import * as z from 'zod';
import { RoleName, SectionName } from './basics.ts';
import { SchemaName, SpaceDefinition } from './space-definition.ts';

/** A custom role: what `roles/NAME/role.yml` says. docs/roles.md. */

/** As clients call it: parts with dots between them. */
export const FunctionName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,7}$/, 'letters, digits and underscores, with dots between the parts').max(127);

/** A user or role of the database. */
export const DatabaseName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, 'letters, digits, dashes and underscores, at most 64');

export const FunctionDefinition = z.strictObject({
  /** Users and roles of the database that may call it. */
  access: z.array(DatabaseName).max(100).default([]),
  /** `write`: on the master only. `read`: anywhere, and what it would write is refused. */
  mode: z.enum(['write', 'read']).default('write'),
  /** A write answers when enough copies have it, as failover asks for. */
  quorum: z.boolean().default(false),
  /** Seconds; a call that takes longer is broken off at its next yield. Absent: it may take as long as it does. */
  timeout: z.number().positive().max(3600).optional(),
  /** Lua; absent: it is in `functions/NAME.lua`. */
  body: z.string().max(1024 * 1024).optional(),
  summary: z.string().max(500).optional(),
});
export type FunctionDefinition = z.output<typeof FunctionDefinition>;

export const RoleDefinition = z.strictObject({
  summary: z.string().max(500).default(''),
  dependencies: z.array(RoleName).max(64).default([]),
  hidden: z.boolean().default(false),
  permanent: z.boolean().default(false),
  sections: z.array(SectionName).max(100).default([]),
  spaces: z.record(SchemaName, SpaceDefinition).default({}),
  functions: z.record(FunctionName, FunctionDefinition).default({}),
});
export type RoleDefinition = z.output<typeof RoleDefinition>;

export const faultSeverities = ['error', 'warning'] as const;

/** What is wrong in a file of the code, or suspicious. An error keeps it from being applied. */
export const CodeFault = z.object({
  severity: z.enum(faultSeverities),
  /** For machines: `luaSyntax`, `undefinedGlobal`, `yaml`, `shape`, `dependency`, `schema`, `validateConfig` … */
  code: z.string(),
  /** Section name: `roles/bank/role.yml`. */
  file: z.string(),
  /** From 1; null where the file as a whole is meant. */
  line: z.number().int().positive().nullable(),
  column: z.number().int().positive().nullable(),
  sentence: z.string(),
  /** Who found it: null = reading the files; else the alias of an instance. */
  instance: z.string().nullable(),
});
export type CodeFault = z.output<typeof CodeFault>;
