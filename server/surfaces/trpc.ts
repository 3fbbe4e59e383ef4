import { initTRPC, tracked, TRPCError, type TRPCMutationProcedure, type TRPCQueryProcedure, type TRPCSubscriptionProcedure } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { z } from 'zod';
import { CoterieError, errors, problemOf } from '~/contract/errors.ts';
import { contract, entriesOf, type Contract, type Entry, type Tree } from '~/contract/index.ts';
import type { Operation } from '~/contract/operation.ts';
import { callerOf, type Called, type CallerOptions } from './caller.ts';
import { execute, follow, type Pipeline } from './execute.ts';

/** tRPC: the contract as a router. The dashboard's types come from here; the work is done in `execute`. */

export const trpcPath = '/api/trpc';

type TrpcContext = { readonly called: Called; readonly pipeline: Pipeline; readonly stopping: AbortSignal };

const t = initTRPC.context<TrpcContext>().create({
  sse: { ping: { enabled: true, intervalMs: 10_000 } },
  errorFormatter: ({ shape, error }) => ({ ...shape, data: { ...shape.data, stack: undefined, problem: problemOf(error.cause) } }),
});

type ProcedureOf<O> =
  O extends Operation<infer K, infer I, infer Out>
    ? K extends 'query'
      ? TRPCQueryProcedure<{ input: z.input<I>; output: z.output<Out>; meta: unknown }>
      : K extends 'mutation'
        ? TRPCMutationProcedure<{ input: z.input<I>; output: z.output<Out>; meta: unknown }>
        : TRPCSubscriptionProcedure<{ input: z.input<I>; output: AsyncIterable<{ id: string; data: z.output<Out> }, void>; meta: unknown }>
    : never;

type RecordOf<T extends Tree> = { [Noun in keyof T]: { [Verb in keyof T[Noun]]: ProcedureOf<T[Noun][Verb]> } };

function routerOf<T extends Tree>(tree: T) {
  const record: Record<string, Record<string, unknown>> = {};
  for (const entry of entriesOf(tree)) (record[entry.noun] ??= {})[entry.verb] = procedureOf(entry);
  // The loop gave `record` exactly the keys of `tree`, which TypeScript cannot follow.
  return t.router(record as unknown as RecordOf<T>);
}

function procedureOf(entry: Entry) {
  // The input is parsed in `execute`, as for every surface: here it only passes through.
  const procedure = t.procedure.input((raw: unknown) => raw);
  const run = ({ ctx, input }: { ctx: TrpcContext; input: unknown }) => execute(ctx.pipeline, { entry, context: ctx.called.context, rawInput: input }).catch(rethrow);
  switch (entry.operation.kind) {
    case 'query':
      return procedure.query(run);
    case 'mutation':
      return procedure.mutation(run);
    case 'stream':
      return procedure.subscription(({ ctx, input, signal }) => messages(entry, { ctx, input, signal: signal ?? new AbortController().signal }));
  }
}

async function* messages(entry: Entry, { ctx, input, signal }: { ctx: TrpcContext; input: unknown; signal: AbortSignal }) {
  const { lastEventId, ...rawInput } = (input ?? {}) as { lastEventId?: string };
  const options = { signal: AbortSignal.any([signal, ctx.stopping]), again: ctx.called.again, ...(lastEventId === undefined ? {} : { lastEventId }) };
  try {
    for await (const { id, data } of follow(ctx.pipeline, { entry, context: ctx.called.context, rawInput }, options)) yield tracked(id, data);
  } catch (error) {
    rethrow(error);
  }
}

function rethrow(error: unknown): never {
  if (error instanceof CoterieError) throw new TRPCError({ code: errors[error.code].trpc, message: error.message, cause: error });
  throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: problemOf(error).detail, cause: error });
}

const appRouter = routerOf<Contract>(contract);
export type AppRouter = typeof appRouter;

export type TrpcOptions = CallerOptions & { readonly pipeline: Pipeline; readonly stopping: AbortSignal };

export async function trpc(request: Request, address: string | null, options: TrpcOptions): Promise<Response> {
  const resHeaders = new Headers();
  const response = await fetchRequestHandler({
    endpoint: trpcPath,
    req: request,
    router: appRouter,
    allowMethodOverride: false,
    createContext: async (): Promise<TrpcContext> => {
      const called = await callerOf(request, address, { ...options, surface: 'trpc' }).catch(rethrow);
      return { called: { ...called, context: { ...called.context, setCookie: (header) => resHeaders.append('set-cookie', header) } }, pipeline: options.pipeline, stopping: options.stopping };
    },
  });
  for (const cookie of resHeaders.getSetCookie()) response.headers.append('set-cookie', cookie);
  return response;
}
