import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { CoterieError } from '~/contract/errors.ts';
import type { Logger } from '~/agent/logs/logger.ts';
import { nodeListener } from '~/link/node-http.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import { agentFetchHandler } from '~/link/router.ts';
import { verifyToken } from '~/link/token.ts';

/** The agent's HTTP listener. The token is checked before a byte of the body is read: strangers cost no memory. */
const bodyBytesMax = 64 * 1024 * 1024;
const headersMs = 5000;
const requestMs = 60_000;
const keepAliveMs = 30_000;
const connectionsMax = 1024;
const doorMs = 10_000;
const doorTokensMax = 256;

export type Listener = { readonly address: string; close(): Promise<void> };

export async function listen({ handlers, log }: { handlers: AgentHandlers; log: Logger }, options: { address: string; key: Uint8Array; uuid: string }): Promise<Listener> {
  const { key, uuid, address } = options;
  const onError = (path: string | undefined, error: Error) => {
    const known = error.cause instanceof CoterieError;
    log[known ? 'debug' : 'warn']({ path, error: error.message }, 'a call failed');
  };
  const handle = agentFetchHandler(handlers, { key, callee: uuid, onError });
  const answer = nodeListener(handle, { bodyBytesMax, onError: (error) => log.debug({ error: String(error) }, 'a request could not be answered') });
  const door = new Door({ key, callee: uuid });
  const server = createServer((message, response) => void admit(message, response));
  const admit = async (message: IncomingMessage, response: ServerResponse) => {
    if (await door.admits(message.headers.authorization)) return answer(message, response);
    response.writeHead(401, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ code: 'UNAUTHENTICATED', detail: 'The token is missing, wrong or stale: check the cluster secret and the clocks of both hosts.' }));
  };
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keepAliveMs;
  server.maxConnections = connectionsMax;
  server.on('clientError', (_error, socket) => socket.destroy());
  await bound(server, address);
  return {
    address,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Callers keep a token for seconds; the handler behind verifies it each time, the door once in a while. */
class Door {
  readonly #known = new Map<string, number>();
  readonly #expected: { key: Uint8Array; callee: string };

  constructor(expected: { key: Uint8Array; callee: string }) {
    this.#expected = expected;
  }

  async admits(header: string | undefined): Promise<boolean> {
    const now = performance.now();
    if (header !== undefined && (this.#known.get(header) ?? 0) > now) return true;
    if ((await verifyToken(header, this.#expected)) === null) return false;
    if (this.#known.size >= doorTokensMax) this.#known.clear();
    this.#known.set(header ?? '', now + doorMs);
    return true;
  }
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
