import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { CallConnections, unauthenticated, type CallsOptions } from './calls.ts';
import { nodeListener } from './node-http.ts';
import type { AgentHandlers } from './protocol.ts';
import { agentFetchHandler } from './router.ts';
import { answerStream, streamIn } from './streams.ts';
import { TokenVerifier } from './token.ts';

/**
 * An agent's side of the link: one HTTP server, on which streams (and calls of anybody's tRPC client) are requests, and
 * our own calls come over connections that are upgraded. The token is checked before a byte of a body is read.
 */

export type LinkOptions = Omit<CallsOptions, 'verifier'> & {
  readonly key: Uint8Array;
  /** This agent's uuid. */
  readonly callee: string;
  /** Answers what is none of the link's; false: it is. */
  readonly first?: (request: IncomingMessage, response: ServerResponse) => boolean;
};

export type LinkServer = { readonly server: Server; /** Whoever is connected is cut off. */ close(): Promise<void> };

export function linkServer(handlers: AgentHandlers, { first, ...options }: LinkOptions): LinkServer {
  const { bodyBytesMax, onError, gate } = options;
  const verifier = new TokenVerifier(options);
  const calls = new CallConnections(handlers, { verifier, ...options });
  // Made when somebody asks: none of our own programs does.
  let requests: ReturnType<typeof nodeListener> | null = null;
  const others = () => {
    const answer = agentFetchHandler(handlers, options);
    return (requests ??= nodeListener((request) => answer(request.toRequest()), { bodyBytesMax, onError: (error) => onError(undefined, error instanceof Error ? error : new Error(String(error))) }));
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await gate?.();
    if (response.destroyed) return;
    if ((await verifier.verify(request.headers.authorization)) !== null) {
      const stream = streamIn(request);
      return stream === null ? others()(request, response) : answerStream(stream, { request, response }, { handlers, bodyBytesMax, onError });
    }
    response.writeHead(401, { 'content-type': 'application/json', connection: 'close' }).end(unauthenticated);
  };
  const server = createServer((request, response) => {
    if (!first?.(request, response)) void serve(request, response).catch(() => response.destroy());
  });
  // HTTP's own sockets are TCP's.
  server.on('upgrade', (message, socket, head) => calls.upgrade(message, socket as Socket, head));
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    calls.close();
    server.closeAllConnections();
    await closed;
  };
  return { server, close };
}
