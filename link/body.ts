import { bytesOf, isBigText, textOf } from './text-bytes.ts';

/**
 * A call's input on the wire. Mostly plain JSON; a field that holds a big document ({text: ...}) has that text behind
 * the JSON, as it is: written as a JSON string it would be escaped once more here and unescaped at every agent.
 *
 *     {"input": {..., "candidate": {"meta": ...}}, "texts": [["candidate", 1048576]]}\n<text in UTF-8>...
 */
export type Encoded = { readonly contentType: string; readonly parts: readonly (string | Buffer)[] };

const plainType = 'application/json';
const partsType = 'application/vnd.coterie.parts';

export function encoded(input: object): Encoded {
  const fields = Object.entries(input);
  const big = fields.filter((field): field is [string, { text: string }] => isBig(field[1]));
  if (big.length === 0) return { contentType: plainType, parts: [JSON.stringify(input)] };
  const texts = big.map(([name, value]) => [name, bytesOf(value.text)] as const);
  const small = Object.fromEntries(fields.map(([name, value]) => [name, isBig(value) ? { ...value, text: undefined } : value]));
  const head = JSON.stringify({ input: small, texts: texts.map(([name, { length }]) => [name, length]) });
  return { contentType: partsType, parts: [Buffer.from(`${head}\n`), ...texts.map(([, bytes]) => bytes)] };
}

const textsMax = 4;

/** Throws where the body is not what its type says. */
export function decoded(contentType: string | undefined, body: Buffer): unknown {
  if (contentType !== partsType) return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  const end = body.indexOf(0x0a);
  const { input, texts } = headIn(JSON.parse(body.toString('utf8', 0, Math.max(end, 0))));
  let at = end + 1;
  for (const [name, bytes] of texts) {
    const holder = Object.hasOwn(input, name) ? input[name] : undefined;
    if (!isFields(holder)) throw new Error('a text belongs to nothing');
    if (at + bytes > body.length) throw new Error('the body is shorter than it says');
    input[name] = { ...holder, text: textOf(body.subarray(at, at + bytes)) };
    at += bytes;
  }
  if (at !== body.length) throw new Error('the body is longer than it says');
  return input;
}

type Fields = Record<string, unknown>;

/** By hand: a change waits for this at every agent. What `input` holds is for the call's own schema. */
function headIn(head: unknown): { readonly input: Fields; readonly texts: readonly (readonly [string, number])[] } {
  if (!isFields(head) || !isFields(head['input']) || !Array.isArray(head['texts'])) throw new Error('no input, or no texts');
  const { input, texts } = head as { input: Fields; texts: unknown[] };
  if (texts.length > textsMax || !texts.every(isPlace)) throw new Error('texts are names with numbers of bytes, at most four');
  return { input, texts };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const isPlace = (value: unknown): value is readonly [string, number] => Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && Number.isSafeInteger(value[1]) && value[1] >= 0;

const isBig = (value: unknown): value is { text: string } => typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string' && isBigText(value.text);
