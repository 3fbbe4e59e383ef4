import { CoterieError } from '~/contract/errors.ts';
import { valueText } from '~/contract/data-value.ts';
import type { DataMissing, DataPage, DataSpace } from '~/contract/shapes/data.ts';
import type { DataKind, DataLooked } from '~/link/data-messages.ts';
import { etagOf, rowOf } from './browse.ts';
import { bucketOf, keyValues, operationValues, packed, rowValues, unpacked } from './encode.ts';
import { asked, missingOf, type Scope, type Source } from './scope.ts';
import { toShown } from './values.ts';

/** One row: where it is, what it is now, what it would become. Looked for on all storages, so that none is written twice. */

const askMs = 8000;

export type Wish = { readonly kind: DataKind | 'get'; readonly space: string; readonly key?: string | undefined; readonly row?: string | undefined; readonly operations?: string | undefined };

/** What is asked of a storage, as bytes. */
export type Asked = { readonly space: string; readonly kind: DataKind | 'get'; readonly key: string | null; readonly tuple: string | null; readonly operations: string | null };
type Found = { readonly source: Source; readonly looked: DataLooked; readonly asked: Asked };
export type Sought = { readonly found: readonly Found[]; readonly missing: readonly DataMissing[]; readonly definition: DataSpace; readonly warnings: readonly string[] };

export async function sought(scope: Scope, wish: Wish): Promise<Sought> {
  const warnings: string[] = [];
  const { answers, failures } = await asked(scope.sources, async (source) => {
    const definition = await source.client.dataSpace({ space: wish.space }, { timeoutMs: askMs });
    const question = questionOf(definition, wish, { hash: scope.hash, warn: (sentence) => warnings.includes(sentence) || warnings.push(sentence) });
    return { looked: await source.client.dataLook(question, { timeoutMs: askMs }), asked: question };
  });
  const missing = [...scope.missing, ...failures.map(({ source, error }) => missingOf(source.instance, error))];
  if (answers.length === 0) throw failures[0]?.error ?? new CoterieError('UNAVAILABLE', missing[0]?.sentence ?? 'Nobody can be asked.', { missing });
  return { found: answers.map(({ source, answer }) => ({ source, ...answer })), missing, definition: answers[0]!.answer.looked.definition, warnings };
}

function questionOf(definition: DataSpace, { kind, space, key, row, operations }: Wish, { hash, warn }: { hash: Scope['hash']; warn: (sentence: string) => void }): Asked {
  const primary = definition.indexes[0]!;
  const none = { space, kind, key: null, tuple: null, operations: null };
  if (row === undefined) return { ...none, key: packed(keyValues(definition, primary, key ?? 'null', { whole: true })), operations: operations === undefined ? null : packed(operationValues(definition, operations)) };
  const values = rowValues(definition, row);
  const { sharding } = definition;
  if (sharding === null) return { ...none, tuple: packed(values) };
  const at = sharding.field - 1;
  const bucket = bucketOf(values, sharding, hash);
  while (values.length <= at) values.push(null);
  if (values[at] === null) {
    if (bucket === null) throw new CoterieError('BAD_INPUT', `The bucket of the row cannot be told from its key: give it in the field ${definition.columns[at]?.name ?? 'bucket_id'}.`);
    values[at] = bucket;
  } else if (bucket !== null && values[at] !== bucket) warn(`By its key the row belongs in bucket ${bucket}, and it says ${valueText(toShown(values[at] ?? null))}: routers will look for it in ${bucket}.`);
  return { ...none, tuple: packed(values) };
}

/** The one that has the row; null: none has. */
export function holder({ found }: Sought): Found | null {
  const all = found.filter(({ looked }) => looked.before !== null && looked.owns);
  if (all.length > 1) throw new CoterieError('CONFLICT', `There is such a row on ${namesOf(all)}: say which one with \`on\`.`);
  return all[0] ?? null;
}

/** The one that is to have the row. */
export function home(sought: Sought): Found {
  const { found, missing, definition } = sought;
  const present = found.find(({ looked }) => looked.before !== null);
  if (definition.sharding === null) {
    if (found.length > 1 && present === undefined) throw new CoterieError('BAD_INPUT', `${definition.name} is not sharded, and is on ${namesOf(found)}: say where the row goes with \`on\`.`);
    return holder(sought) ?? found[0]!;
  }
  const owner = found.find(({ looked }) => looked.owns);
  if (owner === undefined) {
    const bucket = found[0]?.looked.bucket;
    throw new CoterieError(missing.length > 0 ? 'UNAVAILABLE' : 'CONFLICT', missing.length > 0 ? `Bucket ${bucket} is not on ${namesOf(found)}. Not heard: ${missing.map(({ sentence }) => sentence).join(' ')}` : `Bucket ${bucket} is on its way, or on none of ${namesOf(found)}: try again in a moment.`);
  }
  return owner;
}

/** Another storage that has a row with this key, in another bucket: two would be one too many. */
export const elsewhere = ({ found }: Sought, at: Found): Found | null => found.find((one) => one !== at && one.looked.before !== null && one.looked.owns) ?? null;

const namesOf = (found: readonly Found[]): string => found.map(({ source }) => source.replicaset?.alias ?? source.instance.alias).toSorted().join(', ');

export const shownRow = (text: string | null): unknown[] | null => (text === null ? null : unpacked(text).map(toShown));

/** "accounts[5]", "orders["a", 5]". */
export function nameOf({ name, indexes }: DataSpace, row: readonly unknown[] | null): string {
  const key = (indexes[0]?.parts ?? []).map(({ field }) => (typeof row?.[field - 1] === 'string' ? JSON.stringify(row[field - 1]) : valueText(row?.[field - 1])));
  return `${name}[${key.join(', ')}]`;
}

export const isRow = (text: string | null, etag: string | undefined): boolean => etag === undefined || (text !== null && etagOf(text) === etag);

/** As a page of one row, or of none. */
export function pageOfOne(sought: Sought): DataPage {
  const { definition, missing, found } = sought;
  const rows = found.filter(({ looked }) => looked.before !== null && looked.owns);
  return {
    space: definition.name, index: definition.indexes[0]!.name, ordered: true, columns: definition.columns, primary: definition.indexes[0]!.parts.map(({ field }) => field),
    rows: rows.map(({ looked, source }) => rowOf(looked.before!, definition, source)), cursor: null, missing: [...missing], warnings: [],
  };
}
