import { FunctionName } from '~/contract/shapes/role.ts';
import { SchemaName } from '~/contract/shapes/space-definition.ts';
import { definitionFile, functionTextOf, pathFault } from './code-files.ts';

/** What a new role begins with: a definition, a module with its life-cycle, and one space and one function where they are wanted. */
export type RoleTemplate = {
  readonly name: string;
  readonly summary: string;
  /** Its data is spread over the storages by buckets. */
  readonly storage: boolean;
  /** Empty: none yet. */
  readonly space: string;
  readonly func: string;
};

export type TemplateFaults = Partial<Record<'space' | 'func', string>>;

export function templateFaults({ name, space, func }: RoleTemplate): TemplateFaults {
  return {
    ...(space === '' || SchemaName.safeParse(space).success ? {} : { space: 'Letters, digits and underscores, not starting with a digit' }),
    ...(func === '' || (FunctionName.safeParse(func).success && pathFault(name, `functions/${func}.lua`, []) === null) ? {} : { func: 'Letters, digits and underscores, with dots between the parts' }),
  };
}

/** As a name in Lua: what is no letter, digit or underscore becomes one. */
export const luaName = (role: string): string => role.replaceAll('-', '_');

export function filesOfTemplate({ name, summary, storage, space, func }: RoleTemplate): Record<string, string> {
  const lines = [
    `summary: ${JSON.stringify(summary)}`,
    `dependencies: [${storage ? 'storage' : ''}]`,
    ...(space === '' ? [] : ['spaces:', ...spaceLines(space, storage)]),
    ...(func === '' ? [] : ['functions:', `  ${func}:`, '    access: []           # users of the database that may call it', '    mode: read           # or write: on the master only', '    timeout: 5           # seconds']),
  ];
  return {
    [definitionFile(name)]: `${lines.join('\n')}\n`,
    [`roles/${name}/init.lua`]: moduleText(name),
    ...(func === '' ? {} : { [`roles/${name}/functions/${func}.lua`]: functionTextOf(func) }),
  };
}

function spaceLines(space: string, storage: boolean): string[] {
  const bucket = storage ? ['      - {name: bucket_id, type: unsigned}'] : [];
  const bucketIndex = storage ? ['      - {name: bucket_id, unique: false, parts: [{path: bucket_id, type: unsigned}]}'] : [];
  return [
    `  ${space}:`,
    '    format:',
    '      - {name: id, type: unsigned}', ...bucket,
    '      - {name: name, type: string, is_nullable: true}',
    '    indexes:',
    '      - {name: id, parts: [{path: id, type: unsigned}]}', ...bucketIndex,
    ...(storage ? ['    sharding_key: [id]'] : []),
  ];
}

function moduleText(name: string): string {
  const table = luaName(name);
  return `-- The module of role ${name}: require('${name}'). Each function may be left out.
local ${table} = {}

-- Refuses a configuration before anything is changed: error('...') says why.
function ${table}.validate_config(conf)
end

-- Once, when the role comes to this instance.
function ${table}.init(options)
end

-- After each change, and when this instance becomes or ceases to be the master.
function ${table}.apply_config(conf, options)
end

-- When the role goes.
function ${table}.stop(options)
end

return ${table}
`;
}
