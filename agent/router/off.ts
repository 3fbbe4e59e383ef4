import { CoterieError } from '~/contract/errors.ts';
import type { RouterHandlers } from './open.ts';

/** What an agent answers about routers that has none, and whose instance is no storage. */
export function withoutRouter(name: () => string): RouterHandlers {
  const refuse = async (): Promise<never> => {
    throw new CoterieError('CONFLICT', `${name()} has no router, and is no storage.`);
  };
  return { routed: refuse, routerRestart: refuse };
}
