import { createHash } from 'node:crypto';
import { CoterieError } from '~/contract/errors.ts';
import type { DataIndex, DataMissing, DataPage, DataRow, DataSpace } from '~/contract/shapes/data.ts';
import type { DataPageAnswer, DataPageQuestion } from '~/link/data-messages.ts';
import { cursorOf, placeOf, questionOf, type Place } from './cursor.ts';
import { keyValues, packed, unpacked } from './encode.ts';
import { merged } from './merge.ts';
import { asked, missingOf, type Scope, type Source } from './scope.ts';
import { toShown } from './values.ts';

/** A page of rows: every storage is asked for one at once, and they are put together in the order of the index. */

export type Question = Pick<DataPageQuestion, 'op' | 'descending' | 'limit' | 'timeoutMs'> & { readonly space: string; readonly index: string | undefined; readonly key: string | undefined; readonly cursor: string | undefined; readonly bytesMax: number };

type Answer = { readonly definition: DataSpace; readonly index: DataIndex; readonly page: DataPageAnswer };
type Answered = { readonly source: Source; readonly answer: Answer };

export async function browsed(scope: Scope, question: Question): Promise<DataPage> {
  const mark = questionOf(scope.whole || scope.sources[0]?.instance.uuid, question.space, question.index, question.op, question.key, question.descending);
  const place = question.cursor === undefined ? null : placeOf(question.cursor, mark);
  if (question.op !== 'all' && question.key === undefined) throw new CoterieError('BAD_INPUT', `\`${question.op}\` compares with a key: give one, or ask for all.`);
  const { answers, failures } = await asked(scope.sources, (source) => pageOf(source, question, place));
  const missing = [...scope.missing, ...failures.map(({ source, error }) => missingOf(source.instance, error))];
  if (answers.length === 0) throw failures[0]?.error ?? new CoterieError('UNAVAILABLE', missing[0]?.sentence ?? 'Nobody can be asked.', { missing });
  const { definition, index } = answers[0]!.answer;
  const { rows, next } = index.ordered ? inOrder(answers, question) : inTurn(answers, question, place);
  return {
    space: definition.name,
    index: index.name,
    ordered: index.ordered,
    columns: definition.columns,
    primary: definition.indexes[0]!.parts.map(({ field }) => field),
    rows: rows.map(({ text, source }) => rowOf(text, definition, source)),
    cursor: next && cursorOf(next, mark),
    missing,
    warnings: warningsOf(answers, missing, scope),
  };
}

async function pageOf({ client, instance, replicaset }: Source, { space, index: wanted, op, key, descending, limit, bytesMax, timeoutMs }: Question, place: Place | null): Promise<Answer> {
  const definition = await client.dataSpace({ space }, { timeoutMs });
  const index = wanted === undefined ? definition.indexes[0] : definition.indexes.find(({ name }) => name === wanted);
  if (!index) throw new CoterieError('NOT_FOUND', `Space ${space} has no index ${wanted ?? ''}. It has ${definition.indexes.map(({ name }) => name).join(', ')}.`);
  const storage = storageOf({ instance, replicaset });
  const after = index.ordered ? (place?.place ?? null) : null;
  const page = await client.dataPage(
    {
      space, index: index.name, op, descending, limit, bytesMax, timeoutMs, after,
      key: key === undefined || op === 'all' ? null : packed(keyValues(definition, index, key, { whole: false })),
      start: after === null ? null : packed(unpacked(after).slice(0, index.parts.length)),
      with: place !== null && storage > place.storage,
      offset: place !== null && storage === place.storage ? place.offset : 0,
    },
    { timeoutMs: timeoutMs + 1000 },
  );
  return { definition, index, page };
}

const storageOf = ({ instance, replicaset }: Pick<Source, 'instance' | 'replicaset'>): string => replicaset?.uuid ?? instance.uuid;

type Rows = { readonly rows: readonly { readonly text: string; readonly source: Source }[]; readonly next: Place | null };

function inOrder(answers: readonly Answered[], { descending, limit }: Question): Rows {
  const bySource = new Map(answers.map(({ source }) => [storageOf(source), source]));
  // In an index with an order every row has its place.
  const parts = answers.map(({ source, answer: { page } }) => ({ storage: storageOf(source), rows: page.rows.map(({ row, place }) => ({ row, place: unpacked(place!) })), end: page.place === null ? null : unpacked(page.place) }));
  const collations = answers[0]!.answer.page.collations.map((name) => name ?? undefined);
  const { rows, end } = merged(parts, { collations, descending, limit });
  return { rows: rows.map(({ row, storage }) => ({ text: row, source: bySource.get(storage)! })), next: end && { place: packed(end.place), storage: end.storage, offset: 0 } };
}

/** One storage after the other, by their uuids. */
function inTurn(answers: readonly Answered[], { limit }: Question, place: Place | null): Rows {
  const left = answers.filter(({ source }) => place === null || storageOf(source) >= place.storage).toSorted((a, b) => (storageOf(a.source) < storageOf(b.source) ? -1 : 1));
  const rows: Rows['rows'][number][] = [];
  for (const { source, answer: { page } } of left) {
    const storage = storageOf(source);
    const room = limit - rows.length;
    rows.push(...page.rows.slice(0, room).map(({ row }) => ({ text: row, source })));
    const next = page.rows[room];
    if (next) return { rows, next: { place: null, storage, offset: next.at ?? 0 } };
    if (page.offset !== null) return { rows, next: { place: null, storage, offset: page.offset } };
  }
  return { rows, next: null };
}

export const etagOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);

export function rowOf(text: string, { sharding }: DataSpace, { instance, replicaset }: Source): DataRow {
  const values = unpacked(text);
  const bucket = sharding === null ? null : values[sharding.field - 1];
  return { values: values.map(toShown), replicaset, instance: instance.alias, bucket: typeof bucket === 'number' ? bucket : null, etag: etagOf(text) };
}

function warningsOf(answers: readonly Answered[], missing: readonly DataMissing[], { whole }: Scope): string[] {
  const warnings: string[] = [];
  const shapes = new Set(answers.map(({ answer: { definition } }) => JSON.stringify([definition.columns, definition.indexes])));
  if (shapes.size > 1) warnings.push('The space has other columns or indexes on some storages: rows are shown by those of the first.');
  const buckets = answers.map(({ answer }) => answer.page.buckets);
  const owned = buckets.reduce((sum, one) => sum + (one?.owned ?? 0), 0);
  const all = buckets.every((one) => one !== null);
  if (all && (buckets.some((one) => !one.still) || (whole && missing.length === 0 && owned !== buckets[0]!.of))) warnings.push('Buckets were moving while this was read: rows of those may be missing here. Look again.');
  return warnings;
}
