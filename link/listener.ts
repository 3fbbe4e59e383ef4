import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { CoterieError, errors, problemOf } from '~/contract/errors.ts';
import { decoded } from './body.ts';
import { errorText, resultText } from './envelope.ts';
import { inputError } from './input-error.ts';
import { bodyOf, BodyTooLarge, nodeListener } from './node-http.ts';
import { agentApi, type AgentHandlers } from './protocol.ts';
import { agentFetchHandler, agentPath } from './router.ts';
import { TokenVerifier } from './token.ts';

/**
 * An agent's side of the link for `http.createServer`. The token is checked before a byte of the body is read.
 * Streams go through tRPC; calls are answered here in tRPC's envelope, for a fifth of its cost: an apply makes two per instance.
 */

export type AgentListenerOptions = {
  readonly key: Uint8Array;
  /** This agent's uuid. */
  readonly callee: string;
  readonly bodyBytesMax: number;
  /** `error` may be a `CoterieError` (refused) or a defect. */
  readonly onError: (path: string | undefined, error: Error) => void;
};

type Procedure = keyof AgentHandlers;

export function agentListener(handlers: AgentHandlers, options: AgentListenerOptions) {
  const { bodyBytesMax, onError } = options;
  const verifier = new TokenVerifier(options);
  const streams = nodeListener(agentFetchHandler(handlers, options), { bodyBytesMax, onError: (error) => onError(undefined, error instanceof Error ? error : new Error(String(error))) });
  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    if ((await verifier.verify(message.headers.authorization)) === null) return send(response, 401, unauthenticated, { connection: 'close' });
    const name = calledIn(message);
    if (name === null) return streams(message, response);
    try {
      send(response, 200, resultText(await answered(handlers, name, parsed(message.headers['content-type'], await bodyOf(message, bodyBytesMax)))));
    } catch (error) {
      if (error instanceof BodyTooLarge) return send(response, 413, errorText(problemOf(new CoterieError('BAD_INPUT', `${error.message}.`)), name), { connection: 'close' });
      const problem = problemOf(error instanceof z.core.$ZodError ? inputError(error) : error);
      onError(name, error instanceof Error ? error : new Error(String(error)));
      send(response, errors[problem.code].http, errorText(problem, name));
    }
  };
  return (message: IncomingMessage, response: ServerResponse): void => {
    void serve(message, response).catch(() => response.destroy());
  };
}

const unauthenticated = JSON.stringify({ code: 'UNAUTHENTICATED', title: errors.UNAUTHENTICATED.title, detail: 'The token is missing, wrong or stale: check the cluster secret and the clocks of both hosts.' });

/** The procedure, where it is a plain call; null: a stream, a batch, or nothing that we know. */
function calledIn({ method, url = '' }: IncomingMessage): Procedure | null {
  if (method !== 'POST' || !url.startsWith(`${agentPath}/`)) return null;
  const name = url.slice(agentPath.length + 1);
  return Object.hasOwn(agentApi, name) && agentApi[name as Procedure].kind !== 'stream' ? (name as Procedure) : null;
}

async function answered(handlers: AgentHandlers, name: Procedure, given: unknown): Promise<unknown> {
  const input = agentApi[name].input.parse(given);
  // Each handler takes the input of its own entry, which a lookup by name cannot express.
  return (handlers[name] as (input: unknown) => Promise<unknown>)(input);
}

function parsed(contentType: string | undefined, body: Buffer): unknown {
  try {
    return decoded(contentType, body);
  } catch {
    throw new CoterieError('BAD_INPUT', 'The body is not JSON, or not the parts that it says.');
  }
}

function send(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  // As a string it goes out in one piece with the headers.
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
