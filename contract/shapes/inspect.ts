import * as z from 'zod';

/** What a person looks up in one database and its status does not carry: settings, and spaces with their sizes. */

/** Whose a setting is: Tarantool's own default, set by Coterie, or by somebody else (a console, a role). */
export const settingOrigins = ['default', 'coterie', 'other', 'unknown'] as const;

export const BoxSetting = z.object({
  name: z.string(),
  /** As `box.cfg` has it; passwords in addresses read `***`. */
  value: z.unknown(),
  /** Null where Tarantool has none. */
  default: z.unknown(),
  origin: z.enum(settingOrigins),
});
export type BoxSetting = z.output<typeof BoxSetting>;

export const SpaceInfo = z.object({
  id: z.number().int().nonnegative(),
  name: z.string(),
  engine: z.string(),
  system: z.boolean(),
  temporary: z.boolean(),
  /** Its rows are never replicated. */
  localOnly: z.boolean(),
  /** As the engine counts without a scan: with vinyl, about. */
  rows: z.number().nullable(),
  /** Of its tuples. */
  bytes: z.number().nullable(),
  /** Of its indexes, in memory. */
  indexBytes: z.number(),
  /** Of its files; null for a space in memory. */
  diskBytes: z.number().nullable(),
  indexes: z.array(z.object({ id: z.number().int().nonnegative(), name: z.string(), type: z.string(), unique: z.boolean(), /** "1 unsigned", in order. */ parts: z.array(z.string()), bytes: z.number().nullable() })),
});
export type SpaceInfo = z.output<typeof SpaceInfo>;

export const spaceSorts = ['bytes', 'rows', 'name'] as const;

export const SpacesPage = z.object({
  spaces: z.array(SpaceInfo),
  /** As many fit the question. */
  of: z.number().int().nonnegative(),
  /** False: there are more spaces than it looks at, or time ran out. */
  complete: z.boolean(),
  /** Bytes of the vinyl engine as a whole; null where it does not tell. */
  vinyl: z
    .object({
      level0Bytes: z.number(), cacheBytes: z.number(), transactionBytes: z.number(), pageIndexBytes: z.number(), bloomBytes: z.number(),
      dataBytes: z.number(), indexBytes: z.number(), memoryBytesMax: z.number(), cacheBytesMax: z.number(),
    })
    .nullable(),
});
export type SpacesPage = z.output<typeof SpacesPage>;
