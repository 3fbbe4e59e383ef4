import type { SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import type { ExistingSpace } from './existing.ts';
import { compareFormat } from './format.ts';
import { compareIndexes, joined, unsupported } from './indexes.ts';
import type { SchemaFeatures, SchemaPlan, SchemaRefusal, SchemaStep } from './step.ts';

/**
 * What it takes to have the spaces that are wanted, or why it cannot be had. Nothing that could lose a row is ever a
 * step: spaces and fields stay, types only get wider. After the steps, the comparison finds nothing to do.
 */
export function compareSchema(existing: readonly ExistingSpace[], wanted: Readonly<Record<string, SpaceDefinition>>, features: SchemaFeatures): SchemaPlan {
  const plans = Object.keys(wanted).toSorted().map((name) => compareSpace(existing.find((space) => space.name === name) ?? null, { name, definition: wanted[name] as SpaceDefinition, features }));
  const left = existing.filter(({ name, role }) => role !== null && !(name in wanted)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const warnings = left.map(({ name, role }) => ({ space: name, sentence: `Space ${name} of role ${role ?? '?'} is no longer wanted: it stays, with its rows. Drop it by hand when nobody needs them.` }));
  return joined([...plans, { warnings }]);
}

type Wanted = { readonly name: string; readonly definition: SpaceDefinition; readonly features: SchemaFeatures };

function compareSpace(existing: ExistingSpace | null, { name, definition, features }: Wanted): SchemaPlan {
  if (existing === null) {
    const { refusals = [] } = unsupported(name, definition, features);
    return refusals.length > 0 ? { steps: [], refusals, warnings: [] } : { steps: creation(name, definition), refusals: [], warnings: [] };
  }
  const kinds = kindRefusals(existing, definition);
  const plan = joined([{ refusals: kinds }, compareFormat(existing, definition.format), compareIndexes(existing, definition, features), compareShardingKey(existing, definition)]);
  // Half of a change is none: what is done has to lead to what is wanted.
  return plan.refusals.length > 0 ? { ...plan, steps: [] } : { ...plan, steps: inOrder(plan.steps) };
}

function creation(space: string, { format, indexes, sharding_key: key, engine, is_local, temporary, is_sync }: SpaceDefinition): SchemaStep[] {
  const kind = [engine, ...(is_local ? ['local'] : []), ...(temporary ? ['temporary'] : [])].join(', ');
  return [
    { kind: 'createSpace', space, options: { engine, is_local, temporary, is_sync }, format, sentence: `space ${space} is made (${kind}, ${format.length} fields)` },
    ...indexes.map((index): SchemaStep => ({ kind: 'createIndex', space, index, sentence: `space ${space} gets index ${index.name} (${index.parts.map(({ path }) => path).join(', ')})` })),
    ...(key === undefined ? [] : [keyStep(space, key)]),
  ];
}

/** An index that is in the way of a format goes first; one that needs it comes after. */
const ranks: Readonly<Record<SchemaStep['kind'], number>> = { createSpace: 0, dropIndex: 1, setFormat: 2, renameIndex: 3, alterIndex: 4, createIndex: 5, setShardingKey: 6 };
const inOrder = (steps: readonly SchemaStep[]): SchemaStep[] => steps.toSorted((a, b) => ranks[a.kind] - ranks[b.kind]);

const kindFields = ['engine', 'is_local', 'temporary', 'is_sync'] as const;

function kindRefusals(existing: ExistingSpace, definition: SpaceDefinition): SchemaRefusal[] {
  return kindFields.filter((field) => existing[field] !== definition[field]).map((field) => ({
    code: 'kindChanged',
    space: existing.name,
    field: null,
    index: null,
    sentence: `Space ${existing.name}: ${field} is ${String(existing[field])} and cannot become ${String(definition[field])}.`,
    wayOut: `Leave it so; make another space with \`${field}: ${String(definition[field])}\`, and move the rows by a migration.`,
  }));
}

const keyStep = (space: string, key: readonly string[] | null): SchemaStep => ({ kind: 'setShardingKey', space, key, sentence: key === null ? `space ${space} is sharded by its primary key` : `space ${space} is sharded by ${key.join(', ')}` });

/** Fields may have got other names: they are compared by position. Without a key, the primary one decides the bucket. */
function compareShardingKey(existing: ExistingSpace, definition: SpaceDefinition): Partial<SchemaPlan> {
  const { name: space, rows, sharding_key: old } = existing;
  const wanted = definition.sharding_key ?? null;
  const same = old !== null && wanted !== null && positions(old, existing.format) === positions(wanted, definition.format);
  if (old === wanted || (same && old.join(' ') === wanted.join(' '))) return {};
  if (same || old === null || rows === 0) return { steps: [keyStep(space, wanted)] };
  return {
    refusals: [{
      code: 'shardingKeyChanged', space, field: null, index: null,
      sentence: `Space ${space} is sharded by ${old.join(', ')}, and its rows are where that put them.`,
      wayOut: `Leave the sharding key; make another space sharded by ${wanted?.join(', ') ?? 'its primary key'}, and move the rows by a migration.`,
    }],
  };
}

const positions = (key: readonly string[], format: SpaceDefinition['format'] | ExistingSpace['format']): string => key.map((name) => format.findIndex((field) => field.name === name)).join(' ');
