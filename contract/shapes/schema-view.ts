import * as z from 'zod';
import { SpaceDefinition } from './space-definition.ts';

/** `applied`: as wanted. `pending`: steps are left to do. `building`: one of them is under way. `refused`: what is there does not fit. `unknown`: its master did not say. */
export const spaceStates = ['applied', 'pending', 'building', 'refused', 'unknown'] as const;

/** One space that a role wants, on one replicaset that has the role. */
export const SpaceRow = z.object({
  space: z.string(),
  role: z.string(),
  /** Alias; null where no replicaset has the role. */
  replicaset: z.string().nullable(),
  /** Alias of the instance that was asked. */
  instance: z.string().nullable(),
  state: z.enum(spaceStates),
  /** What is left to do, or why it cannot be done, or why nobody knows. */
  sentence: z.string(),
  engine: z.string(),
  /** As the engine counts without a scan; null while unknown. */
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  definition: SpaceDefinition,
});
export type SpaceRow = z.output<typeof SpaceRow>;
