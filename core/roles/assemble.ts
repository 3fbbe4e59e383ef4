import type { CodeFault, FunctionDefinition } from '~/contract/shapes/role.ts';
import { faultsIn, placeIn, type ReadDefinition } from './definition.ts';
import { faultAt, warningAt } from './fault.ts';
import { definitionFile, type CodeFileKind } from './files.ts';
import type { Chunk, Role, RoleFunction, RoleMigration, RoleModule } from './role.ts';

/** One role out of its definition and its other files. */

type Files = readonly { readonly file: string; readonly is: CodeFileKind; readonly text: string }[];
type Parts = { readonly definition: ReadDefinition; readonly files: Files };

export function assemble(name: string, parts: Parts): { role: Role | null; faults: CodeFault[] } {
  const { definition, files } = parts;
  const faults = faultsIn(definitionFile(name), definition);
  if (definition.definition === null) return { role: null, faults };
  const { summary, dependencies, hidden, permanent, sections, spaces } = definition.definition;
  const modules = modulesOf(files, faults);
  const functions = functionsOf(name, parts, faults);
  const migrations = migrationsOf(files, faults);
  return { role: { name, summary, dependencies, hidden, permanent, sections, spaces, functions, modules, migrations }, faults };
}

const whole = (file: string, text: string): Chunk => ({ file, lineOffset: 0, columnOffset: 0, text });

function modulesOf(files: Files, faults: CodeFault[]): RoleModule[] {
  const modules = new Map<string, RoleModule>();
  for (const { file, is, text } of files) {
    if (is.kind !== 'module') continue;
    const other = modules.get(is.name);
    if (other) faults.push(faultAt('twice', { file, at: null }, [`\`require('${is.name}')\` finds this file and ${other.code.file}.`, 'Rename one of them.']));
    else modules.set(is.name, { name: is.name, code: whole(file, text) });
  }
  return byName([...modules.values()]);
}

function functionsOf(role: string, { definition, files }: Parts, faults: CodeFault[]): RoleFunction[] {
  const inFile = new Map(files.flatMap(({ file, is, text }) => (is.kind === 'function' ? [[is.name, whole(file, text)] as const] : [])));
  const named = definition.definition?.functions ?? {};
  for (const [name, { file }] of inFile) {
    if (!(name in named)) faults.push(faultAt('unnamed', { file, at: null }, [`${definitionFile(role)} names no function ${name}.`, `Write \`${name}:\` under \`functions\` there, or take this file out.`]));
  }
  const place = (name: string) => placeIn(definition, definitionFile(role), `functions/${name}`);
  const functions = Object.entries(named).flatMap(([name, { body, ...options }]: [string, FunctionDefinition]): RoleFunction[] => {
    const code = inFile.get(name);
    const { line = 0, columns = 0 } = definition.bodies.get(name) ?? {};
    if (body !== undefined && code) faults.push(faultAt('twoBodies', place(name), [`Function ${name} has a body here and another one in ${code.file}.`, 'Take one of them out.']));
    if (body !== undefined) return [{ name, ...options, code: { file: definitionFile(role), lineOffset: line, columnOffset: columns, text: body } }];
    if (code) return [{ name, ...options, code }];
    faults.push(faultAt('noBody', place(name), [`Function ${name} has no body.`, `Write \`body\` here, or roles/${role}/functions/${name}.lua.`]));
    return [];
  });
  return byName(functions);
}

function migrationsOf(files: Files, faults: CodeFault[]): RoleMigration[] {
  const chunks = (down: boolean) => new Map(files.flatMap(({ file, is, text }) => (is.kind === 'migration' && is.down === down ? [[is.name, whole(file, text)] as const] : [])));
  const [ups, downs] = [chunks(false), chunks(true)];
  for (const [name, { file }] of downs) if (!ups.has(name)) faults.push(faultAt('noMigration', { file, at: null }, ['This is the way back of a step that is not there.', `Write ${name}.lua beside it, or take it out.`]));
  const migrations = byName([...ups].map(([name, up]) => ({ name, number: Number.parseInt(name, 10), up, down: downs.get(name) ?? null }))).toSorted((a, b) => a.number - b.number);
  migrations.forEach(({ number, up }, index) => {
    if (migrations[index - 1]?.number === number) faults.push(warningAt('twice', { file: up.file, at: null }, [`Another step has the number ${number}: they run by name, and \`--to ${number}\` means both.`, 'Give one of them another number, as long as none of them has run.']));
  });
  return migrations;
}

const byName = <T extends { readonly name: string }>(rows: readonly T[]): T[] => rows.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
