import * as z from 'zod';
import { Refusal } from './plan.ts';
import { CodeFault } from './role.ts';

/** Files of roles as they are listed, shown, compared and checked. */

const file = z.string().describe('Section name: roles/bank/init.lua');
/** UTF-8. */
const bytes = z.number().int().nonnegative();
const sha = z.string().describe('SHA-256 of the text, hex');

export const CodeTree = z.object({
  /** Of the configuration: what `expectedVersion` takes. 0: there is none yet. */
  version: z.number().int().nonnegative(),
  /** By name. */
  files: z.array(z.object({ file, bytes, sha })),
});
export type CodeTree = z.output<typeof CodeTree>;

export const CodeFile = z.object({ version: z.number().int().nonnegative(), file, bytes, sha, text: z.string() });
export type CodeFile = z.output<typeof CodeFile>;

export const CodeDiff = z.object({
  kind: z.enum(['added', 'removed', 'changed']),
  file,
  addedLines: z.number().int().nonnegative(),
  removedLines: z.number().int().nonnegative(),
  /** Unified, with three lines around each change; null where the texts are too long to be compared by line. */
  patch: z.string().nullable(),
});
export type CodeDiff = z.output<typeof CodeDiff>;

export const CodeCheck = z.object({
  /** Version of the configuration that the files were laid over. */
  version: z.number().int().nonnegative(),
  /** Errors first, then by file and line. What several instances say alike stands once, with the first of them. */
  faults: z.array(CodeFault),
  /** Why the change would be refused beyond its faults: a role that a replicaset has would be gone ... */
  refusals: z.array(Refusal),
  /** Aliases of those that were asked and answered. */
  asked: z.array(z.string()),
  /** Those that were not, or did not answer. */
  unasked: z.array(z.object({ instance: z.string(), why: z.string() })),
});
export type CodeCheck = z.output<typeof CodeCheck>;
