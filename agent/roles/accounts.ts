import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { DatabaseRole } from '~/contract/shapes/database-user.ts';
import { databaseRolesOf, usersOf } from '~/core/topology/database-settings.ts';
import { databaseNeeded, keepsState, wantedMaster } from '~/core/topology/master.ts';
import { openPassword } from '~/link/sealed-password.ts';

/** Users and roles of the database, as lua/roles/accounts.lua reads them. */
type Account = { readonly name: string; readonly roles: readonly string[]; readonly privileges: readonly { readonly on: string; readonly may: readonly string[] }[]; readonly takeOver: boolean };
export type Accounts = {
  readonly roles: readonly Account[];
  readonly users: readonly (Account & { /** Absent: it keeps the one that it has. */ readonly hash?: string })[];
};

/** Whether this instance makes them where it can be written. Of those that may all be written at once one does: two would make the same row, and replication would stop. */
export function makesAccounts(config: ClusterConfig, uuid: string): boolean {
  const home = config.instances[uuid]?.replicaset;
  if (home === undefined || !databaseNeeded(config, uuid) || keepsState(config, home)) return false;
  return config.replicasets[home]?.allRw !== true || wantedMaster(config, home) === uuid;
}

/** `unread`: users whose password was sealed by another secret than this cluster's. */
export function accountsOf(config: ClusterConfig, key: Uint8Array): { readonly accounts: Accounts; readonly unread: readonly string[] } {
  const unread: string[] = [];
  const users = Object.entries(usersOf(config)).map(([name, user]) => {
    const hash = user.password === undefined ? undefined : openPassword(user.password, { key, user: name });
    if (hash === null) unread.push(name);
    return { ...accountOf([name, user]), ...(hash ? { hash } : {}) };
  });
  return { accounts: { roles: Object.entries(databaseRolesOf(config)).map(accountOf), users }, unread };
}

const accountOf = ([name, { roles = [], privileges = {}, takeOver }]: readonly [string, DatabaseRole]): Account => ({ name, roles, privileges: Object.entries(privileges).map(([on, may]) => ({ on, may })), takeOver: takeOver === true });
