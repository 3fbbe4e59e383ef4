/**
 * Values of rows as JSON carries them. What JSON has a word for is written with it; the rest is an object with one marked
 * key, so that nothing is rounded and all can be sent back:
 *   {"$int": "18446744073709551615"}  integers beyond 2^53      {"$decimal": "1.50"}   {"$uuid": "..."}
 *   {"$hex": "00ff"}  bytes (varbinary)                         {"$text": "ff"}  text that is no UTF-8, as hex
 *   {"$double": "NaN"}  NaN, Infinity, -Infinity, -0            {"$map": [[key, value], ...]}  maps with other keys than text
 *   {"$ext": 4, "hex": "..."}  an extension type, with `text` where it is known (datetime)
 */

type Marked = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Marked => typeof value === 'object' && value !== null && !Array.isArray(value);

export const marks = ['$int', '$decimal', '$uuid', '$hex', '$text', '$double', '$map', '$ext'] as const;
export type Mark = (typeof marks)[number];

/** The mark of a value; null: it is what JSON says. */
export function markOf(value: unknown): Mark | null {
  if (!isObject(value)) return null;
  const keys = Object.keys(value);
  return marks.find((mark) => Object.hasOwn(value, mark) && (keys.length === 1 || mark === '$ext')) ?? null;
}

/** One line for people: a cell of a table, of CSV. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  const mark = markOf(value);
  return mark === null && typeof value === 'string' ? value : inner(value, mark);
}

function inner(value: unknown, mark: Mark | null = markOf(value)): string {
  if (mark !== null) return markedText(value as Marked, mark);
  if (Array.isArray(value)) return `[${value.map((item) => inner(item)).join(', ')}]`;
  if (isObject(value)) return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inner(item)}`).join(', ')}}`;
  return JSON.stringify(value);
}

function markedText(value: Marked, mark: Mark): string {
  switch (mark) {
    case '$int':
    case '$decimal':
    case '$uuid':
    case '$double':
      return String(value[mark]);
    case '$hex':
    case '$text':
      return `0x${String(value[mark])}`;
    case '$map':
      return `{${(value.$map as [unknown, unknown][]).map(([key, item]) => `${inner(key)}: ${inner(item)}`).join(', ')}}`;
    case '$ext':
      return typeof value['text'] === 'string' ? value['text'] : `ext ${String(value.$ext)} 0x${String(value['hex'])}`;
  }
}

/** What a value is, in a word: for the details of a row. */
export function kindText(value: unknown): string {
  const mark = markOf(value);
  if (mark === null) return value === null || value === undefined ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'object' ? 'map' : typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'double') : typeof value;
  return { $int: 'integer', $decimal: 'decimal', $uuid: 'uuid', $hex: 'bytes', $text: 'text, no UTF-8', $double: 'double', $map: 'map', $ext: 'extension' }[mark];
}

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const digitsExact = 15;

/** JSON as a person writes it: a number that JavaScript would round becomes a marked one. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  return JSON.parse(text.replaceAll(token, (word) => (word.startsWith('"') || word.replaceAll(/\D/g, '').length <= digitsExact || /e/i.test(word) ? word : word.includes('.') ? `{"$decimal": "${word}"}` : `{"$int": "${word}"}`)));
}
