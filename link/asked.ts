import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A request and an answer as most of what we serve needs them. Those of fetch stand on streams, signals and lists of
 * headers, which take longer to make than a small answer: they are made for whoever wants them.
 */
export type Asked = Pick<Request, 'method' | 'url' | 'signal' | 'text'> & {
  readonly headers: Pick<Headers, 'get'>;
  /** The same for fetch's own handlers. */
  toRequest(): Request;
};

export type Told = { readonly status: number; readonly headers: Readonly<Record<string, string | string[]>>; readonly body: string | null };

export type AskHandler = (request: Asked) => Promise<Response | Told>;

/** One that `node:http` has taken in, with its whole body. */
export class AskedOverHttp implements Asked {
  readonly method: string;
  readonly url: string;
  readonly headers = { get: (name: string) => this.#header(name) };
  readonly #message: IncomingMessage;
  readonly #caller: Caller;
  readonly #body: Buffer | null;

  constructor(message: IncomingMessage, body: Buffer | null, caller: Caller) {
    this.#message = message;
    this.#caller = caller;
    this.#body = body;
    this.method = message.method ?? 'GET';
    this.url = new URL(message.url ?? '/', `http://${message.headers.host ?? 'localhost'}`).href;
  }

  get signal(): AbortSignal {
    return this.#caller.signal;
  }

  async text(): Promise<string> {
    // As fetch reads it: without the mark that some editors put first.
    return this.#body?.toString('utf8').replace(/^\ufeff/, '') ?? '';
  }

  toRequest(): Request {
    const headers = new Headers();
    const { rawHeaders } = this.#message;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
    return new Request(this.url, { method: this.method, headers, signal: this.signal, ...(this.#body === null ? {} : { body: new Uint8Array(this.#body) }) });
  }

  #header(name: string): string | null {
    const value = this.#message.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }
}

/** Whoever waits for an answer: the signal fires when they go away before it is written whole. */
export class Caller {
  #gone = false;
  #controller: AbortController | null = null;

  constructor(response: ServerResponse) {
    response.once('close', () => {
      // Also after a whole answer; then there is nothing to abort, and a signal that fires is not free.
      if (response.writableFinished) return;
      this.#gone = true;
      this.#controller?.abort();
    });
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#gone) this.#controller.abort();
    return this.#controller.signal;
  }
}
