import * as z from 'zod';
import { TimeMs } from './basics.ts';
import { FunctionDefinition } from './role.ts';
import { FunctionFigures } from './roles-status.ts';

/** A stored function as people see it. */

export const FunctionRow = FunctionDefinition.omit({ body: true }).extend({
  name: z.string(),
  role: z.string(),
  /** Where its body is: `roles/bank/role.yml`, or a file of its own. */
  file: z.string(),
  /** From 1: of the first line of the body in that file. */
  line: z.number().int().positive(),
  /** Aliases of replicasets that have it. */
  replicasets: z.array(z.string()),
});
export type FunctionRow = z.output<typeof FunctionRow>;

export const FunctionDetail = FunctionRow.extend({ body: z.string() });
export type FunctionDetail = z.output<typeof FunctionDetail>;

const Latency = z.number().nonnegative().nullable().describe('Milliseconds; null while there was no call');
const figures = { ...FunctionFigures.pick({ calls: true, errors: true, refused: true, running: true, lastError: true, lastErrorAt: true }).shape, meanMs: Latency, p50Ms: Latency, p95Ms: Latency, p99Ms: Latency };

export const FunctionStats = z.object({
  name: z.string(),
  role: z.string(),
  /** Of all instances together. */
  ...figures,
  instances: z.array(z.object({ instance: z.string(), ...figures })),
  /** Instances of its replicasets that did not answer. */
  unasked: z.array(z.object({ instance: z.string(), why: z.string() })),
});
export type FunctionStats = z.output<typeof FunctionStats>;

export const FunctionVersion = z.object({
  version: z.number().int().positive(),
  at: TimeMs,
  author: z.string(),
  reason: z.string().nullable(),
  kind: z.enum(['added', 'removed', 'changed']),
  addedLines: z.number().int().nonnegative(),
  removedLines: z.number().int().nonnegative(),
  /** Of its settings and its body, unified; null where too much differs to be shown by line. */
  patch: z.string().nullable(),
});
export type FunctionVersion = z.output<typeof FunctionVersion>;
