import { CoterieError } from '~/contract/errors.ts';
import type { Actor } from './actor.ts';

/** The caller of an operation that is not open: the surfaces let nobody else through. */
export function signedIn({ actor }: { readonly actor: Actor | null }): Actor {
  if (actor === null) throw new CoterieError('UNAUTHENTICATED', 'Sign in first.');
  return actor;
}
