/** From an address to a connection that may be used: connect, read the greeting, log in, all within one deadline. */
import { connect, type Socket } from 'node:net';
import { formatAddress, type Address } from '../address.ts';
import type { Clock } from '../clock.ts';
import { ConnectionLost } from '../errors.ts';
import { decodeBody } from '../wire/responses.ts';
import { greetingBytes, parseGreeting, type Greeting } from '../wire/greeting.ts';
import { requests } from '../wire/requests.ts';
import { scramble } from '../wire/scramble.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

export type Credentials = { readonly user: string; readonly password: string };

export type OpenOptions = ConnectionOptions & {
  readonly address: Address;
  /** Without it the session is `guest`'s. */
  readonly credentials?: Credentials;
  /** For connect, greeting and login together. */
  readonly connectTimeoutMs: number;
};

export type Open = (components: { readonly clock: Clock }, options: OpenOptions) => Promise<Connection>;

/**
 * Rejects with ConnectionLost (refused, no such socket, too slow), ProtocolError (not a Tarantool) or TarantoolError
 * (wrong password: ER_PASSWORD_MISMATCH, unknown user: ER_NO_SUCH_USER).
 */
export const openConnection: Open = async ({ clock }, options) => {
  const peer = formatAddress(options.address);
  const startedAt = clock.now();
  const socket = 'path' in options.address
    ? connect(options.address)
    : connect({ ...options.address, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 });
  const cancelTimer = clock.after(options.connectTimeoutMs, () => {
    socket.destroy(new Error(`no greeting within ${options.connectTimeoutMs} ms`));
  });
  try {
    const { greeting, rest } = await readGreeting(socket, peer);
    const connection = new Connection({ socket, greeting, peer, clock }, options);
    if (rest.length > 0) connection.feed(rest);
    socket.resume();
    const leftMs = Math.max(options.connectTimeoutMs - (clock.now() - startedAt), 1);
    if (options.credentials) await logIn(connection, options.credentials, leftMs);
    return connection;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    cancelTimer();
  }
};

async function logIn(connection: Connection, credentials: Credentials, timeoutMs: number): Promise<void> {
  const proof = scramble(credentials.password, connection.greeting.salt);
  decodeBody(await connection.request(requests.auth(credentials.user, proof), { timeoutMs }));
}

/** Leaves the socket paused and without listeners, so that nothing is lost until the connection listens. */
function readGreeting(socket: Socket, peer: string): Promise<{ greeting: Greeting; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const fail = (reason: Error) => reject(new ConnectionLost(`no connection to ${peer}: ${reason.message}`, { cause: reason }));
    const onClose = () => fail(new Error('closed before the greeting'));
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < greetingBytes) return;
      socket.pause();
      socket.off('data', onData).off('error', fail).off('close', onClose);
      try {
        resolve({ greeting: parseGreeting(received), rest: received.subarray(greetingBytes) });
      } catch (error) {
        socket.on('error', () => {});
        reject(error);
      }
    };
    socket.on('data', onData).on('error', fail).on('close', onClose);
  });
}
