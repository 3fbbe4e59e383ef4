import * as z from 'zod';
import type { AnyOperation } from '~/contract/index.ts';

/**
 * An URL holds only text; the schema says what a field is. `?lines=5` is a number where the contract says number,
 * `?roles=a&roles=b` a list where it says list. What does not fit is passed on as text: the schema then names the field.
 */

type Field = { type?: string | string[]; anyOf?: Field[]; items?: Field };

const kept = new WeakMap<AnyOperation, Record<string, Field>>();

export function fieldsOf(operation: AnyOperation): Record<string, Field> {
  let fields = kept.get(operation);
  if (fields === undefined) {
    fields = (z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' }).properties ?? {}) as Record<string, Field>;
    kept.set(operation, fields);
  }
  return fields;
}

export function fromText(operation: AnyOperation, params: URLSearchParams): Record<string, unknown> {
  const fields = fieldsOf(operation);
  return Object.fromEntries([...new Set(params.keys())].map((name) => [name, valueOf(fields[name] ?? {}, params.getAll(name))]));
}

function valueOf(field: Field, texts: string[]): unknown {
  const types = typesOf(field);
  if (types.includes('array')) return texts.map((text) => scalar(typesOf(field.items ?? {}), text));
  return texts.length === 1 ? scalar(types, texts[0]!) : texts;
}

export function scalar(types: readonly string[], text: string): unknown {
  if ((types.includes('number') || types.includes('integer')) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

export const typesOf = ({ type, anyOf }: Field): string[] => (anyOf ? anyOf.flatMap(typesOf) : [type ?? []].flat());
