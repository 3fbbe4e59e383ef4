import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { FunctionDetail, FunctionRow } from '~/contract/shapes/function-view.ts';
import type { Role, RoleFunction } from '~/core/roles/role.ts';
import { rolesIn } from '~/core/roles/read.ts';
import { act, step } from './action.ts';
import type { HandlersOf } from './context.ts';
import { configNow } from './history.ts';
import { findReplicaset, masterOf } from './names.ts';

/** Stored functions, as the current configuration has them. */
export const functionHandlers: HandlersOf<Pick<typeof contract, 'function'>>['function'] = {
  list: async (context, { role, search }) => {
    const rows = functionsIn(await configNow(context)).map(({ row }) => row);
    return rows.filter((row) => (role === undefined || row.role === role) && (search === undefined || row.name.toLowerCase().includes(search.toLowerCase())));
  },

  get: async (context, { function: name }) => detailOf(await configNow(context), name),

  call: async (context, { function: name, replicaset, arguments: given, timeoutMs, ...intent }) => {
    const { role } = detailOf(await configNow(context), name);
    const found = findReplicaset(context, replicaset);
    const { alias, roles } = found;
    if (!roles.includes(role)) throw new CoterieError('CONFLICT', `${alias} has no role ${role}, which function ${name} is of.`, { replicaset: alias, role });
    const master = masterOf(context, found);
    if (master === null) throw new CoterieError('UNAVAILABLE', `${alias} has no master now; see \`coterie failover status\`.`, { replicaset: alias });
    const action = { summary: `Call ${name} on ${master.alias}, the master of ${alias}.`, steps: [step('store', master.uuid, [`${name} is called with ${given.length} ${given.length === 1 ? 'argument' : 'arguments'}.`, 'You asked for it.'])] };
    return act(context, intent, { action, run: () => context.services.runtime.agents.client(master.uuid, master.alias).eval({ language: 'lua', code: calling(name, given), timeoutMs, rowsMax: 1000 }, { timeoutMs: timeoutMs + 5000 }) });
  },
};

/** The name is letters, digits and dots; the arguments are text to Lua until they are decoded. A level of brackets that they do not have ends them. */
function calling(name: string, given: readonly unknown[]): string {
  const text = JSON.stringify(given);
  let level = '=';
  while (text.includes(`]${level}]`)) level += '=';
  return `return ${name}(unpack(require('json').decode([${level}[${text}]${level}]), 1, ${given.length}))`;
}

type Found = { readonly row: FunctionRow; readonly body: string };

function functionsIn(config: ClusterConfig): Found[] {
  const found = [...rolesIn(config.sections).roles.values()].flatMap((role) => role.functions.map((one) => ({ row: rowOf(one, { role, config }), body: one.code.text })));
  return found.toSorted((a, b) => (a.row.name < b.row.name ? -1 : 1));
}

function rowOf({ code, ...options }: RoleFunction, { role, config }: { role: Role; config: ClusterConfig }): FunctionRow {
  const having = Object.values(config.replicasets).filter(({ roles }) => roles.includes(role.name));
  return { ...options, role: role.name, file: code.file, line: code.lineOffset + 1, replicasets: having.map(({ alias }) => alias).toSorted() };
}

function detailOf(config: ClusterConfig, name: string): FunctionDetail {
  const all = functionsIn(config);
  const found = all.find(({ row }) => row.name === name);
  if (found) return { ...found.row, body: found.body };
  const names = all.slice(0, 20).map(({ row }) => row.name).join(', ');
  throw new CoterieError('NOT_FOUND', `There is no function ${name}. ${names === '' ? 'No role has functions yet.' : `There are: ${names}${all.length > 20 ? ', ...' : ''}.`}`, { function: name });
}
