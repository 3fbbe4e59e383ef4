import { CoterieError, type ErrorCode } from '~/contract/errors.ts';
import { databaseCall, type Database } from '~/agent/process/running.ts';
import type { MigrationsTold } from '~/link/migration-messages.ts';
import type { AgentHandlers } from '~/link/protocol.ts';

/** Migrations of this instance: ordered of lua/migrations, which runs what the committed configuration has and nothing else. */

export type MigrationHandlers = Pick<AgentHandlers, 'migrations' | 'migrationsBegin' | 'migrationsAbort' | 'migrationMark'>;

export type MigrationParts = Database & {
  /** Whose member this instance is. */
  readonly replicaset: () => string | null;
  /** Hash of the bundle that the configuration asks for. */
  readonly wanted: () => string | null;
};

const callMs = 5000;
/** Loading a file may take ten seconds, and there may be many. */
const beginMs = 60_000;

const codes: Readonly<Record<string, ErrorCode>> = { NO_DATABASE: 'UNAVAILABLE', NOT_MASTER: 'CONFLICT', BUSY: 'CONFLICT', NO_ROLE: 'CONFLICT', NO_STEP: 'CONFLICT', CHANGED: 'CONFLICT', BAD_STEP: 'REFUSED' };

/** `CODE sentence`, as lua/migrations says no. */
export function refusalOf(name: string, message: string): CoterieError {
  const [, word = '', sentence = message] = /^([A-Z_]{4,}) (.*)$/s.exec(message) ?? [];
  return new CoterieError(codes[word] ?? 'REFUSED', `${name}: ${codes[word] ? sentence : message}.`, { why: word });
}

export function migrationHandlers({ supervisor, name, replicaset, wanted }: MigrationParts): MigrationHandlers {
  const ask = databaseCall({ supervisor, name }, (message) => refusalOf(name(), message));
  const call = async (of: string, { method, params, timeoutMs = callMs }: { method: string; params: object; timeoutMs?: number }): Promise<unknown> => {
    if (replicaset() !== of) throw new CoterieError('CONFLICT', `${name()} is in another replicaset now.`);
    return await ask(method, params, timeoutMs);
  };
  return {
    migrations: async ({ replicaset: of }) => {
      // The shape is that of lua/migrations/open.lua.
      const { code, ...told } = (await call(of, { method: 'migrations_list', params: {} })) as Omit<MigrationsTold, 'inForce'> & { code: string | null };
      return { ...told, inForce: code === wanted() };
    },
    migrationsBegin: async ({ replicaset: of, timeoutSeconds, dryRun, ...order }) => {
      await call(of, { method: 'migrations_begin', params: { ...order, timeout: timeoutSeconds, dry: dryRun }, timeoutMs: beginMs });
      return {};
    },
    migrationsAbort: async ({ replicaset: of, by }) => (await call(of, { method: 'migrations_abort', params: { by } })) as { aborted: boolean },
    migrationMark: async ({ replicaset: of, ...order }) => {
      await call(of, { method: 'migrations_mark', params: order });
      return {};
    },
  };
}

/** Of one that has no database. */
export function withoutMigrations(name: () => string): MigrationHandlers {
  const refuse = async (): Promise<never> => {
    throw new CoterieError('CONFLICT', `${name()} has no database with migrations.`);
  };
  return { migrations: refuse, migrationsBegin: refuse, migrationsAbort: refuse, migrationMark: refuse };
}
