import type { Named } from '~/contract/shapes/failover-status.ts';
import { clock } from '~/core/view/words.ts';
import type { Context } from './context.ts';
import { asked } from './migration-ask.ts';
import { findReplicaset, masterOf } from './names.ts';

/**
 * The step of a migration that runs on the master of a replicaset, in words: an orderly change of master waits for it or is
 * refused, since what is broken off in the middle has to be mended by a person. Null: none.
 */
export async function stepInTheWay(context: Context, { uuid, alias }: Named): Promise<string | null> {
  const replicaset = findReplicaset(context, uuid);
  const master = masterOf(context, replicaset);
  const reported = master === null ? null : (context.services.runtime.state.reports().get(master.uuid)?.status.roles?.migrations?.running ?? null);
  if (master === null || reported === null) return null;
  // A report is of up to a second ago, and people try again at once when it has ended.
  const { told } = await asked(context, replicaset);
  if (told !== null && told.run?.done !== false) return null;
  const { role, name } = told?.run ?? reported;
  const what = name === null ? 'A migration' : `Step ${name} of role ${role}`;
  return `${what} runs on ${master.alias}, the master of ${alias}, since ${clock(told?.run?.at ?? reported.since, context.services.now())}, and would be broken off in the middle.`;
}

export const migrationWayOut = (alias: string): string => `Wait for it (\`coterie migration list --replicaset ${alias}\`), or break it off first: \`coterie migration abort ${alias}\`.`;
