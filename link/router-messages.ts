import * as z from 'zod';
import { Uuid } from '~/contract/shapes/basics.ts';

/** What agents of routers ask agents of storages, as it comes over the network. */

export const StorageNews = z.object({
  instance: Uuid,
  /** Who leads, as this one knows it; null: nobody, or it does not know. */
  master: Uuid.nullable(),
  epoch: z.number().int().nonnegative(),
  /** How far it is behind its master, in ms; null: it leads, or cannot say. */
  lagMs: z.number().nonnegative().nullable(),
  /** Changes with the users, their passwords too; null: its database does not answer. */
  digest: z.string().max(64).nullable(),
  /** Who may log in, sealed (`sealed-users.ts`); null: they are those that the caller was told before. */
  users: z.string().max(4 * 1024 * 1024).nullable(),
});
export type StorageNews = z.output<typeof StorageNews>;
