import { CoterieError } from '~/contract/errors.ts';
import { orRefused } from './refused.ts';
import type { Supervisor } from './supervisor.ts';

/** For what only a database process can answer. Throws UNAVAILABLE. */
export function needRunning({ state }: Pick<Supervisor, 'state'>, name: string): void {
  if (state !== 'up') throw new CoterieError('UNAVAILABLE', `${name} has no database that runs.`);
}

export type Database = { readonly supervisor: Pick<Supervisor, 'state' | 'call'>; readonly name: () => string };

/** A call of the database of this instance. What it says no to is no defect: `refusalOf` makes the error of its words. */
export function databaseCall({ supervisor, name }: Database, refusalOf: (message: string) => CoterieError): (method: string, params: object, timeoutMs: number) => Promise<unknown> {
  return async (method, params, timeoutMs) => {
    needRunning(supervisor, name());
    return await orRefused(supervisor.call(method, params, timeoutMs), refusalOf);
  };
}
