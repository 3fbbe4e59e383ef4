import { CoterieError } from '~/contract/errors.ts';
import type { ReplicasetView } from '~/contract/shapes/view.ts';
import type { RoleMigration } from '~/core/roles/role.ts';
import { rolesIn } from '~/core/roles/read.ts';
import type { MigrationsTold } from '~/link/migration-messages.ts';
import type { Context } from './context.ts';
import { configNow } from './history.ts';
import { findReplicaset, masterOf } from './names.ts';

/** The masters of the replicasets that have migrations, asked for all that they know of them. */

export type Scope = { readonly role?: string | undefined; readonly replicaset?: string | undefined };
export type Master = { readonly uuid: string; readonly alias: string };

/** `told` null: nobody who knows answers, `why`. */
export type Asked = { readonly replicaset: ReplicasetView; readonly master: Master | null; readonly told: MigrationsTold | null; readonly why: string };

const askMs = 6000;

/** By role, of the roles that have any. */
export async function migrationsWanted(context: Context, role: string | undefined): Promise<ReadonlyMap<string, readonly RoleMigration[]>> {
  const { roles } = rolesIn((await configNow(context)).sections);
  if (role !== undefined && !roles.has(role)) throw new CoterieError('NOT_FOUND', `There is no custom role ${role}. ${roles.size === 0 ? 'There are none yet.' : `There are: ${[...roles.keys()].toSorted().join(', ')}.`}`, { role });
  return new Map([...roles.values()].filter(({ name, migrations }) => (role === undefined ? migrations.length > 0 : name === role)).map(({ name, migrations }) => [name, migrations]));
}

/** Every replicaset that has one of the roles, by alias. */
export async function askedMasters(context: Context, roles: ReadonlyMap<string, unknown>, { replicaset }: Scope): Promise<Asked[]> {
  const only = replicaset === undefined ? null : findReplicaset(context, replicaset);
  const sets = context.services.runtime.state.overview.replicasets.filter((set) => (only === null || set.uuid === only.uuid) && set.roles.some((name) => roles.has(name)));
  return Promise.all(sets.toSorted((a, b) => a.alias.localeCompare(b.alias, 'en', { numeric: true })).map((set) => asked(context, set)));
}

export async function asked(context: Context, replicaset: ReplicasetView): Promise<Asked> {
  const master = masterOf(context, replicaset);
  if (master === null) return { replicaset, master, told: null, why: `${replicaset.alias} has no master now, whom one could ask.` };
  try {
    return { replicaset, master, told: await context.services.runtime.agents.client(master.uuid, master.alias).migrations({ replicaset: replicaset.uuid }, { timeoutMs: askMs }), why: '' };
  } catch (error) {
    return { replicaset, master, told: null, why: error instanceof Error ? error.message : String(error) };
  }
}
