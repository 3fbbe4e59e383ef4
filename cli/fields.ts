import * as z from 'zod';
import { kebab, type Entry } from '~/contract/index.ts';

/** How an operation's input looks on a command line: each field of its zod object becomes a positional or a flag. */

export type FieldKind = 'text' | 'number' | 'boolean' | 'list' | 'map' | 'json' | 'file' | 'secret';

export type Field = {
  readonly name: string;
  readonly flag: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly nullable: boolean;
  readonly description: string;
  readonly choices: readonly string[] | null;
  readonly fallback: unknown;
  /** Milliseconds since the epoch: an ISO time or "15m" (ago) may be given. */
  readonly time: boolean;
};

/** `--ask-password`: of a secret that may be left out. */
export const askFlagOf = ({ flag }: Pick<Field, 'flag'>): string => `ask-${flag}`;

type Schema = { type?: string | string[]; description?: string; enum?: string[]; maxLength?: number; default?: unknown; anyOf?: Schema[]; items?: Schema };

/** Whole documents come from files, not from the command line; a short code is a word. */
const documents = new Set(['document', 'code']);
const wordMax = 1000;

export function fieldsOf({ operation }: Entry): { positionals: Field[]; flags: Field[] } {
  const { properties = {}, required = [] } = z.toJSONSchema(operation.input, { io: 'output', unrepresentable: 'any' }) as { properties?: Record<string, Schema>; required?: string[] };
  const secrets: readonly string[] = operation.secrets ?? [];
  const fields = Object.entries(properties).map(([name, schema]): Field => {
    const plain = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
    return {
      name,
      flag: kebab(name),
      kind: secrets.includes(name) ? 'secret' : documents.has(name) && (plain.maxLength ?? Infinity) > wordMax ? 'file' : kindOf(plain),
      required: required.includes(name) && schema.default === undefined,
      nullable: schema.anyOf?.some(({ type }) => type === 'null') ?? false,
      description: schema.description ?? plain.description ?? name,
      choices: plain.enum ?? null,
      fallback: schema.default,
      time: name === 'since',
    };
  });
  const subject: readonly string[] = operation.subject ?? [];
  const inOrder = subject.flatMap((name) => fields.filter((field) => field.name === name));
  return { positionals: inOrder, flags: fields.filter(({ name }) => !subject.includes(name)) };
}

function kindOf({ type, items }: Schema): FieldKind {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return items?.type === 'string' ? 'list' : 'json';
    case 'object':
      return 'map';
    default:
      return 'text';
  }
}
