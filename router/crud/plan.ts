/**
 * How a select is done: which index is walked, in which direction, what is tested, and whether one bucket holds all. The
 * index is that of the first condition that has one, as in crud: rows come in its order, downwards for `<` and `<=`.
 */
import type { Value, Writable } from '~/iproto/index.ts';
import { refused } from '~/router/calls.ts';
import { bucketOf } from '~/router/hash.ts';
import type { Index, Part, Space } from './schema.ts';

export type Operator = '=' | '>' | '>=' | '<' | '<=';
export type Condition = { readonly operator: Operator; readonly parts: readonly Part[]; readonly values: readonly Value[] };

export type Plan = {
  readonly index: Index;
  readonly reversed: boolean;
  readonly conditions: readonly Condition[];
  readonly start: Condition | undefined;
  /** All rows are in it; undefined: every shard is asked. */
  readonly bucket: number | undefined;
  /** By what rows are in order: no two are equal by it. */
  readonly orderBy: readonly Part[];
};

const operators: { readonly [text: string]: Operator } = { '=': '=', '==': '=', '>': '>', '>=': '>=', '<': '<', '<=': '<=' };
const conditionsMax = 64;

export type Wanted = { readonly conditions: Value | undefined; readonly bucket: number | undefined; readonly buckets: number; readonly backwards: boolean };

export function planOf(space: Space, { conditions: given, bucket, buckets, backwards }: Wanted): Plan {
  const conditions = readConditions(space, given);
  const scanned = conditions.map((condition) => ({ condition, index: indexFor(space, condition) })).find(({ index }) => index !== undefined);
  const index = scanned?.index ?? space.indexes[0]!;
  if (index.type !== 'TREE') throw refused(`Space '${space.name}': neither a condition's index nor the primary one is of type TREE, so rows have no order`);
  const start = scanned?.condition;
  const downwards = start?.operator === '<' || start?.operator === '<=';
  return { index, reversed: downwards !== backwards, conditions: conditions.map(({ operator, parts, values }) => ({ operator, parts, values })), start, bucket: bucket ?? bucketIn(space, conditions, buckets), orderBy: orderOf(space, index) };
}

/** The least or the greatest row of an index. */
export function planOfEdge(space: Space, index: Index, { reversed, bucket }: { reversed: boolean; bucket: number | undefined }): Plan {
  if (index.type !== 'TREE') throw refused(`Index '${index.name}' of space '${space.name}' is not of type TREE, so it has no order`);
  return { index, reversed, conditions: [], start: undefined, bucket, orderBy: orderOf(space, index) };
}

/** As the storages take it (lua/crud/scan.lua). */
export function wirePlan(plan: Plan, more: { readonly after: Writable; readonly limit: number }): Writable {
  return { index: plan.index.id, reversed: plan.reversed, conditions: plan.conditions as unknown as Writable, start: (plan.start ?? null) as unknown as Writable, bucket: plan.bucket ?? null, after: more.after, limit: more.limit };
}

type Read = Condition & { readonly named: string | number };

function readConditions(space: Space, given: Value | undefined): Read[] {
  if (given == null) return [];
  // An empty Lua table is a map on some roads.
  if (given instanceof Map && given.size === 0) return [];
  if (!Array.isArray(given)) throw refused("conditions are an array: {{'>=', 'age', 18}, ...}");
  if (given.length > conditionsMax) throw refused(`at most ${conditionsMax} conditions`);
  return given.map((condition) => readCondition(space, condition));
}

function readCondition(space: Space, given: Value): Read {
  const [word, operand, value] = Array.isArray(given) ? given : [];
  const operator = typeof word === 'string' && Object.hasOwn(operators, word) ? operators[word] : undefined;
  if (operator === undefined) throw refused("a condition is {operator, field or index, value} with operator =, >, >=, < or <=");
  if (typeof operand !== 'string' && typeof operand !== 'number') throw refused('a condition names a field or an index, or the number of a field');
  const index = space.indexes.find(({ name }) => name === operand);
  if (index) {
    const values = Array.isArray(value) ? value : value == null ? [] : [value];
    if (values.length > index.parts.length) throw refused(`Index '${index.name}' has ${index.parts.length} parts, the condition gives ${values.length}`);
    return { operator, parts: index.parts.slice(0, values.length), values, named: operand };
  }
  const field = typeof operand === 'number' ? operand : space.format.findIndex(({ name }) => name === operand) + 1;
  const type = space.format[field - 1]?.type;
  if (type === undefined) throw refused(`Space '${space.name}' has no field or index ${JSON.stringify(operand)}`);
  if (['map', 'array'].includes(type)) throw refused(`Field ${JSON.stringify(operand)} is of type ${type}, which has no order`);
  return { operator, parts: [{ field, type: type === 'any' || type === '*' ? 'scalar' : type }], values: [Array.isArray(value) ? (value[0] ?? null) : (value ?? null)], named: operand };
}

/** By name, or by the field that it begins with. */
function indexFor(space: Space, { named, parts }: Read): Index | undefined {
  const ordered = space.indexes.filter(({ type }) => type === 'TREE');
  return ordered.find(({ name }) => name === named) ?? (parts[0] && ordered.find(({ parts: [first] }) => first!.field === parts[0]!.field));
}

/** Equalities that name the bucket, or all of what it is made of. */
function bucketIn(space: Space, conditions: readonly Condition[], buckets: number): number | undefined {
  const equal = new Map<number, Value>();
  for (const { operator, parts, values } of conditions) if (operator === '=') parts.forEach(({ field }, at) => equal.set(field, values[at] ?? null));
  const bucket = space.bucket === undefined ? undefined : equal.get(space.bucket);
  if (typeof bucket === 'number') return bucket;
  if (space.key.length === 0 || space.key.some((field) => equal.get(field) == null)) return undefined;
  return bucketOf(space.key.map((field) => equal.get(field)!), buckets, space.hash);
}

function orderOf(space: Space, index: Index): Part[] {
  const parts = [...index.parts];
  for (const part of space.indexes[0]!.parts) if (!parts.some(({ field }) => field === part.field)) parts.push(part);
  return parts;
}
