/** One member: its connections, kept open, and one HTTP request on them that can be called off at any time. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '~/iproto/clock.ts';
import type { Tls } from './settings.ts';

const answerBytesMax = 64 * 1024 * 1024;
const freeSocketsMax = 16;

export type Reply = { readonly status: number; readonly text: string };

/** `sent`: it may have reached the member. `denied`: one side does not trust the other's certificate. */
export type Failure = { readonly reason: string; readonly sent: boolean; readonly denied: boolean };

export type Posted = { readonly settled: Promise<Reply | Failure>; readonly abort: () => void };

export type Stream = { readonly abort: () => void };
export type StreamHandler = { readonly line: (text: string) => void; readonly ended: (reason: string) => void };

export class Endpoint {
  readonly address: string;
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #clock: Clock;
  readonly #tls: boolean;
  #heardAt = -Infinity;
  /** Tried last until then. */
  badUntil = -Infinity;

  constructor({ clock }: { readonly clock: Clock }, { url, tls }: { readonly url: URL; readonly tls: Tls }) {
    this.address = url.origin;
    this.#url = url;
    this.#clock = clock;
    this.#tls = url.protocol === 'https:';
    const options = { keepAlive: true, keepAliveMsecs: 5_000, maxFreeSockets: freeSocketsMax };
    this.#agent = this.#tls ? new TlsAgent({ ...options, ...tls, minVersion: 'TLSv1.2' }) : new Agent(options);
  }

  /** When bytes last came from it, in the clock's ms. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Settles always, unless aborted. */
  post(path: string, body: string, token: string | null): Posted {
    let abort = () => {};
    const settled = new Promise<Reply | Failure>((resolve) => {
      const call = this.#call(path, { body, token }, {
        response: (response) => collect(response, resolve),
        failed: resolve,
      });
      abort = call.abort;
    });
    return { settled, abort };
  }

  /** An answer that goes on, line by line. */
  stream(path: string, body: string, { token, handler }: { readonly token: string | null; readonly handler: StreamHandler }): Stream {
    return this.#call(path, { body, token }, {
      response: (response) => lines(response, handler),
      failed: ({ reason }) => handler.ended(reason),
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #call(path: string, { body, token }: { readonly body: string; readonly token: string | null }, on: { readonly response: (response: IncomingMessage) => void; readonly failed: (failure: Failure) => void }): Stream {
    let sent = false;
    let over = false;
    const bytes = Buffer.from(body);
    const request = (this.#tls ? httpsRequest : httpRequest)(new URL(path, this.#url), {
      method: 'POST',
      agent: this.#agent,
      // A watch on a member that has no leader ends instead of falling silent.
      headers: { 'content-type': 'application/json', 'content-length': bytes.length, 'grpc-metadata-hasleader': 'true', ...(token === null ? {} : { authorization: token }) },
    });
    request.setNoDelay(true);
    request.on('socket', (socket) => {
      const ready = this.#tls ? 'secureConnect' : 'connect';
      if (socket.connecting || (this.#tls && !request.reusedSocket)) socket.once(ready, () => (sent = true));
      else sent = true;
    });
    request.on('response', (response) => {
      this.#heardAt = this.#clock.now();
      response.on('data', () => (this.#heardAt = this.#clock.now()));
      on.response(response);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (over) return;
      // The member's word on our certificate comes after the handshake, and before it has read anything.
      const refused = /^ERR_SSL_.*(?:CERT|UNKNOWN_CA)/.test(error.code ?? '');
      on.failed({ reason: reasonOf(error), sent: sent && !refused, denied: refused || (!sent && distrust.test(`${error.code} ${error.message}`)) });
    });
    request.end(bytes);
    return {
      abort: () => {
        over = true;
        request.destroy();
      },
    };
  }
}

const distrust = /CERT|ISSUER|SELF_SIGNED|LEAF_SIGNATURE|ALTNAME|certificate|alert|EPROTO|SSL/;

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'refuses the connection';
    case 'ECONNRESET':
      return 'the connection was reset';
    default:
      // OpenSSL's own words have its source lines in them.
      return (/SSL routines:[^:]*:([^:]*)/.exec(error.message)?.[1] ?? error.message).slice(0, 200);
  }
}

function collect(response: IncomingMessage, resolve: (result: Reply | Failure) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > answerBytesMax) response.destroy(new Error(`an answer of more than ${answerBytesMax} bytes`));
    else chunks.push(chunk);
  });
  response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
  response.on('error', (error) => resolve({ reason: reasonOf(error), sent: true, denied: false }));
}

function lines(response: IncomingMessage, { line, ended }: StreamHandler): void {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!;
    if (rest.length > answerBytesMax) response.destroy(new Error(`a line of more than ${answerBytesMax} bytes`));
    for (const part of parts) if (part !== '') line(part);
  });
  response.on('end', () => {
    if (rest !== '') line(rest);
    ended('the member ended the watch');
  });
  response.on('error', (error) => ended(reasonOf(error)));
}
