import * as z from 'zod';
import { engines, fieldTypes, indexTypes } from '~/contract/shapes/space-definition.ts';
import type { SpaceThere } from '~/core/schema/existing.ts';

/** Spaces as an instance has them: the types are those of `core/schema`. One of a type that is not known here is no answer. */

const Part = z.object({ field: z.number().int(), type: z.enum(fieldTypes), is_nullable: z.boolean(), path: z.string().optional(), collation: z.string().optional() });
const Index = z.object({ name: z.string(), type: z.enum(indexTypes), unique: z.boolean(), parts: z.array(Part), dimension: z.number().optional(), distance: z.enum(['euclid', 'manhattan']).optional(), func: z.string().optional(), body: z.string().optional() });

export const SpacesThere = z.object({
  spaces: z.array(
    z.object({
      name: z.string(), role: z.string().nullable(), engine: z.enum(engines), is_local: z.boolean(), temporary: z.boolean(), is_sync: z.boolean(), rows: z.number().nullable(), bytes: z.number().nullable(),
      format: z.array(z.object({ name: z.string(), type: z.enum(fieldTypes), is_nullable: z.boolean() })), indexes: z.array(Index), made: z.array(z.string()), sharding_key: z.array(z.string()).nullable(),
    }),
  ) satisfies z.ZodType<SpaceThere[]>,
});
