import { CoterieError } from '~/contract/errors.ts';
import type { Context } from './context.ts';

/**
 * A sign-in with a wrong name or password is an event: rules count them. A name that nobody has is not told,
 * since people type their password there too.
 */
export async function tellingFailure<T>({ services, address, surface }: Context, name: string, signIn: () => Promise<T>): Promise<T> {
  try {
    return await signIn();
  } catch (error) {
    if (!(error instanceof CoterieError) || error.code !== 'UNAUTHENTICATED') throw error;
    const known = (await services.store.users.get(name)) !== null;
    services.runtime.journal.own([
      {
        kind: 'access', severity: 'warning', at: services.now(), actor: null,
        object: known ? { kind: 'user', id: name, name } : { kind: 'cluster', id: services.runtime.name, name: services.runtime.name },
        sentence: `Failed sign-in as ${known ? name : 'a user that nobody is'}${address === null ? '' : ` from ${address}`} (${surface}).`,
        data: { address, surface },
      },
    ]);
    throw error;
  }
}
