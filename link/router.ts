import { initTRPC, TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { CoterieError, errors, problemOf } from '~/contract/errors.ts';
import { z } from 'zod';
import { inputError } from './input-error.ts';
import { agentPath } from './paths.ts';
import { agentApi, type AgentHandlers } from './protocol.ts';
import { TokenVerifier, type Caller } from './token.ts';

/** The agent's side: a tRPC router made by a loop over the protocol, behind the token check. */

type Context = { caller: Caller };
const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape, error }) => ({ ...shape, data: { ...shape.data, problem: problemOf(error.cause instanceof z.core.$ZodError ? inputError(error.cause) : error.cause) } }),
});

function routerOf(handlers: AgentHandlers) {
  const procedures = Object.entries(agentApi).map(([name, shape]) => {
    // Each handler has the input and output types of its own entry, which a loop over entries cannot express.
    const handle = handlers[name as keyof AgentHandlers] as unknown as (input: unknown, signal?: AbortSignal) => Promise<unknown> & AsyncIterable<unknown>;
    const procedure = t.procedure.input(shape.input);
    switch (shape.kind) {
      case 'query':
        return [name, procedure.query(({ input }) => settle(handle(input)))] as const;
      case 'mutation':
        return [name, procedure.mutation(({ input }) => settle(handle(input)))] as const;
      case 'stream':
        return [name, procedure.query(({ input, signal }) => handle(input, signal ?? new AbortController().signal) as AsyncIterable<unknown>)] as const;
    }
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

/** A fetch handler for `/agent/*`. `callee` is this agent's uuid; wrong or missing tokens get 401 and nothing else. */
export function agentFetchHandler(handlers: AgentHandlers, options: { key: Uint8Array; callee: string; onError?: (path: string | undefined, error: Error) => void }) {
  const router = routerOf(handlers);
  const verifier = new TokenVerifier(options);
  return async (request: Request): Promise<Response> => {
    const caller = await verifier.verify(request.headers.get('authorization'));
    if (caller === null) return Response.json({ code: 'UNAUTHENTICATED', title: errors.UNAUTHENTICATED.title, detail: 'The token is missing, wrong or stale: check the cluster secret and the clocks of both hosts.' }, { status: 401 });
    return fetchRequestHandler({
      endpoint: agentPath,
      req: request,
      router,
      createContext: () => ({ caller }),
      allowBatching: true,
      // Queries go by POST too: a query with a long input fits no URL, and an URL ends in logs.
      allowMethodOverride: true,
      onError: ({ path, error }) => options.onError?.(path, error),
    });
  };
}
