import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { CoterieError, errors, problemOf } from '~/contract/errors.ts';
import { decoded } from './body.ts';
import { dataText, problemText } from './envelope.ts';
import { FrameReader, frameOf, type Frame } from './frames.ts';
import { problemIn } from './input-error.ts';
import { BodyTooLarge } from './node-http.ts';
import { callProtocol } from './paths.ts';
import { agentApi, type AgentHandlers } from './protocol.ts';
import type { TokenVerifier } from './token.ts';

/** An agent's side of calls: connections that were upgraded from HTTP, each with one call at a time. */

export type CallsOptions = {
  readonly verifier: TokenVerifier;
  readonly bodyBytesMax: number;
  /** `error` may be a `CoterieError` (refused) or a defect. */
  readonly onError: (path: string | undefined, error: Error) => void;
  /** Each call waits for it. */
  readonly gate?: () => Promise<void>;
};

/** Longest that a caller may be silent between calls, and that one may take to come in whole. */
const idleMs = 60_000;

type Head = { readonly call: string; readonly authorization: string; readonly type: string };

/** By hand: each call waits for it. */
function headIn(head: unknown): Head {
  const { call, authorization, type } = Object(head) as Record<keyof Head, unknown>;
  if (typeof call !== 'string' || typeof authorization !== 'string' || typeof type !== 'string') throw new CoterieError('BAD_INPUT', 'The head of a call has `call`, `authorization` and `type`.');
  return { call, authorization, type };
}

export class CallConnections {
  readonly #sockets = new Set<Socket>();

  constructor(
    readonly handlers: AgentHandlers,
    readonly options: CallsOptions,
  ) {}

  /** For the `upgrade` event of an HTTP server. */
  upgrade(message: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    void this.#accept(message, socket, head).catch(() => socket.destroy());
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #accept(message: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    await this.options.gate?.();
    if ((await this.options.verifier.verify(message.headers.authorization)) === null) return refuse(socket, '401 Unauthorized', unauthenticated);
    if (message.headers.upgrade !== callProtocol || head.length > 0) return refuse(socket, '400 Bad Request', '{}');
    if (socket.destroyed) return;
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${callProtocol}\r\n\r\n`);
    this.#serve(socket);
  }

  #serve(socket: Socket): void {
    const reader = new FrameReader(this.options.bodyBytesMax);
    let busy = false;
    let late: NodeJS.Timeout | undefined;
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => busy || socket.destroy());
    socket.once('close', () => clearTimeout(late));
    socket.on('data', (chunk: Buffer) => {
      // One call at a time: whoever sends more does not speak this protocol.
      if (busy) return socket.destroy();
      let frame: Frame | null;
      try {
        frame = reader.push(chunk);
      } catch (error) {
        // What is left of it would be taken for the next frame.
        socket.pause();
        late ??= setTimeout(() => socket.destroy(), idleMs);
        return error instanceof BodyTooLarge ? send(socket, { status: 413, text: tooLarge(error), last: true }) : void socket.destroy();
      }
      if (frame === null) {
        late ??= setTimeout(() => socket.destroy(), idleMs);
        return;
      }
      clearTimeout(late);
      late = undefined;
      busy = true;
      void this.#answer(frame).then((told) => {
        busy = false;
        send(socket, told);
      });
    });
  }

  async #answer({ head, body }: Frame): Promise<Told> {
    let name: string | undefined;
    try {
      const { call, authorization, type } = headIn(head);
      await this.options.gate?.();
      if ((await this.options.verifier.verify(authorization)) === null) return { status: 401, text: unauthenticated, last: true };
      name = call;
      return { status: 200, text: dataText(await this.#called(call, parsed(type, body))) };
    } catch (error) {
      const problem = problemIn(error);
      this.options.onError(name, error instanceof Error ? error : new Error(String(error)));
      return { status: errors[problem.code].http, text: problemText(problem) };
    }
  }

  async #called(name: string, given: unknown): Promise<unknown> {
    if (!isCall(name)) throw new CoterieError('NOT_FOUND', `This agent knows no call ${JSON.stringify(name.slice(0, 64))}: its version may be another one.`);
    const input = agentApi[name].input.parse(given);
    // Each handler takes the input of its own entry, which a lookup by name cannot express.
    return (this.handlers[name] as (input: unknown) => Promise<unknown>)(input);
  }
}

/** `last`: nothing is answered on this connection any more. */
type Told = { readonly status: number; readonly text: string; readonly last?: boolean };

const isCall = (name: string): name is keyof AgentHandlers => Object.hasOwn(agentApi, name) && agentApi[name as keyof AgentHandlers].kind !== 'stream';

export const unauthenticated = problemText(problemOf(new CoterieError('UNAUTHENTICATED', 'The token is missing, wrong or stale: check the cluster secret and the clocks of both hosts.')));

const tooLarge = ({ message }: BodyTooLarge) => problemText(problemOf(new CoterieError('BAD_INPUT', `${message}.`)));

function parsed(type: string, body: Buffer): unknown {
  try {
    return decoded(type, body);
  } catch {
    throw new CoterieError('BAD_INPUT', 'The body is not JSON, or not the parts that it says.');
  }
}

function send(socket: Socket, { status, text, last }: Told): void {
  if (socket.destroyed) return;
  for (const piece of frameOf({ status, ...(last ? { last } : {}) }, [text])) socket.write(piece);
  if (last) socket.end();
}

function refuse(socket: Socket, status: string, body: string): void {
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}
