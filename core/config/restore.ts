import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { databaseField, withPasswordsOf } from '~/core/topology/database-settings.ts';
import { instanceExpelled } from '~/core/topology/edit.ts';

/**
 * An old configuration as the next version. Expelling is for good: who was expelled since stays out (and a replicaset
 * that this empties is gone), and who joined since is expelled rather than forgotten, or it could come back with data
 * that nobody remembers. A user of the database that is there now keeps its password: one that was changed may be known
 * to somebody who should not have it.
 */
export function restoredConfig({ old, current }: { readonly old: ClusterConfig; readonly current: ClusterConfig }): ClusterConfig {
  const left = Object.keys(old.instances).filter((uuid) => current.expelled[uuid]).toSorted().reduce(instanceExpelled, old);
  const { database: _, ...rest } = left;
  const joinedSince = Object.entries(current.instances).filter(([uuid]) => !old.instances[uuid]);
  return {
    ...rest,
    ...databaseField(withPasswordsOf(old.database, current.database)),
    name: current.name,
    replicasets: Object.fromEntries(Object.entries(left.replicasets).filter(([, { priority }]) => priority.length > 0)),
    expelled: {
      ...left.expelled,
      ...current.expelled,
      ...Object.fromEntries(joinedSince.map(([uuid, { alias, uri, replicaset }]) => [uuid, { alias, uri, replicaset }])),
    },
  };
}
