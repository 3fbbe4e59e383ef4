import { CoterieError } from '~/contract/errors.ts';
import type { Supervisor } from './supervisor.ts';

/** For what only a database process can answer. Throws UNAVAILABLE. */
export function needRunning({ state }: Pick<Supervisor, 'state'>, name: string): void {
  if (state !== 'up') throw new CoterieError('UNAVAILABLE', `${name} has no database that runs.`);
}
