import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { LifeCycle } from '~/contract/shapes/status.ts';
import { databaseNeeded } from '~/core/topology/master.ts';

/** The state that a simulated instance reports, from what its configuration says and what has happened to its "Tarantool". */

export type Database = {
  /** A person stopped it. */
  readonly stopped: boolean;
  /** Down by itself until then. */
  readonly crashedUntil: number;
  /** On its way up until then. */
  readonly busyUntil: number;
  readonly busyAs: LifeCycle;
};

export const freshDatabase: Database = { stopped: false, crashedUntil: 0, busyUntil: 0, busyAs: 'bootstrapping' };

export type Life = { readonly state: LifeCycle; readonly goal: LifeCycle; readonly reason: string | null; /** There is a process of Tarantool. */ readonly runs: boolean };

export function lifeOf({ uuid, config, database }: { uuid: string; config: ClusterConfig | null; database: Database }, now: number): Life {
  const own = config?.instances[uuid];
  const still = (state: LifeCycle): Life => ({ state, goal: state, reason: null, runs: false });
  if (!own) return still(config?.expelled[uuid] ? 'expelled' : 'unconfigured');
  if (own.disabled) return still('disabled');
  if (!databaseNeeded(config!, uuid)) return still('ready');
  if (database.stopped) return { state: 'stopped', goal: 'stopped', reason: 'stopped by a person', runs: false };
  if (now < database.crashedUntil) return { state: 'crashed', goal: 'ready', reason: 'Tarantool ended: signal SIGKILL', runs: false };
  if (now < database.busyUntil) return { state: database.busyAs, goal: 'ready', reason: null, runs: true };
  return { state: 'ready', goal: 'ready', reason: null, runs: true };
}

/** When the state changes without anybody doing anything; Infinity: never. */
export const changesAt = ({ crashedUntil, busyUntil }: Database, now: number): number => Math.min(...[crashedUntil, busyUntil].filter((at) => at > now), Infinity);
