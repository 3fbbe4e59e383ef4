import type { z } from 'zod';
import type { Contract } from '~/contract/index.ts';
import type { Operation } from '~/contract/operation.ts';
import type { ApplyRun, Plan } from '~/contract/shapes/plan.ts';

type NamesOf<Noun extends keyof Contract> = {
  [Verb in keyof Contract[Noun] & string]: Contract[Noun][Verb] extends Operation<'mutation', infer _I, infer _O> ? `${Noun & string}.${Verb}` : never;
}[keyof Contract[Noun] & string];

/** "instance.join", "replicaset.edit": every operation that changes something. */
export type MutationName = { [Noun in keyof Contract]: NamesOf<Noun> }[keyof Contract];

type OperationAt<Name extends string> = Name extends `${infer Noun extends keyof Contract & string}.${infer Verb}` ? (Verb extends keyof Contract[Noun] ? Contract[Noun][Verb] : never) : never;

export type InputOf<Name extends MutationName> = OperationAt<Name> extends Operation<'mutation', infer I, infer _O> ? z.input<I> : never;

/** What every mutation answers; `data` differs by operation. */
export type OutcomeOf = { readonly dryRun: boolean; readonly plan: Plan; readonly run: ApplyRun | null; readonly data: Readonly<Record<string, unknown>> | null };

/** An input while a person is filling it in: fields may be missing. */
export type Draft = Readonly<Record<string, unknown>>;

/** "cluster.watch", "instance.join": every operation. */
export type OperationName = { [Noun in keyof Contract & string]: `${Noun}.${keyof Contract[Noun] & string}` }[keyof Contract & string];
