import * as z from 'zod';
import { Outcome } from './shapes/plan.ts';

/** Least rights first. Each role may do all that the ones before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

export type Kind = 'query' | 'mutation' | 'stream';

/**
 * One thing that the product can do.
 *
 * tRPC, REST, OpenAPI, the CLI, forms, confirmation texts, audit names and the reference are loops over these
 * values, so an operation cannot exist on one surface and be missing from another.
 */
export type Operation<K extends Kind = Kind, Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> = {
  readonly kind: K;
  readonly summary: string;
  /** What a person should know beyond the summary: units, limits, what happens on failure. */
  readonly details?: string;
  readonly role: Role;
  readonly input: Input;
  /** A stream's output is the shape of one message. */
  readonly output: Output;
  /** Input fields that name what is acted on: positional in the CLI, path segments in REST. */
  readonly subject?: readonly (keyof z.output<Input> & string)[];
  /** An input field that may stand as the last word of the CLI though it may be left out. */
  readonly trailing?: string;
  /** What the person must agree to first. Absent, or null for this input, means safe to run at once. */
  readonly danger?: (input: z.output<Input>) => string | null;
  /** The person types the subject's name before it runs, where there is a danger. A field `confirm` gets what was typed. */
  readonly typedName?: boolean;
  /** Columns of the CLI's table, as paths into one row of the output. */
  readonly columns?: readonly string[];
  /** Fields never written to logs, audit or shell history; the CLI reads them from the terminal or a file. */
  readonly secrets?: readonly (keyof z.output<Input> & string)[];
  /** Callable without a session: login, first admin. */
  readonly open?: boolean;
};

/** Every mutation can be previewed, explained, and bound to the version it was made against. */
export const mutationFields = {
  reason: z.string().max(500).optional().describe('Why, for the audit log and the history'),
  dryRun: z.boolean().default(false).describe('Only show the plan'),
  expectedVersion: z.number().int().nonnegative().optional().describe('Refuse if the configuration is not at this version (If-Match)'),
};

type Without<O extends z.ZodType, I extends z.ZodObject, K extends Kind> = Omit<Operation<K, I, O>, 'kind'>;

export function query<I extends z.ZodObject, O extends z.ZodType>(operation: Without<O, I, 'query'>): Operation<'query', I, O> {
  return { kind: 'query', ...operation };
}

export function stream<I extends z.ZodObject, O extends z.ZodType>(operation: Without<O, I, 'stream'>): Operation<'stream', I, O> {
  return { kind: 'stream', ...operation };
}

type MutationInput<S extends z.core.$ZodLooseShape> = z.ZodObject<S & Omit<typeof mutationFields, keyof S>>;

/** `input` is given as fields; `reason`, `dryRun` and `expectedVersion` are added where it does not have its own. `data` is what comes back beside the plan. */
export function mutation<S extends z.core.$ZodLooseShape, D extends z.ZodType>(
  operation: Omit<Operation<'mutation', MutationInput<S>, z.ZodType>, 'kind' | 'input' | 'output'> & { readonly input: S; readonly data: D },
): Operation<'mutation', MutationInput<S>, ReturnType<typeof Outcome<D>>> {
  const { input, data, ...rest } = operation;
  // The spread has exactly the keys of S and of mutationFields, which TypeScript does not follow through z.object.
  const fields = z.object({ ...mutationFields, ...input }) as unknown as MutationInput<S>;
  return { kind: 'mutation', ...rest, input: fields, output: Outcome(data) };
}
