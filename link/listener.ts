import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { CoterieError, problemOf } from '~/contract/errors.ts';
import { CallConnections, unauthenticated, type CallsOptions } from './calls.ts';
import { problemText } from './envelope.ts';
import type { AgentHandlers } from './protocol.ts';
import { answerStream, streamIn } from './streams.ts';
import { TokenVerifier } from './token.ts';

/**
 * An agent's side of the link: one HTTP server, on which streams are requests, and calls come over connections that are
 * upgraded. The token is checked before a byte of a body is read.
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
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await gate?.();
    if (response.destroyed) return;
    const refused = (status: number, text: string) => void response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(text);
    if ((await verifier.verify(request.headers.authorization)) === null) return refused(401, unauthenticated);
    const stream = streamIn(request);
    return stream === null ? refused(404, unknown) : answerStream(stream, { request, response }, { handlers, bodyBytesMax, onError });
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

const unknown = problemText(problemOf(new CoterieError('NOT_FOUND', 'An agent answers its streams here, and connections for calls.')));
