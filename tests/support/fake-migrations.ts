import type { MigrationRecord } from '~/contract/shapes/migration.ts';
import type { MigrationsTold } from '~/link/migration-messages.ts';
import type { AgentHandlers } from '~/link/protocol.ts';

/** What a fake agent says of migrations: what it is given, and each order is done at once. */

export type FakeMigrations = { -readonly [K in keyof MigrationsTold]: MigrationsTold[K] };

export const noMigrations = (): FakeMigrations => ({ readOnly: false, inForce: true, steps: [], records: [], run: null });

export const doneRecord = (over: Partial<MigrationRecord> & Pick<MigrationRecord, 'role' | 'name'>): MigrationRecord => ({ state: 'done', direction: 'up', hash: `hash of ${over.name}`, attempt: 'one', by: 'ann', instance: '00000000-0000-4000-8000-000000000001', epoch: 1, whole: false, started: 1_700_000_000_000, finished: 1_700_000_002_000, error: null, stack: null, ...over });

export function fakeMigrations(kept: FakeMigrations): Pick<AgentHandlers, 'migrations' | 'migrationsBegin' | 'migrationsAbort' | 'migrationMark'> {
  return {
    migrations: async () => kept,
    migrationsBegin: async ({ steps, direction, attempt, by, dryRun }) => {
      if (dryRun) return {};
      const names = new Set(steps.map(({ role, name }) => `${role}/${name}`));
      const others = kept.records.filter(({ role, name }) => !names.has(`${role}/${name}`));
      kept.records = direction === 'down' ? others : [...others, ...steps.map(({ role, name, hash }) => doneRecord({ role, name, hash, attempt, by }))];
      kept.run = { attempt, by, direction, at: 1_700_000_000_000, done: true, ran: steps.map(({ role, name }) => ({ role, name, tookMs: 3 })), role: null, name: null, since: null, progress: null, broken: null, failure: null };
      return {};
    },
    migrationsAbort: async () => ({ aborted: kept.run?.done === false }),
    migrationMark: async () => ({}),
  };
}
