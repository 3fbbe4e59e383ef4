import type { IndexDefinition, SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import type { ExistingIndex, ExistingPart, ExistingSpace } from './existing.ts';
import { positioned, sameKind, sameParts } from './parts.ts';
import type { SchemaFeatures, SchemaPlan, SchemaRefusal, SchemaStep, SchemaWarning } from './step.ts';
import { isSameOrWider } from './widening.ts';

/** From the indexes that a space has to those that are wanted. What is in them can be made again from the rows, all but the primary one. */

export function compareIndexes(existing: ExistingSpace, wanted: SpaceDefinition, features: SchemaFeatures): SchemaPlan {
  const [primary, ...secondary] = wanted.indexes;
  const plans = [unsupported(existing.name, wanted, features), dropped(existing, wanted)];
  if (primary) plans.push(comparePrimary(existing, primary, wanted.format));
  for (const index of secondary) plans.push(compareSecondary(existing, index, { format: wanted.format, bodies: features.bodies ?? {} }));
  return joined(plans);
}

export const joined = (plans: readonly Partial<SchemaPlan>[]): SchemaPlan => ({
  steps: plans.flatMap(({ steps = [] }) => steps),
  refusals: plans.flatMap(({ refusals = [] }) => refusals),
  warnings: plans.flatMap(({ warnings = [] }) => warnings),
});

/** Also of a space that is not there yet. */
export function unsupported(space: string, { indexes }: SpaceDefinition, { multikeyIndexes, functionalIndexes }: SchemaFeatures): Partial<SchemaPlan> {
  const refusals = indexes.flatMap(({ name, func, parts }): SchemaRefusal[] => {
    const what = func !== undefined && !functionalIndexes ? 'by a function' : parts.some(({ path }) => path.includes('[*]')) && !multikeyIndexes ? 'multikey' : null;
    return what === null ? [] : [{ code: 'unsupported', space, field: null, index: name, sentence: `Space ${space}: index ${name} is ${what}, which this version of Tarantool does not have.`, wayOut: 'Take the index out, or use a newer Tarantool.' }];
  });
  return { refusals };
}

/** Those of nobody stay: somebody made them, and knows why. */
function dropped({ name: space, indexes, made }: ExistingSpace, { indexes: wanted }: SpaceDefinition): Partial<SchemaPlan> {
  const gone = indexes.slice(1).filter((index) => !wanted.some(({ name }) => name === index.name));
  const steps = gone.filter(({ name }) => made.includes(name)).map(({ name }): SchemaStep => ({ kind: 'dropIndex', space, index: name, sentence: `space ${space} loses index ${name}` }));
  const warnings = gone.filter(({ name }) => !made.includes(name)).map(({ name }): SchemaWarning => ({ space, sentence: `Space ${space} has an index ${name} that no role made: it stays.` }));
  return { steps, warnings };
}

function comparePrimary(existing: ExistingSpace, index: IndexDefinition, format: SpaceDefinition['format']): Partial<SchemaPlan> {
  const { name: space, rows } = existing;
  const [old] = existing.indexes;
  if (!old) return { steps: [created(space, index)] };
  const other = existing.indexes.slice(1).some(({ name }) => name === index.name);
  const parts = positioned(index, format);
  const renamed: SchemaStep[] = old.name === index.name || other ? [] : [{ kind: 'renameIndex', space, index: old.name, to: index.name, sentence: `space ${space}: index ${old.name} is called ${index.name}` }];
  if (!other && sameKind(old, index) && sameParts(old.parts, parts)) return { steps: renamed };
  if (!other && (rows === 0 || (sameKind(old, index) && onlyWider(old.parts, parts)))) return { steps: [...renamed, altered(space, index)] };
  return {
    refusals: [{
      code: 'primaryChanged', space, field: null, index: index.name,
      sentence: other ? `Space ${space}: ${index.name} is not its primary index, which is ${old.name}.` : `Space ${space}: its primary index, ${keyText(old)}, cannot become another one while there are rows.`,
      wayOut: `Leave ${old.name} the first index, with its parts; make another space, and move the rows by a migration.`,
    }],
  };
}

const onlyWider = (old: readonly ExistingPart[], now: readonly ExistingPart[]): boolean =>
  old.length === now.length && old.every((part, position) => {
    const wanted = now[position];
    return wanted !== undefined && isSameOrWider(part.type, wanted.type) && sameParts([{ ...part, type: wanted.type }], [wanted]);
  });

type Wanted = { readonly format: SpaceDefinition['format']; readonly bodies: Readonly<Record<string, string>> };

function compareSecondary(existing: ExistingSpace, index: IndexDefinition, { format, bodies }: Wanted): Partial<SchemaPlan> {
  const { name: space, rows } = existing;
  const at = existing.indexes.findIndex(({ name }) => name === index.name);
  // The primary one gives its name away, or is refused.
  const old = at > 0 ? existing.indexes[at] : undefined;
  const parts = positioned(index, format);
  const body = index.func === undefined ? undefined : bodies[index.func];
  // What a role did not make is not its own to make anew.
  const rewritten = old?.body !== undefined && body !== undefined && old.body !== body && existing.made.includes(index.name);
  if (old && !rewritten && sameKind(old, index) && sameParts(old.parts, parts)) return {};
  const mayRepeat = index.unique && rows !== 0 && !(old?.unique === true && sameKeys(old.parts, parts));
  const warnings = mayRepeat ? [{ space, sentence: `Index ${index.name} of space ${space} is to be unique: if two rows have the same key, it cannot be made, and the role fails there.` }] : [];
  if (!old) return { steps: [created(space, index)], warnings };
  // By a function or not, and which one: not to be altered.
  if (old.func === index.func && !rewritten) return { steps: [altered(space, index)], warnings };
  return { steps: [{ kind: 'dropIndex', space, index: old.name, sentence: `space ${space} loses index ${old.name}, to make it anew${rewritten ? ` by another function ${index.func ?? ''}` : ''}` }, created(space, index)], warnings };
}

/** Keys that differed before differ still. */
const sameKeys = (old: readonly ExistingPart[], now: readonly ExistingPart[]): boolean => onlyWider(old.map(notNull), now.map(notNull));
const notNull = (part: ExistingPart): ExistingPart => ({ ...part, is_nullable: false });

const created = (space: string, index: IndexDefinition): SchemaStep => ({ kind: 'createIndex', space, index, sentence: `space ${space} gets index ${index.name} (${index.parts.map(({ path }) => path).join(', ')})` });
const altered = (space: string, index: IndexDefinition): SchemaStep => ({ kind: 'alterIndex', space, index, sentence: `index ${index.name} of space ${space} becomes ${index.unique ? 'unique ' : ''}${index.type} (${index.parts.map(({ path, type }) => `${path} ${type}`).join(', ')})` });
const keyText = ({ name, parts }: ExistingIndex): string => `${name} (${parts.map(({ field, type }) => `field ${field} ${type}`).join(', ')})`;
