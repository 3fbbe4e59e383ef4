import { pathAt } from '~/contract/spaces-text.ts';
import type { CodeCheck } from '~/contract/shapes/code.ts';
import type { FormSpace, Path } from './schema-form.ts';
import type { TextFault } from './schema-text.ts';

/** Which field of the form a fault of the text is told at: the innermost that shows the place, so that none is told nowhere. */

/** "spaces/stock/format/1/type". */
export const keyOf = (path: Path): string => path.join('/');

/** Faults with a place in the text, as its reader or the instances told them. */
export function faultsWithPlace({ inText, answer }: { readonly inText: readonly TextFault[] | null; readonly answer: Pick<CodeCheck, 'faults'> | null }): readonly TextFault[] {
  return inText ?? answer?.faults.filter(({ file, line }) => file === 'document' && line !== null) ?? [];
}

export function faultsByField(text: string, spaces: readonly FormSpace[], faults: readonly TextFault[]): ReadonlyMap<string, string> {
  const fields = new Set(spaces.flatMap(fieldsOf));
  const told = new Map<string, string>();
  for (const { severity, line, column, sentence } of faults) {
    const path = line === null || severity !== 'error' ? null : pathAt(text, { line, column: column ?? 1 });
    if (path?.[0] !== 'spaces' || path.length < 2) continue;
    const key = nearest(path, fields);
    if (key !== null) told.set(key, told.has(key) ? `${told.get(key)} ${sentence}` : sentence);
  }
  return told;
}

function fieldsOf({ name, fields, indexes }: FormSpace): string[] {
  const within = (...inner: Path) => keyOf(['spaces', name, ...inner]);
  return [
    within(), ...['engine', 'is_local', 'temporary', 'format', 'indexes', 'sharding_key'].map((key) => within(key)),
    ...fields.flatMap((_, at) => ['name', 'type', 'is_nullable'].map((key) => within('format', at, key))),
    ...indexes.flatMap(({ parts }, at) => [...['name', 'type', 'unique', 'func', 'parts'].map((key) => within('indexes', at, key)), ...parts.flatMap((_, part) => ['path', 'type', 'is_nullable'].map((key) => within('indexes', at, 'parts', part, key)))]),
  ];
}

function nearest(path: Path, fields: ReadonlySet<string>): string | null {
  for (let length = path.length; length > 0; length -= 1) {
    const key = keyOf(path.slice(0, length));
    // An entry of a list is shown by what it is called.
    const found = [key, `${key}/name`, `${key}/path`].find((one) => fields.has(one));
    if (found) return found;
  }
  return null;
}
