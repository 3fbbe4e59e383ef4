/**
 * One client of a server. The one idea: it is read from only while there is room, for requests at work and for answers
 * that wait to be written; a client that asks faster than it reads is slowed down by its own socket.
 */
import type { Socket } from 'node:net';
import { Outbox } from '../client/outbox.ts';
import type { Clock } from '../clock.ts';
import { errorCodes } from '../error-codes.ts';
import { EncodeError, IprotoError } from '../errors.ts';
import { errorBody, writeAnswer, type ResponseBody } from '../wire/answers.ts';
import { requestTypes, statuses } from '../wire/constants.ts';
import { FrameReader, type Frame } from '../wire/frames.ts';
import { readHeader } from '../wire/header.ts';
import { checkLogin, readLogin, type StoredHashOf } from './login.ts';
import { ServerRequest } from './request.ts';

export type SessionOptions = {
  /** Requests of one session that are not answered yet, at most; more stay unread. */
  readonly inFlightMax: number;
  /** Longest request; a longer one is answered with an error and dropped. */
  readonly frameBytesMax: number;
  /** Answers that wait to be written, in bytes; beyond it nothing is read. */
  readonly queuedBytesMax: number;
  /** A client that takes no answer for this long while beyond `queuedBytesMax` is cut off. */
  readonly stallTimeoutMs: number;
  /** Whether who has not logged in may ask for more than PING. */
  readonly guest: boolean;
  /** Without `guest`: who has not logged in by then is cut off. */
  readonly loginTimeoutMs: number;
  /** So many wrong passwords end the session. */
  readonly loginFailuresMax: number;
};

export type SessionComponents = {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly salt: Buffer;
  readonly storedHashOf: StoredHashOf;
  readonly handle: (request: ServerRequest) => void;
};

export class Session {
  /** Who logged in; undefined for a guest. */
  user: string | undefined;
  /** Resolves when the client is gone. */
  readonly closed: Promise<void>;
  /** What answers say; connectors reload their schema when it changes. */
  schemaVersion = 1;
  readonly #components: SessionComponents;
  readonly #options: SessionOptions;
  readonly #frames: FrameReader;
  readonly #outbox: Outbox;
  #inFlight = 0;
  #loggingIn = false;
  #loginFailures = 0;
  /** Reads no more, and closes when its answers are written. */
  #ending = false;
  #cancelStall: (() => void) | undefined;

  constructor(components: SessionComponents, options: SessionOptions) {
    const { socket, clock } = components;
    this.#components = components;
    this.#options = options;
    this.#frames = new FrameReader(options);
    this.#outbox = new Outbox(socket, () => this.#flushed());
    const cancelLogin = options.guest ? () => {} : clock.after(options.loginTimeoutMs, () => this.#loginLate());
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        cancelLogin();
        this.#cancelStall?.();
        resolve();
      });
    });
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#frames.push(chunk);
      this.#read();
    });
  }

  /** Requests that are not answered yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Bytes of answers that have not left this process. */
  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  get open(): boolean {
    return !this.#components.socket.destroyed;
  }

  close(): void {
    this.#components.socket.destroy();
  }

  get #blocked(): boolean {
    const { inFlightMax, queuedBytesMax } = this.#options;
    return this.#ending || this.#loggingIn || this.#inFlight >= inFlightMax || this.#outbox.queuedBytes > queuedBytesMax;
  }

  #read(): void {
    const { socket } = this.#components;
    try {
      while (this.open && !this.#blocked) {
        const frame = this.#frames.next();
        if (!frame) {
          if (socket.isPaused()) socket.resume();
          return;
        }
        this.#accept(frame);
      }
    } catch (error) {
      if (!(error instanceof IprotoError)) throw error;
      return this.close();
    }
    socket.pause();
    this.#watchStall();
  }

  #accept(frame: Frame): void {
    const { type, sync, bodyStart } = readHeader(frame.payload);
    this.#inFlight += 1;
    const request = new ServerRequest(this, { type, sync, body: frame.payload.subarray(bodyStart) });
    if (frame.oversized) {
      return request.fail(errorCodes.ILLEGAL_PARAMS, `a request of ${frame.lengthBytes} bytes, the limit is ${this.#options.frameBytesMax}`);
    }
    if (type === requestTypes.ping) return request.acknowledge();
    if (type === requestTypes.auth) return void this.#logIn(request);
    if (this.user === undefined && !this.#options.guest) return request.fail(errorCodes.ACCESS_DENIED, 'Log in first');
    this.#handle(request);
  }

  /** What the handler throws of this library is answered; anything else is a bug and not hidden. */
  #handle(request: ServerRequest): void {
    try {
      this.#components.handle(request);
    } catch (error) {
      if (!(error instanceof IprotoError)) throw error;
      request.failWith(error);
    }
  }

  async #logIn(request: ServerRequest): Promise<void> {
    this.#loggingIn = true;
    const attempt = loginOf(request.body);
    const passed = attempt !== undefined && (await this.#check(attempt));
    this.#loggingIn = false;
    if (passed) {
      this.user = attempt.user;
      request.acknowledge();
    } else {
      this.#loginFailures += 1;
      request.fail(errorCodes.PASSWORD_MISMATCH, 'User not found or supplied credentials are invalid');
      this.#ending = this.#loginFailures >= this.#options.loginFailuresMax;
    }
    this.#read();
  }

  /** A look-up that fails lets nobody in. */
  async #check(attempt: { user: string; scramble: Buffer }): Promise<boolean> {
    try {
      return await checkLogin(attempt, this.#components.salt, this.#components.storedHashOf);
    } catch {
      return false;
    }
  }

  /** For the request alone, which answers once. */
  reply({ sync }: ServerRequest, { status, body, last }: { readonly status: number; readonly body: ResponseBody; readonly last: boolean }): void {
    if (!this.open) return;
    const { schemaVersion } = this;
    const { writer } = this.#outbox;
    const before = writer.length;
    const wasBlocked = this.#blocked;
    try {
      writeAnswer(writer, { status, sync, schemaVersion }, body);
    } catch (error) {
      writer.truncate(before);
      if (!(error instanceof EncodeError)) throw error;
      writeAnswer(writer, { status: statuses.error | errorCodes.PROC_RET, sync, schemaVersion }, errorBody(errorCodes.PROC_RET, error.message));
    }
    if (last) this.#inFlight -= 1;
    this.#outbox.schedule();
    this.#watchStall();
    // Not at once: the reader may be what called the handler that answers here.
    if (wasBlocked && !this.#blocked) setImmediate(() => this.#read());
  }

  #flushed(): void {
    this.#cancelStall?.();
    this.#cancelStall = undefined;
    if (this.#ending && this.#outbox.queuedBytes === 0) return void this.#components.socket.destroySoon();
    this.#watchStall();
    if (this.#components.socket.isPaused()) this.#read();
  }

  #watchStall(): void {
    if (this.#cancelStall || this.#outbox.queuedBytes <= this.#options.queuedBytesMax) return;
    this.#cancelStall = this.#components.clock.after(this.#options.stallTimeoutMs, () => this.close());
  }

  #loginLate(): void {
    if (this.user === undefined) this.close();
  }
}

function loginOf(body: Buffer): ReturnType<typeof readLogin> {
  try {
    return readLogin(body);
  } catch {
    return undefined;
  }
}
