import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { CodeFault } from '~/contract/shapes/role.ts';
import type { RoleDetail, RoleRow } from '~/contract/shapes/role-view.ts';
import { codeFaults } from '~/core/roles/code-faults.ts';
import { definitionFile, fileOfRole } from '~/core/roles/files.ts';
import { readDefinition } from '~/core/roles/definition.ts';
import { rolesIn } from '~/core/roles/read.ts';
import { registryOf, type RoleInfo } from '~/core/roles/registry.ts';
import { codeNames } from './code-change.ts';
import type { HandlersOf } from './context.ts';
import { configNow } from './history.ts';

/** Roles as they are in the current configuration. */
export const roleHandlers: HandlersOf<Pick<typeof contract, 'role'>>['role'] = {
  list: async (context) => {
    const config = await configNow(context);
    const faults = codeFaults(config.sections);
    return registryOf(config).map((info) => rowOf(info, { config, faults }));
  },

  get: async (context, { role }) => {
    const config = await configNow(context);
    const info = registryOf(config).find(({ name }) => name === role);
    if (info === undefined) throw new CoterieError('NOT_FOUND', `There is no role ${role}. There are: ${registryOf(config).map(({ name }) => name).join(', ')}.`, { role });
    const faults = codeFaults(config.sections);
    const text = info.custom ? config.sections[definitionFile(role)] : undefined;
    const detail: RoleDetail = {
      ...rowOf(info, { config, faults }),
      definition: text === undefined ? null : readDefinition(text).definition,
      files: codeNames(config).filter((file) => fileOfRole(file)?.role === role),
      problems: ofRole(role, faults),
    };
    return detail;
  },
};

const ofRole = (role: string, faults: readonly CodeFault[]): CodeFault[] => faults.filter(({ file }) => fileOfRole(file)?.role === role);

function rowOf(info: RoleInfo, { config, faults }: { config: ClusterConfig; faults: readonly CodeFault[] }): RoleRow {
  const role = rolesIn(config.sections).roles.get(info.name);
  return {
    ...info,
    replicasets: Object.values(config.replicasets).filter(({ roles }) => roles.includes(info.name)).map(({ alias }) => alias).toSorted(),
    spaces: Object.keys(role?.spaces ?? {}).length,
    functions: role?.functions.length ?? 0,
    modules: role?.modules.length ?? 0,
    migrations: role?.migrations.length ?? 0,
    faults: ofRole(info.name, faults).length,
  };
}
