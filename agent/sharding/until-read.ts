import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError } from '~/contract/errors.ts';
import type { Group } from './group.ts';

const hearMs = 3000;
const againMs = 50;

/** A coordinator that has just begun does not know yet which groups have buckets: it must not say that there are none. */
export async function untilRead(group: Pick<Group, 'kept'>): Promise<void> {
  const until = performance.now() + hearMs;
  while (group.kept === undefined && performance.now() < until) await wait(againMs);
  if (group.kept === undefined) throw new CoterieError('REFUSED', 'The state provider has not been read yet: try again in a moment.');
  if (typeof group.kept === 'string') throw new CoterieError('REFUSED', group.kept);
}
