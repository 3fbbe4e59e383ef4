import * as z from 'zod';
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

const Fields = z.record(z.string(), z.unknown());
const Head = z.object({ input: Fields, texts: z.array(z.tuple([z.string(), z.number().int().nonnegative()])).max(4) });

/** Throws where the body is not what its type says. */
export function decoded(contentType: string | undefined, body: Buffer): unknown {
  if (contentType !== partsType) return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  const end = body.indexOf(0x0a);
  const { input, texts } = Head.parse(JSON.parse(body.toString('utf8', 0, Math.max(end, 0))));
  let at = end + 1;
  for (const [name, bytes] of texts) {
    const holder = Fields.parse(Object.hasOwn(input, name) ? input[name] : undefined);
    if (at + bytes > body.length) throw new Error('the body is shorter than it says');
    input[name] = { ...holder, text: textOf(body.subarray(at, at + bytes)) };
    at += bytes;
  }
  if (at !== body.length) throw new Error('the body is longer than it says');
  return input;
}

const isBig = (value: unknown): value is { text: string } => typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string' && isBigText(value.text);
