import { initTRPC, TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { CoterieError, errors, problemOf } from '~/contract/errors.ts';
import * as z from 'zod';
import { inputError } from './input-error.ts';
import { agentPath } from './paths.ts';
import { agentApi, type AgentHandlers } from './protocol.ts';

/** The agent's side of calls by HTTP: a tRPC router made by a loop over the protocol. */

const t = initTRPC.create({
  errorFormatter: ({ shape, error }) => ({ ...shape, data: { ...shape.data, problem: problemOf(error.cause instanceof z.ZodError ? inputError(error.cause) : error.cause) } }),
});

function routerOf(handlers: AgentHandlers) {
  // Streams go another way (streams.ts).
  const calls = Object.entries(agentApi).filter(([, { kind }]) => kind !== 'stream');
  const procedures = calls.map(([name, { kind, input: shape }]) => {
    // Each handler has the input and output types of its own entry, which a loop over entries cannot express.
    const handle = handlers[name as keyof AgentHandlers] as unknown as (input: unknown) => Promise<unknown>;
    const procedure = t.procedure.input(shape);
    return [name, kind === 'query' ? procedure.query(({ input }) => settle(handle(input))) : procedure.mutation(({ input }) => settle(handle(input)))] as const;
  });
  return t.router(Object.fromEntries(procedures));
}

async function settle(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof CoterieError)) throw error;
    throw new TRPCError({ code: errors[error.code].trpc, message: error.message, cause: error });
  }
}

/** A fetch handler for `/agent/*`, for requests whose token was found good. */
export function agentFetchHandler(handlers: AgentHandlers, { onError }: { onError: (path: string | undefined, error: Error) => void }) {
  const router = routerOf(handlers);
  return (request: Request): Promise<Response> =>
    fetchRequestHandler({
      endpoint: agentPath,
      req: request,
      router,
      allowBatching: true,
      // Queries go by POST too: a query with a long input fits no URL, and an URL ends in logs.
      allowMethodOverride: true,
      onError: ({ path, error }) => onError(path, error),
    });
}
