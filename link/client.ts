import { createTRPCUntypedClient, httpBatchStreamLink, httpLink, splitLink, TRPCClientError, type TRPCUntypedClient } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { CoterieError, errors, type ErrorCode, type Problem } from '~/contract/errors.ts';
import { httpFetch } from './fetch-http.ts';
import { agentApi, type AgentClient } from './protocol.ts';
import { agentPath } from './router.ts';
import type { TokenSigner } from './token.ts';

/** The caller's side: an `AgentClient` made by a loop over the protocol. Every call ends by its deadline. */

export type AgentTarget = { readonly uuid: string; readonly alias: string; /** host:port of the agent's HTTP listener. */ readonly http: string };

/** Connections are shared by all clients of this process. */
const calls = httpFetch();

export function agentClient(target: AgentTarget, signer: TokenSigner): AgentClient {
  const url = `http://${target.http}${agentPath}`;
  const headers = async () => ({ authorization: `Bearer ${await signer.tokenFor(target.uuid)}` });
  const client = createTRPCUntypedClient<AnyRouter>({
    links: [
      splitLink({
        condition: (op) => agentApi[op.path as keyof typeof agentApi].kind === 'stream',
        true: httpBatchStreamLink({ url, headers, maxItems: 1 }),
        // tRPC reads of a response what `httpFetch` gives, and no more.
        false: httpLink({ url, headers, methodOverride: 'POST', fetch: calls as never }),
      }),
    ],
  });
  const procedures = Object.entries(agentApi).map(([name, { kind }]) => [
    name,
    kind === 'stream'
      ? (input: unknown, options: StreamOptions) => followed(client, { name, input, target, ...options })
      : (input: unknown, options: CallOptions) => called(client, { kind, name, input, target, ...options }),
  ]);
  // One entry per procedure of the protocol, with its kind's signature: exactly AgentClient.
  return Object.fromEntries(procedures) as AgentClient;
}

type CallOptions = { timeoutMs: number; signal?: AbortSignal };
type StreamOptions = { idleMs: number; signal: AbortSignal };
type Call = { name: string; input: unknown; target: AgentTarget };

async function called(client: TRPCUntypedClient<AnyRouter>, call: Call & CallOptions & { kind: 'query' | 'mutation' }): Promise<unknown> {
  // By hand rather than AbortSignal.timeout and any: those cost as much as the call.
  const ended = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    ended.abort();
  }, call.timeoutMs);
  const abort = () => ended.abort();
  call.signal?.addEventListener('abort', abort, { once: true });
  if (call.signal?.aborted) abort();
  try {
    const { signal } = ended;
    return await (call.kind === 'query' ? client.query(call.name, call.input, { signal }) : client.mutation(call.name, call.input, { signal }));
  } catch (error) {
    if (late) throw new CoterieError('TIMED_OUT', `${call.target.alias} did not answer ${call.name} within ${call.timeoutMs} ms.`, { instance: call.target.uuid });
    throw translated(error, call);
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', abort);
  }
}

async function* followed(client: TRPCUntypedClient<AnyRouter>, call: Call & StreamOptions): AsyncGenerator<unknown> {
  const silence = new AbortController();
  const silent = () => silence.abort(new CoterieError('UNAVAILABLE', `${call.target.alias} has been silent for ${call.idleMs} ms.`, { instance: call.target.uuid }));
  let timer = setTimeout(silent, call.idleMs);
  const signal = AbortSignal.any([call.signal, silence.signal]);
  try {
    const messages = (await client.query(call.name, call.input, { signal })) as AsyncIterable<unknown>;
    for await (const message of messages) {
      clearTimeout(timer);
      yield message;
      timer = setTimeout(silent, call.idleMs);
    }
  } catch (error) {
    if (call.signal.aborted) return;
    if (silence.signal.aborted) throw silence.signal.reason;
    throw translated(error, call);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** What the agent said, where it said anything; otherwise that it cannot be reached. */
function translated(error: unknown, { name, target }: Call): CoterieError {
  const data = { instance: target.uuid, procedure: name };
  if (error instanceof TRPCClientError) {
    const problem = (error.data as { problem?: Problem } | undefined)?.problem;
    if (problem && problem.code in errors) return new CoterieError(problem.code as ErrorCode, problem.detail, { ...problem.data, ...data });
    const status = (error.meta?.response as Response | undefined)?.status;
    if (status === 401) return new CoterieError('UNAUTHENTICATED', `${target.alias} refuses our token: its cluster secret or its clock differs.`, data);
    if (status !== undefined) return new CoterieError('INTERNAL', `${target.alias} failed at ${name}: ${error.message}`, data);
  }
  const detail = innermost(error);
  return new CoterieError('UNAVAILABLE', `${target.alias} cannot be reached at ${target.http}: ${detail}`, data);
}

/** `fetch failed` alone helps nobody: what the socket said stands in the last cause. */
function innermost(error: unknown): string {
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error && cause.cause instanceof Error; depth++) cause = cause.cause;
  return cause instanceof Error ? cause.message : String(cause);
}
