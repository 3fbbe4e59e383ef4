/** A stream of the server that is opened anew when it ends: later each time, and from the start after it has said something. */

export type StreamSource = {
  addEventListener(type: 'open' | 'message' | 'error' | 'problem', listener: (event: { data?: string }) => void): void;
  close(): void;
};

export type StreamComponents = { readonly open: () => StreamSource; readonly later: (run: () => void, delayMs: number) => () => void };
export type StreamOptions = { readonly retryMs: number; readonly retryMsMax: number };
export const streamDefaults: StreamOptions = { retryMs: 1000, retryMsMax: 15_000 };

export type StreamEvents = {
  readonly opened?: () => void;
  /** The server checked the message against the contract before it sent it. */
  readonly said: (data: string) => void;
  /** With the server's reason, if it gave one. */
  readonly lost: (problem: string | null) => void;
};

export class Stream {
  readonly #components: StreamComponents;
  readonly #options: StreamOptions;
  readonly #events: StreamEvents;
  #source: StreamSource | null = null;
  #cancelRetry: (() => void) | null = null;
  #failures = 0;

  constructor(components: StreamComponents, { events, ...options }: StreamOptions & { readonly events: StreamEvents }) {
    this.#components = components;
    this.#options = options;
    this.#events = events;
  }

  start(): void {
    this.stop();
    const source = this.#components.open();
    this.#source = source;
    source.addEventListener('open', () => this.#events.opened?.());
    source.addEventListener('message', ({ data = '' }) => {
      this.#failures = 0;
      this.#events.said(data);
    });
    // The server ends a stream with the reason; the error that follows only says that it ended.
    source.addEventListener('problem', ({ data = '' }) => this.#lose((JSON.parse(data) as { detail?: string }).detail ?? null));
    source.addEventListener('error', () => this.#lose(null));
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#source?.close();
    this.#source = null;
  }

  /** The browser's own retry begins where the stream cannot go on, and gives up on a refusal: so it is done here. */
  #lose(problem: string | null): void {
    if (this.#source === null) return;
    this.stop();
    this.#events.lost(problem);
    const { retryMs, retryMsMax } = this.#options;
    this.#cancelRetry = this.#components.later(() => this.start(), Math.min(retryMsMax, retryMs * 2 ** this.#failures));
    this.#failures += 1;
  }
}
