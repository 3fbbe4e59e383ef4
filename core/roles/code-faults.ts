import type { CodeFault } from '~/contract/shapes/role.ts';
import { inOrder } from './fault.ts';
import { keyFunctionFaults } from './key-function.ts';
import { luaFaults } from './lua.ts';
import { byObject } from './memo.ts';
import { rolesIn, type Sections } from './read.ts';

/** All that reading finds in the files of roles: what `rolesIn` says, and their Lua. */
export const codeFaults: (sections: Sections) => readonly CodeFault[] = byObject(read);

function read(sections: Sections): CodeFault[] {
  const { roles, faults } = rolesIn(sections);
  const all = [...roles.values()];
  const globals = new Set(all.flatMap(({ functions }) => functions.map(({ name }) => name.split('.', 1)[0] ?? name)));
  const lua = all.flatMap(({ modules, functions, migrations }) => [
    ...modules.flatMap(({ code }) => luaFaults(code, 'module', globals)),
    ...functions.flatMap(({ code }) => luaFaults(code, 'function', globals)),
    ...migrations.flatMap(({ up, down }) => [up, ...(down ? [down] : [])].flatMap((code) => luaFaults(code, 'migration', globals))),
  ]);
  return inOrder([...faults, ...lua, ...all.flatMap(keyFunctionFaults)]);
}
