/**
 * The text of a search as terms, all of which must fit: plain words, `field:part`, `field=exactly`, `number>1`, each
 * turned round by a minus sign before it. What is no field of ours is a plain word, so an address can be searched as it is.
 */
export type Operator = '>' | '>=' | '<' | '<=' | '=';
export type Term = { readonly not: boolean } & (
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'text'; readonly field: string; readonly value: string; readonly exact: boolean }
  | { readonly kind: 'number'; readonly field: string; readonly value: number; readonly operator: Operator }
);

type Fields = { readonly texts: readonly string[]; readonly numbers: readonly string[] };

/** A quoted part may hold blanks: zone:"north 2". */
const token = /(?:"[^"]*"?|[^\s"])+/g;
const shape = /^([a-z]+)(:|>=|<=|>|<|=)(.*)$/;
const termsMax = 20;

export function termsOf(search: string, fields: Fields): Term[] {
  const tokens = search.toLowerCase().match(token) ?? [];
  return tokens.slice(0, termsMax).flatMap((text) => termOf(text, fields) ?? []);
}

/** Null for what is not written to its end yet: it must not empty the page meanwhile. */
function termOf(text: string, { texts, numbers }: Fields): Term | null {
  const not = text.startsWith('-') && text.length > 1;
  const plain = not ? text.slice(1) : text;
  const [, field = '', operator = '', quoted = ''] = shape.exec(plain) ?? [];
  const value = unquoted(quoted);
  if (texts.includes(field) && (operator === ':' || operator === '=')) return value === '' ? null : { kind: 'text', field, value, exact: operator === '=', not };
  if (numbers.includes(field)) {
    if (value === '') return null;
    const number = numberOf(value);
    if (number !== null) return { kind: 'number', field, value: number, operator: operator === ':' ? '=' : (operator as Operator), not };
  }
  return plain === '-' || unquoted(plain) === '' ? null : { kind: 'word', value: unquoted(plain), not };
}

const unquoted = (text: string) => text.replaceAll('"', '');

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, min: 60, h: 3600, '%': 1 };

/** In the field's own unit: seconds for times. "200ms" is 0.2. */
function numberOf(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|min|h|%)?$/.exec(text) ?? [];
  return number === undefined ? null : Number(number) * (units[unit] ?? 1);
}
