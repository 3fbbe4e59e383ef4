import { createHash } from 'node:crypto';
import * as z from 'zod';
import { CoterieError } from '~/contract/errors.ts';

/**
 * Where a page ended, for the next one: a place in the order and the storage that was at it. Of storages with the same
 * place the uuids say who comes first, so that a page may end between them.
 */

const Place = z.object({
  /** Base64 of the key: index, then primary key; null in an index without an order. */
  place: z.string().nullable(),
  storage: z.string(),
  /** In an index without an order: behind so many rows of that storage. */
  offset: z.number().int().nonnegative(),
});
export type Place = z.output<typeof Place>;

const Kept = Place.extend({ question: z.string() });

/** What a cursor belongs to: another question, another order. */
export const questionOf = (...parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);

export const cursorOf = (place: Place, question: string): string => Buffer.from(JSON.stringify({ ...place, question })).toString('base64url');

export function placeOf(cursor: string, question: string): Place {
  let kept: z.output<typeof Kept> | undefined;
  try {
    kept = Kept.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString())).data;
  } catch {
    kept = undefined;
  }
  if (kept === undefined) throw new CoterieError('BAD_INPUT', 'That is no cursor: take it from the page before.');
  if (kept.question !== question) throw new CoterieError('BAD_INPUT', 'That cursor belongs to another question: space, index, condition and direction have to be the same.');
  return kept;
}
