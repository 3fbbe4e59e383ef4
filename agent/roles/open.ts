import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { FunctionFigures, RoleFailure, RolesStatus } from '~/contract/shapes/roles-status.ts';
import { bundleOf } from '~/core/roles/bundle-text.ts';
import { failedRoles } from '~/core/roles/failed.ts';
import type { RoleFacts } from '~/agent/lifecycle/roles.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { needRunning } from '~/agent/process/running.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { Sampler } from '~/agent/status/sampler.ts';
import { hashOf } from '~/link/hash.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import { Bundles } from './bundles.ts';
import { faultsOf, objectionToCode } from './check.ts';
import { BundleFiles } from './files.ts';
import { migrationHandlers, type MigrationHandlers } from './migrations.ts';
import { spacesThere } from './schema.ts';
import { SchemaKeeper } from './schema-keeper.ts';

/** Custom roles in an agent: what its instance has against code, and the code, spaces and rights that it brings into force. */
export type AgentRolesParts = {
  readonly supervisor: Supervisor;
  readonly sampler: Pick<Sampler, 'database'>;
  readonly config: () => ClusterConfig | null;
  readonly name: () => string;
  readonly log: Logger;
  readonly now: () => number;
  /** Of the passwords of database users. */
  readonly key: Uint8Array;
};

export type RolesHandlers = Pick<AgentHandlers, 'checkCode' | 'schemaThere' | 'functionStats'> & MigrationHandlers;
export type AgentRoles = {
  readonly handlers: RolesHandlers;
  objectionTo(config: ClusterConfig): Promise<string | null>;
  facts(): RoleFacts | null;
  apply(): Promise<void>;
  applySchema(): Promise<void>;
  status(): RolesStatus | null;
  /** What of the version in effect is not in place; null: nothing. */
  fault(): string | null;
};

/** What takes longer is gone on with by the next step: whatever is more urgent comes between. */
const stepSeconds = 2;
const answerMs = 3000;

export function openRoles({ supervisor, sampler, config, name, log, now, key }: AgentRolesParts, { uuid, folder }: { readonly uuid: string; readonly folder: string }): AgentRoles {
  const bundles = new Bundles(uuid);
  const files = new BundleFiles(folder);
  const schema = new SchemaKeeper({ control: supervisor, log, now, key }, { uuid });
  const database = () => (sampler.database?.configured === true ? sampler.database : null);
  const checks = { bundles, files, supervisor, running: () => database()?.status === 'running', committed: config, name };
  const wanted = () => {
    const current = config();
    return current && bundles.of(current);
  };
  const status = (): RolesStatus | null => {
    const bundle = wanted();
    const told = database()?.roles;
    if (bundle === null || told === undefined || (bundle.roles.length === 0 && told.roles === 0 && schema.failed.length === 0)) return null;
    const failed: RoleFailure[] = [...told.failed, ...schema.failed];
    return { wanted: bundle.hash, applied: told.hash, roles: bundle.roles.length, functions: told.functions, doing: told.doing, failed, migrations: told.migrations };
  };
  return {
    handlers: {
      ...migrationHandlers({ supervisor, name, replicaset: () => config()?.instances[uuid]?.replicaset ?? null, wanted: () => wanted()?.hash ?? null }),
      checkCode: async ({ bundle, definitions }) => ({ faults: await faultsOf(checks, bundleOf(bundle, hashOf), { sections: definitions }) }),
      schemaThere: async ({ names }) => {
        needRunning(supervisor, name());
        return spacesThere(supervisor, names);
      },
      functionStats: async () => {
        needRunning(supervisor, name());
        // The shape is that of lua/roles/stats.lua.
        return (await supervisor.call('roles_stats', {}, answerMs)) as { functions: FunctionFigures[] };
      },
    },
    objectionTo: (candidate) => objectionToCode(checks, candidate),
    facts: () => {
      const current = config();
      const told = database()?.roles;
      if (current === null || told === undefined) return null;
      const bundle = bundles.of(current);
      if (bundle.roles.length === 0 && told.roles === 0 && !told.owned && !schema.makesUsers(current)) return null;
      const wantedSchema = schema.hashOf(current, bundle);
      return { wanted: bundle.hash, applied: told.hash, wantedSchema, schema: schema.standing(database()?.readOnly === true) };
    },
    apply: async () => {
      const bundle = wanted();
      if (bundle === null) return;
      const { doing } = (await supervisor.call('roles_apply', { ...files.keep(bundle), wait: stepSeconds }, stepSeconds * 1000 + answerMs)) as { doing: string | null };
      if (doing === null) log.info({ hash: bundle.hash.slice(0, 16), roles: bundle.roles.length }, 'code of roles applied');
      else log.warn({ doing }, 'the code of roles takes its time');
    },
    applySchema: async () => {
      const current = config();
      if (current !== null) await schema.apply(current, bundles.of(current), stepSeconds);
    },
    status,
    fault: () => failedRoles(status()),
  };
}
