import { z } from 'zod';
import { FunctionDefinition } from './role.ts';

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
