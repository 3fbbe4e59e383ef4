import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { FunctionDetail, FunctionRow } from '~/contract/shapes/function-view.ts';
import type { Role, RoleFunction } from '~/core/roles/role.ts';
import { rolesIn } from '~/core/roles/read.ts';
import { act, step } from './action.ts';
import type { HandlersOf } from './context.ts';
import { targetOf } from './function-call.ts';
import { functionHistory } from './function-history.ts';
import { functionStats } from './function-stats.ts';
import { configNow } from './history.ts';

/** Stored functions, as the current configuration has them. */
export const functionHandlers: HandlersOf<Pick<typeof contract, 'function'>>['function'] = {
  list: async (context, { role, search }) => {
    const rows = functionsIn(await configNow(context)).map(({ row }) => row);
    return rows.filter((row) => (role === undefined || row.role === role) && (search === undefined || row.name.toLowerCase().includes(search.toLowerCase())));
  },

  get: async (context, { function: name }) => detailOf(await configNow(context), name),

  stats: async (context, { function: name }) => functionStats(context, detailOf(await configNow(context), name)),

  history: (context, asked) => functionHistory(context, asked),

  call: async (context, { function: name, replicaset, key, group, arguments: given, timeoutMs, ...intent }) => {
    const { master, where, code } = await targetOf(context, detailOf(await configNow(context), name), { replicaset, key, group, given });
    const action = { summary: `Call ${name} on ${where}.`, steps: [step('store', master.uuid, [`${name} is called on ${where}, with ${given.length} ${given.length === 1 ? 'argument' : 'arguments'}.`, 'You asked for it.'])] };
    return act(context, intent, { action, run: () => context.services.runtime.agents.client(master.uuid, master.alias).eval({ language: 'lua', code, timeoutMs, rowsMax: 1000 }, { timeoutMs: timeoutMs + 5000 }) });
  },
};

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
