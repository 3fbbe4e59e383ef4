/**
 * JSON of a call's input, in pieces. A document goes to every agent of the cluster in the same words: a big one is
 * encoded once and its bytes are shared, by the identity of the (immutable) value that holds it.
 */

const bigChars = 4096;
const known = new WeakMap<object, Buffer>();

export function encoded(input: object): Buffer[] {
  const parts: Buffer[] = [];
  let text = '{';
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    text += `${text === '{' && parts.length === 0 ? '' : ','}${JSON.stringify(name)}:`;
    if (!isBig(value)) {
      text += JSON.stringify(value);
      continue;
    }
    const bytes = known.get(value) ?? Buffer.from(JSON.stringify(value));
    known.set(value, bytes);
    parts.push(Buffer.from(text), bytes);
    text = '';
  }
  return [...parts, Buffer.from(`${text}}`)];
}

const isBig = (value: unknown): value is { text: string } => typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string' && value.text.length > bigChars;
