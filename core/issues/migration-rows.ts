import type { MigrationsStatus } from '~/contract/shapes/migration.ts';
import { count, quoted } from '~/core/view/words.ts';
import { serves, type InstanceRow } from './row.ts';

/** Migrations of roles, as the master of a replicaset tells of them. An agent of before migrations tells of none. */

const told = (instance: Parameters<InstanceRow['find']>[0]): MigrationsStatus | null => (serves(instance) ? (instance.status?.roles?.migrations ?? null) : null);

export const migrationRows: readonly InstanceRow[] = [
  {
    code: 'migration-failed', about: 'instance', severity: 'critical', badge: 'migration failed', graceMs: 0,
    means: 'A step of a migration failed on the master of a replicaset, or was broken off in the middle: by a restart, a change of the master, its time or a person. Steps behind it do not run.',
    todo: 'Look at the rows that it may have changed, mend the step and apply it. `coterie migration resume` runs it again; `coterie migration mark` says that it is done.',
    find: (instance, { facts }) => {
      const stopped = told(instance)?.stopped ?? [];
      const [first] = stopped.toSorted((a, b) => a.at - b.at);
      if (first === undefined) return null;
      const home = instance.replicaset?.alias ?? instance.alias;
      const more = stopped.length > 1 ? ` So did ${count(stopped.length - 1, 'other step')}.` : '';
      const how = first.state === 'failed' ? `failed: ${quoted(first.message, 'it gives no reason')}` : 'was interrupted, and nobody knows how far it came';
      return {
        sentence: `Migration ${first.name} of role ${first.role} ${how} (${home}).${more}`,
        wayOut: `Look at its rows, mend it where it is wrong, then \`coterie migration resume --replicaset ${home}\`.`,
        since: Math.min(first.at - (instance.report?.clockOffsetMs ?? 0), facts.now),
      };
    },
  },
  {
    code: 'migrations-pending', about: 'instance', severity: 'info', badge: 'migrations', graceMs: 0,
    means: 'A role of this replicaset has steps of a migration that have not run there. An apply runs none.',
    todo: '`coterie migration run`; with `--dry-run` it says which.',
    find: (instance) => {
      const now = told(instance);
      if (now === null || now.pending === 0 || now.running !== null || now.stopped.length > 0) return null;
      const home = instance.replicaset?.alias ?? instance.alias;
      return {
        sentence: `Migrations of ${home}: ${count(now.pending, 'step')} ${now.pending === 1 ? 'has' : 'have'} not run on its master, ${instance.alias}.`,
        wayOut: `An apply runs none. What ${now.pending === 1 ? 'it' : 'they'} would do: \`coterie migration run --replicaset ${home} --dry-run\`.`,
        repair: { operation: 'migration.run', label: `Run the migrations of ${home}`, input: { replicaset: home } },
      };
    },
  },
];
