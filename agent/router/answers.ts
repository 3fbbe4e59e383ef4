import { CoterieError } from '~/contract/errors.ts';
import type { DatabaseStatus } from '~/contract/shapes/status.ts';
import type { StorageNews } from '~/link/router-messages.ts';
import { sealUsers } from '~/link/sealed-users.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';

/** What this agent tells routers of its instance: who leads, how far it is behind, and who may log in. */
export type AnswerParts = {
  readonly uuid: string;
  readonly name: () => string;
  /** Its own replicaset; null: it has none. */
  readonly replicaset: () => string | null;
  readonly control: Pick<Supervisor, 'call'>;
  /** Null: the database does not run, or is not configured. */
  readonly database: () => Pick<DatabaseStatus, 'readOnly' | 'replication'> | null;
  /** By the record of appointments; null: it takes no part in them, or knows of none. */
  readonly leader: () => { readonly master: string; readonly epoch: number } | null;
  readonly key: Uint8Array;
};

const usersMs = 1500;
/** Tarantool says something each second; a link that has been silent for longer is behind by that. */
const quietSeconds = 3;
/** One that does not follow is behind by more than anybody allows. */
const brokenMs = 86_400_000;

export async function storageNews({ uuid, name, replicaset, control, database, leader, key }: AnswerParts, input: { replicaset: string; users: string | null }): Promise<StorageNews> {
  if (replicaset() !== input.replicaset) throw new CoterieError('CONFLICT', `${name()} is not of that replicaset.`);
  const sample = database();
  const { master, epoch } = leader() ?? { master: sample?.readOnly === false ? uuid : null, epoch: 0 };
  const lagMs = sample === null || master === null || master === uuid ? null : lagBehind(sample, master);
  if (sample === null) return { instance: uuid, master, epoch, lagMs, digest: null, users: null };
  // The shape is that of lua/users.lua.
  const told = (await control.call('users', { known: input.users }, usersMs)) as { digest: string; users: Record<string, string> | null };
  return { instance: uuid, master, epoch, lagMs, digest: told.digest, users: told.users && sealUsers(told.users, { key, replicaset: input.replicaset }) };
}

export function lagBehind({ replication }: Pick<DatabaseStatus, 'replication'>, master: string): number {
  const upstream = replication.find(({ uuid }) => uuid === master)?.upstream;
  if (!upstream || (upstream.status !== 'follow' && upstream.status !== 'sync')) return brokenMs;
  const { lagSeconds, idleSeconds } = upstream;
  return 1000 * Math.max(lagSeconds ?? 0, idleSeconds !== null && idleSeconds > quietSeconds ? idleSeconds : 0);
}
