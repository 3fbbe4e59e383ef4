import type { FieldDefinition } from '~/contract/shapes/space-definition.ts';
import type { ExistingSpace } from './existing.ts';
import type { SchemaRefusal, SchemaRefusalCode, SchemaStep } from './step.ts';
import { isSameOrWider, widerThan } from './widening.ts';

/** From the fields that a space has to those that are wanted: by position, since rows have no names in them. */

type Compared = { readonly steps: readonly SchemaStep[]; readonly refusals: readonly SchemaRefusal[] };

export function compareFormat(existing: ExistingSpace, wanted: readonly FieldDefinition[]): Compared {
  const refusals = [...wanted.flatMap((field, position) => fieldRefusals(existing, { field, position, wanted })), ...removals(existing, wanted)];
  const changes = wanted.flatMap((field, position) => changesOf(existing.format[position], field));
  if (refusals.length > 0 || changes.length === 0) return { steps: [], refusals };
  return { steps: [{ kind: 'setFormat', space: existing.name, format: wanted, sentence: `space ${existing.name}: ${changes.join(', ')}` }], refusals };
}

function changesOf(old: FieldDefinition | undefined, { name, type, is_nullable: nullable }: FieldDefinition): string[] {
  if (!old) return [`gets field ${name}`];
  return [
    ...(old.name === name ? [] : [`field ${old.name} is called ${name}`]),
    ...(old.type === type ? [] : [`field ${name} is ${type} rather than ${old.type}`]),
    ...(old.is_nullable === nullable ? [] : [nullable ? `field ${name} may be null` : `field ${name} may not be null`]),
  ];
}

type Wanted = { readonly field: FieldDefinition; readonly position: number; readonly wanted: readonly FieldDefinition[] };

function fieldRefusals(existing: ExistingSpace, { field, position, wanted }: Wanted): SchemaRefusal[] {
  const { name: space, format } = existing;
  const refused = (code: SchemaRefusalCode, sentence: string, wayOut: string): SchemaRefusal[] => [{ code, space, field: field.name, index: null, sentence: `Space ${space}: ${sentence}`, wayOut }];
  const old = format[position];
  const empty = existing.rows === 0;
  const from = format.findIndex(({ name }) => name === field.name);
  if (from >= 0 && from !== position) return refused('fieldMoved', `field ${field.name} is the ${ordinal(from)} and would become the ${ordinal(position)}.`, 'Leave it where it is: rows are lists, and their values do not move. New fields go to the end.');
  if (!old) {
    if (field.is_nullable || empty || hasRowsWith(existing, position)) return [];
    return refused('fieldNotNull', `field ${field.name} is new and may not be null, but there are rows without it.`, 'Write `is_nullable: true`, fill it by a migration, and take that out again once no row is without it.');
  }
  if (old.name !== field.name) {
    // It is at another place, or is gone: told there.
    if (wanted.some(({ name }) => name === old.name)) return [];
    if (old.type !== field.type) return refused('typeNarrowed', `field ${old.name} (${old.type}) would become ${field.name} (${field.type}): that is another field.`, `Rename it with its type, then change the type; or leave ${old.name} in place and add ${field.name} at the end.`);
  }
  if (!isSameOrWider(old.type, field.type)) return refused('typeNarrowed', `field ${field.name} is ${old.type} and cannot become ${field.type}.`, narrowingWayOut(old));
  if (old.is_nullable && !field.is_nullable && !empty) return refused('fieldNotNull', `field ${field.name} may be null, and there may be rows where it is.`, 'Leave `is_nullable: true`. Once no row has a null there, set the format by hand on the master; this then fits.');
  return [];
}

function narrowingWayOut({ type, name }: FieldDefinition): string {
  const fits = widerThan(type);
  const types = fits.length === 0 ? '' : ` What fits all its values: ${fits.join(', ')}.`;
  return `Leave it ${type}, and add a field of the new type at the end, filled by a migration from ${name}.${types}`;
}

/** Without a format, a primary key still says which fields every row has. */
function hasRowsWith({ format, indexes }: ExistingSpace, position: number): boolean {
  return format.length === 0 && (indexes[0]?.parts ?? []).some(({ field, is_nullable: nullable }) => field === position + 1 && !nullable);
}

function removals({ name: space, format }: ExistingSpace, wanted: readonly FieldDefinition[]): SchemaRefusal[] {
  return format.slice(wanted.length).filter((old) => !wanted.some(({ name }) => name === old.name)).map((old) => ({
    code: 'fieldRemoved',
    space,
    field: old.name,
    index: null,
    sentence: `Space ${space}: field ${old.name} would be gone, and its values would stay in the rows without a name.`,
    wayOut: 'Leave it in the format; write `is_nullable: true` and let new rows have nothing there.',
  }));
}

const ordinal = (position: number): string => `${position + 1}${['st', 'nd', 'rd'][position] ?? 'th'} field`;
