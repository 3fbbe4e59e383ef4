/** crud.*_many: each row goes to its bucket by itself, all at once, so that each is followed where it moves. */
import { encode, Raw, Reader, type Writable } from '~/iproto/index.ts';
import { slicesOf } from '~/router/exchange.ts';
import { isNil, itemsOf } from '~/router/slices.ts';
import { crudError, type Told } from '~/router/told.ts';

export type Item = {
  /** What is told of it in an error: the row as the client gave it. */
  readonly operand: Buffer;
  readonly run: () => Promise<{ told: Told } | { response: Parameters<typeof slicesOf>[0] }>;
};

export type ManyOptions = { readonly stopOnError: boolean; readonly className: string; readonly metadata: Writable };

const atOnce = 512;

/** The two results: rows of those that went well, errors of the others. */
export async function runMany(items: readonly Item[], { stopOnError, className, metadata }: ManyOptions): Promise<[Writable, Writable]> {
  const rows: Raw[] = [];
  const errors: Writable[] = [];
  // Where the first error ends it, rows go one after another.
  const width = stopOnError ? 1 : atOnce;
  let done = 0;
  for (let from = 0; from < items.length; from += width) {
    const part = items.slice(from, from + width);
    const answers = await Promise.all(part.map((item) => item.run()));
    answers.forEach((answer, index) => {
      if ('told' in answer) {
        errors.push({ ...(crudError(answer.told, className) as { [key: string]: Writable }), operation_data: new Raw(part[index]!.operand) });
        return;
      }
      done += 1;
      rows.push(...rowsOf(slicesOf(answer.response)[0]));
    });
    if (stopOnError && errors.length > 0) break;
  }
  return [done === 0 && errors.length > 0 ? null : { metadata, rows }, errors.length === 0 ? null : errors];
}

/** Of a result {metadata, rows}. */
function rowsOf(result: Buffer | undefined): Raw[] {
  if (result === undefined || isNil(result)) return [];
  const reader = new Reader(result);
  const value = reader.read();
  const rows = value instanceof Map ? value.get('rows') : undefined;
  return Array.isArray(rows) ? itemsOf(encode(rows)).map((row) => new Raw(row)) : [];
}
