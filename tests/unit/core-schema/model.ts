import type { FieldDefinition, IndexDefinition } from '~/contract/shapes/space-definition.ts';
import type { ExistingSpace } from '~/core/schema/existing.ts';
import { positioned } from '~/core/schema/parts.ts';
import type { SchemaStep } from '~/core/schema/step.ts';

/** A database that knows nothing but its schema: does the steps one by one, and refuses what Tarantool refuses of their order. */
export function carriedOut(spaces: readonly ExistingSpace[], steps: readonly SchemaStep[], role = 'bank'): ExistingSpace[] {
  return steps.reduce<ExistingSpace[]>((all, step) => {
    const old = all.find(({ name }) => name === step.space);
    if (step.kind === 'createSpace') {
      if (old) throw new Error(`there is a space ${step.space}`);
      return [...all, { name: step.space, role, ...step.options, format: step.format, indexes: [], made: [], sharding_key: null, rows: 0 }];
    }
    if (!old) throw new Error(`there is no space ${step.space}`);
    return all.map((space) => (space === old ? changed(old, step) : space));
  }, [...spaces]);
}

function changed(space: ExistingSpace, step: Exclude<SchemaStep, { kind: 'createSpace' }>): ExistingSpace {
  const has = (name: string) => space.indexes.some((index) => index.name === name);
  switch (step.kind) {
    case 'setFormat':
      return { ...space, format: step.format };
    case 'createIndex': {
      if (has(step.index.name)) throw new Error(`there is an index ${step.index.name}`);
      return { ...space, indexes: [...space.indexes, indexOf(step.index, space.format)], made: [...space.made, step.index.name] };
    }
    case 'alterIndex': {
      if (!has(step.index.name)) throw new Error(`there is no index ${step.index.name}`);
      return { ...space, indexes: space.indexes.map((index) => (index.name === step.index.name ? indexOf(step.index, space.format) : index)) };
    }
    case 'renameIndex': {
      if (!has(step.index) || has(step.to)) throw new Error(`${step.index} cannot become ${step.to}`);
      return { ...space, indexes: space.indexes.map((index) => (index.name === step.index ? { ...index, name: step.to } : index)), made: space.made.map((name) => (name === step.index ? step.to : name)) };
    }
    case 'dropIndex': {
      if (space.indexes.findIndex(({ name }) => name === step.index) < 1) throw new Error(`${step.index} cannot be dropped`);
      return { ...space, indexes: space.indexes.filter(({ name }) => name !== step.index), made: space.made.filter((name) => name !== step.index) };
    }
    case 'setShardingKey':
      return { ...space, sharding_key: step.key };
  }
}

function indexOf(index: IndexDefinition, format: readonly FieldDefinition[]): ExistingSpace['indexes'][number] {
  const { parts: _, ...rest } = index;
  const parts = positioned(index, format);
  if (parts.some(({ field }) => field < 1)) throw new Error(`index ${index.name} is over a field that is not there`);
  return { ...rest, parts };
}
