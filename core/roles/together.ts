import type { CodeFault } from '~/contract/shapes/role.ts';
import { placeIn, type ReadDefinition } from './definition.ts';
import { faultAt, warningAt, type FaultPlace } from './fault.ts';
import { definitionFile } from './files.ts';
import { knownGlobals, takenModules } from './lua-globals.ts';
import { allNeeded, cyclesIn } from './order.ts';
import { builtInRoles } from './built-in.ts';
import type { Role } from './role.ts';

/** What is wrong with roles that are right each for itself: names that two of them have, and what they need of each other. */

type Roles = ReadonlyMap<string, Role>;
type Read = { readonly definitions: ReadonlyMap<string, ReadDefinition>; readonly sections: Readonly<Record<string, string>> };
type Place = (role: string, key: string) => FaultPlace;

export function togetherFaults(roles: Roles, { definitions, sections }: Read): CodeFault[] {
  const place: Place = (role, key) => {
    const definition = definitions.get(role);
    return definition ? placeIn(definition, definitionFile(role), key) : { file: definitionFile(role), at: null };
  };
  const all = [...roles.values()];
  return [
    ...all.flatMap((role) => nameFaults(role)),
    ...all.flatMap((role) => dependencyFaults(role, { definitions, place })),
    ...cycleFaults(roles, place),
    ...all.flatMap((role) => bucketFaults(role, { roles, place })),
    ...all.flatMap((role) => sectionFaults(role, sections)),
    ...twice(all, { table: 'spaces', what: 'Space', names: ({ spaces }) => Object.keys(spaces), place }),
    ...twice(all, { table: 'functions', what: 'Function', names: ({ functions }) => functions.map(({ name }) => name), place }),
    ...all.flatMap((role) => functionNameFaults(role, place)),
    ...prefixFaults(all, place),
  ];
}

/** They are shown and assigned like roles, but nobody can have them by configuration. */
const leading = ['master', 'replica'];

function nameFaults({ name }: Role): CodeFault[] {
  const file = { file: definitionFile(name), at: null };
  if (builtInRoles.some((role) => role.name === name)) return [faultAt('takenName', file, [`There is a built-in role ${name}.`, 'Give the folder another name.'])];
  if (leading.includes(name)) return [faultAt('takenName', file, [`${name} is what an instance is, not a role that it is given.`, 'Give the folder another name.'])];
  if (takenModules.has(name)) return [faultAt('takenName', file, [`\`require('${name}')\` would not find the module ${name} of Tarantool any more.`, 'Give the folder another name.'])];
  return [];
}

function dependencyFaults({ name, dependencies }: Role, { definitions, place }: { definitions: Read['definitions']; place: Place }): CodeFault[] {
  return dependencies.flatMap((needed, index) => {
    const at = place(name, `dependencies/${index}`);
    if (dependencies.indexOf(needed) < index) return [faultAt('dependency', at, [`The dependency ${needed} stands twice.`, 'Take one out.'])];
    // One whose role.yml cannot be read is there: its own faults say what is wrong.
    if (definitions.has(needed) || builtInRoles.some((role) => role.name === needed)) return [];
    const names = [...builtInRoles.map((role) => role.name), ...definitions.keys()].filter((other) => other !== name);
    return [faultAt('dependency', at, [`There is no role ${needed}.`, `Write ${definitionFile(needed)}, or name one of ${names.slice(0, 20).join(', ')}.`])];
  });
}

function cycleFaults(roles: Roles, place: Place): CodeFault[] {
  const needs = new Map([...roles].map(([name, { dependencies }]) => [name, dependencies]));
  return cyclesIn(needs).map((cycle) => {
    const [first = '', second = ''] = cycle;
    const index = roles.get(first)?.dependencies.indexOf(second) ?? 0;
    return faultAt('cycle', place(first, `dependencies/${index}`), [`Roles need each other in a circle: ${cycle.join(' -> ')}.`, 'Take one of these dependencies out; put what both need into a role of its own.']);
  });
}

/** A space that is sharded needs buckets where it is: its role depends on storage, itself or through others. */
function bucketFaults({ name, dependencies, spaces }: Role, { roles, place }: { roles: Roles; place: Place }): CodeFault[] {
  const needed = allNeeded(dependencies, (role) => roles.get(role)?.dependencies ?? []);
  // Of one that is not there, or cannot be read, nobody knows what it needs.
  const known = [...needed].every((role) => roles.has(role) || builtInRoles.some((one) => one.name === role));
  if (needed.has('storage') || !known) return [];
  const sharded = Object.entries(spaces).filter(([, space]) => space.sharding_key !== undefined);
  return sharded.map(([space]) => faultAt('space', place(name, `sharding_key/${space}`), [`Space ${space} has a sharding key, but its role does not depend on storage, which keeps the buckets.`, 'Write `dependencies: [storage]`.']));
}

function sectionFaults({ name, sections: read }: Role, sections: Read['sections']): CodeFault[] {
  return read.filter((section) => sections[section] === undefined).map((section) => warningAt('section', { file: definitionFile(name), at: null }, [`There is no section ${section} in the configuration: \`conf\` has nothing of that name.`, 'Write it, or take it out of `sections`.']));
}

function twice(roles: readonly Role[], { table, what, names, place }: { table: string; what: string; names: (role: Role) => readonly string[]; place: Place }): CodeFault[] {
  const owner = new Map<string, string>();
  return roles.flatMap((role) =>
    names(role).flatMap((name) => {
      const other = owner.get(name);
      owner.set(name, other ?? role.name);
      return other === undefined ? [] : [faultAt('twice', place(role.name, `${table}/${name}`), [`${what} ${name} is in role ${other} already.`, 'A name stands in one role only: rename it here, or depend on that role.'])];
    }),
  );
}

const rootOf = (name: string): string => (name.includes('.') ? name.slice(0, name.indexOf('.')) : name);

/** The code of a function is a global of its name. */
function functionNameFaults({ name: role, functions }: Role, place: Place): CodeFault[] {
  return functions
    .filter(({ name }) => knownGlobals.has(rootOf(name)))
    .map(({ name }) => faultAt('takenName', place(role, `functions/${name}`), [`Function ${name} would take the place of the global ${rootOf(name)}, which is Lua's, Tarantool's or Coterie's.`, 'Begin its name with the name of your role.']));
}

function prefixIn(name: string, all: ReadonlySet<string>): string | null {
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) if (all.has(name.slice(0, dot))) return name.slice(0, dot);
  return null;
}

/** `bank` cannot be a function and the table that `bank.transfer` is in. */
function prefixFaults(roles: readonly Role[], place: Place): CodeFault[] {
  const all = new Set(roles.flatMap(({ functions }) => functions.map(({ name }) => name)));
  return roles.flatMap((role) =>
    role.functions.flatMap(({ name }) => {
      const prefix = prefixIn(name, all);
      return prefix === null ? [] : [faultAt('takenName', place(role.name, `functions/${name}`), [`${prefix} is a function, so ${name} cannot be in it.`, 'Rename one of them.'])];
    }),
  );
}
