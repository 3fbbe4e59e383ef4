import type { CodeFault } from '~/contract/shapes/role.ts';
import { inOrder } from './fault.ts';
import { keyFunctionFaults } from './key-function.ts';
import { luaFaults } from './lua.ts';
import { rolesIn, type Sections } from './read.ts';

/** All that reading finds in the files of roles: what `rolesIn` says, and their Lua. */
export function codeFaults(sections: Sections): readonly CodeFault[] {
  const before = known.get(sections);
  if (before) return before;
  const fresh = read(sections);
  known.set(sections, fresh);
  return fresh;
}

/** A configuration is never changed in place, and several ask: whether it is valid, what is suspicious in it. */
const known = new WeakMap<Sections, readonly CodeFault[]>();

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
