import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { CoterieError } from '~/contract/errors.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { linkServer } from '~/link/listener.ts';
import type { AgentHandlers } from '~/link/protocol.ts';

/** The agent's HTTP listener, with limits for whoever connects. */
const bodyBytesMax = 64 * 1024 * 1024;
const headersMs = 5000;
const requestMs = 60_000;
const keepAliveMs = 30_000;
const connectionsMax = 1024;

export type Listener = { readonly address: string; close(): Promise<void> };

export type ListenerComponents = {
  readonly handlers: AgentHandlers;
  /** Answers what is about /metrics; false: it is a call. */
  readonly metrics: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly log: Logger;
};

export async function listen({ handlers, metrics, log }: ListenerComponents, options: { address: string; key: Uint8Array; uuid: string }): Promise<Listener> {
  const { key, uuid, address } = options;
  const onError = (path: string | undefined, error: Error) => {
    const known = error instanceof CoterieError || error.cause instanceof CoterieError;
    log[known ? 'debug' : 'warn']({ path, error: error.message }, 'a call failed');
  };
  const { server, close } = linkServer(handlers, { key, callee: uuid, bodyBytesMax, onError, first: metrics });
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keepAliveMs;
  server.maxConnections = connectionsMax;
  server.on('clientError', (_error, socket) => socket.destroy());
  await bound(server, address);
  return { address, close };
}

function bound(server: Server, address: string): Promise<void> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replaceAll(/^\[|\]$/g, '');
  const port = Number(address.slice(at + 1));
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new CoterieError('CONFLICT', `--http ${address}: another process listens there.`) : new CoterieError('UNAVAILABLE', `--http ${address}: ${error.message}`));
    });
    server.listen({ host, port }, resolve);
  });
}
