import type { z } from 'zod';
import type { CodeFault } from '~/contract/shapes/role.ts';
import type { Bundle, BundleRole } from '~/core/roles/bundle.ts';
import { faultAt } from '~/core/roles/fault.ts';
import { definitionFile } from '~/core/roles/files.ts';
import { keyBodies } from '~/core/roles/key-function.ts';
import { byObject } from '~/core/roles/memo.ts';
import type { Sections } from '~/core/roles/read.ts';
import { placesOfSpaces } from '~/core/roles/space-place.ts';
import { compareSchema } from '~/core/schema/compare.ts';
import { features, type SchemaPlan } from '~/core/schema/step.ts';
import type { Supervisor } from '~/agent/process/supervisor.ts';
import type { SpacesThere } from '~/link/schema-messages.ts';

/** The spaces that a bundle wants beside those that are there. */
const callMs = 5000;

export const roleOfSpace = ({ roles }: Bundle, space: string): string => roles.find(({ spaces }) => space in spaces)?.name ?? '';
export const roleOfFunction = ({ roles }: Bundle, name: string): string => roles.find(({ functions }) => functions.some((one) => one.name === name))?.name ?? '';

export async function schemaPlan(control: Pick<Supervisor, 'call'>, bundle: Bundle): Promise<SchemaPlan> {
  const wanted: Bundle['roles'][number]['spaces'] = Object.fromEntries(bundle.roles.flatMap(({ spaces }) => Object.entries(spaces)));
  const names = Object.keys(wanted);
  if (names.length === 0) return { steps: [], refusals: [], warnings: [] };
  const { spaces } = await spacesThere(control, names);
  return compareSchema(spaces, wanted, { ...features, bodies: keyBodies(bundle.roles) });
}

/** The shape is that of lua/roles/existing.lua. */
export const spacesThere = async (control: Pick<Supervisor, 'call'>, names: readonly string[]) => (await control.call('roles_schema', { names }, callMs)) as z.output<typeof SpacesThere>;

export async function schemaFaults(control: Pick<Supervisor, 'call'>, bundle: Bundle, sections: Sections): Promise<CodeFault[]> {
  const { refusals, warnings } = await schemaPlan(control, bundle);
  const fileOf = (space: string) => definitionFile(roleOfSpace(bundle, space));
  const placed = [...new Set(refusals.map(({ space }) => fileOf(space)))].flatMap((file) => {
    const of = refusals.filter(({ space }) => fileOf(space) === file);
    const places = placesOfSpaces(sections[file] ?? '', of);
    return of.map(({ sentence, wayOut }, index) => faultAt('schema', { file, at: places[index] ?? null }, [sentence, wayOut]));
  });
  return [...placed, ...warnings.map(({ space, sentence }): CodeFault => ({ severity: 'warning', code: 'schema', file: fileOf(space), line: null, column: null, sentence, instance: null }))];
}

/** All that a bundle wants of spaces and rights: versions that differ in other code have the same. */
export const schemaText = byObject((bundle: Bundle): string => [...bundle.roles.map(roleSchemaText), JSON.stringify(keyBodies(bundle.roles))].join('\n'));
const roleSchemaText = byObject(({ name, spaces, functions }: BundleRole): string => JSON.stringify([name, spaces, functions.map(({ name, access }) => [name, access])]));

/** What Tarantool needs besides the steps. */
export function schemaOrder(bundle: Bundle): { functions: { name: string; access: readonly string[] }[]; roles: Record<string, string>; bodies: Readonly<Record<string, string>> } {
  const functions = bundle.roles.flatMap((role) => role.functions);
  return {
    functions: functions.map(({ name, access }) => ({ name, access })),
    roles: Object.fromEntries(bundle.roles.flatMap(({ name, spaces }) => Object.keys(spaces).map((space) => [space, name]))),
    bodies: keyBodies(bundle.roles),
  };
}
