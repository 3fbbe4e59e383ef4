/**
 * One socket after its greeting: any number of requests at once, each settled exactly once by its answer, its
 * deadline, or the connection's end. It never reconnects; `Client` does.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { ConnectionLost, IprotoError, LimitExceeded, OutcomeUnknown, ProtocolError, RequestTimeout } from '../errors.ts';
import { requestTypes, statuses } from '../wire/constants.ts';
import { FrameReader, type Frame } from '../wire/frames.ts';
import type { Greeting } from '../wire/greeting.ts';
import { readHeader } from '../wire/header.ts';
import { typeOffset, writeRequest, type Request } from '../wire/requests.ts';
import { Outbox } from './outbox.ts';
import { Pending, type Waiting } from './pending.ts';
import { Requester, type RequestOptions, type Settle } from './requester.ts';

export type ConnectionOptions = {
  /** Deadline of a request that names none. */
  readonly requestTimeoutMs: number;
  /** Requests that wait for an answer, at most. */
  readonly inFlightMax: number;
  /** Bytes of requests that have not left this process, at most: what a peer that stopped reading can cost. */
  readonly queuedBytesMax: number;
  /** Longest request, and longest answer. */
  readonly frameBytesMax: number;
  /**
   * Waits with writing until all sockets that have something to say have been read, or until there is some 2 KB: for who
   * passes on what comes from many, one write instead of one for each of them.
   */
  readonly gather?: boolean;
};

export const connectionDefaults: ConnectionOptions = {
  requestTimeoutMs: 10_000,
  inFlightMax: 16_384,
  queuedBytesMax: 64 * 1024 * 1024,
  frameBytesMax: 64 * 1024 * 1024,
};

/** How often a timer that nobody waits for any more is looked for: always, where requests are seldom; where they are many, one timer serves all. */
const takenBackEveryMs = 10;

export type ConnectionComponents = {
  /** Connected, its greeting read, with no listeners. */
  readonly socket: Socket;
  readonly greeting: Greeting;
  /** For error messages. */
  readonly peer: string;
  readonly clock: Clock;
};

export class Connection extends Requester {
  readonly greeting: Greeting;
  /** Resolves with the reason when the connection has ended; never rejects. */
  readonly closed: Promise<Error>;
  /** A request's time is up, and nothing at all has come since it was sent, so long ago. */
  onSilence: ((silentMs: number) => void) | undefined;
  readonly #socket: Socket;
  readonly #peer: string;
  readonly #clock: Clock;
  readonly #options: ConnectionOptions;
  readonly #frames: FrameReader;
  readonly #pending: Pending;
  readonly #outbox: Outbox;
  /** Why no more requests are taken. */
  #end: Error | undefined;
  #finished = false;
  #resolveClosed!: (reason: Error) => void;
  #onIdle: (() => void) | undefined;
  #timerAt = Infinity;
  #cancelTimer: () => void = () => {};
  #takenBackAt = -Infinity;
  #schemaVersion = 0;
  #lastReceivedAt: number;

  constructor(components: ConnectionComponents, options: ConnectionOptions) {
    super();
    this.greeting = components.greeting;
    this.#socket = components.socket;
    this.#peer = components.peer;
    this.#clock = components.clock;
    this.#options = options;
    this.#frames = new FrameReader(options);
    this.#pending = new Pending(options);
    this.#outbox = new Outbox(components.socket, undefined, options.gather);
    this.#lastReceivedAt = components.clock.now();
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#socket.on('data', (chunk: Buffer) => this.#received(chunk));
    this.#socket.on('error', (error) => this.#finish(error));
    this.#socket.on('end', () => this.#finish(new Error('the server closed the connection')));
    this.#socket.on('close', () => this.#finish(new Error('the connection was closed')));
  }

  /** Requests that wait for an answer. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /** Bytes of requests that have not left this process. */
  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  /** Whether a request waits for the end of this turn of the loop: one more leaves with it. */
  get gathering(): boolean {
    return this.#outbox.gathering;
  }

  /** Of the newest answer. */
  get schemaVersion(): number {
    return this.#schemaVersion;
  }

  /** When bytes last came, in the clock's ms. */
  get lastReceivedAt(): number {
    return this.#lastReceivedAt;
  }

  get open(): boolean {
    return this.#end === undefined;
  }

  /** Bytes that were received together with the greeting. */
  feed(chunk: Buffer): void {
    this.#received(chunk);
  }

  submit(request: Request, settle: Settle, options: RequestOptions = {}): void {
    if (this.#end) throw this.#lost();
    const sync = this.#pending.reserve();
    const startByte = this.#outbox.endByte;
    this.#write(request, sync);
    const timeoutMs = options.timeoutMs ?? this.#options.requestTimeoutMs;
    const dueAt = this.#clock.now() + timeoutMs;
    this.#pending.add({ sync, timeoutMs, settle, onPush: options.onPush, startByte }, dueAt);
    if (dueAt < this.#timerAt) this.#arm();
    this.#outbox.schedule();
  }

  /** Stops reading answers, for when who wants them cannot take more. Deadlines go on. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends it now: requests that wait fail with OutcomeUnknown, or ConnectionLost where nothing was written. */
  close(): void {
    this.#finish(new Error('closed by this side'));
  }

  /** As `close`, with a reason that the errors will give. */
  abort(reason: Error): void {
    this.#finish(reason);
  }

  /** Ends it once every request that waits is settled (each has a deadline), refusing new ones. */
  async drain(): Promise<void> {
    this.#end ??= new Error('closed by this side');
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#finish(this.#end);
  }

  #write(request: Request, sync: number): void {
    const { writer } = this.#outbox;
    const before = writer.length;
    try {
      writeRequest(writer, request, sync);
      const frameBytes = writer.length - before;
      const { frameBytesMax, queuedBytesMax } = this.#options;
      if (frameBytes > frameBytesMax) throw new LimitExceeded('frameBytes', frameBytes, frameBytesMax);
      const { queuedBytes } = this.#outbox;
      if (queuedBytes > queuedBytesMax) throw new LimitExceeded('queuedBytes', queuedBytes, queuedBytesMax);
    } catch (error) {
      writer.truncate(before);
      throw error;
    }
  }

  #received(chunk: Buffer): void {
    this.#lastReceivedAt = this.#clock.now();
    try {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame; frame = this.#frames.next()) this.#answered(frame);
    } catch (error) {
      if (!(error instanceof IprotoError)) throw error;
      this.#finish(error);
    }
    this.#takeBackTimer();
  }

  #answered(frame: Frame): void {
    const { type: status, sync, schemaVersion, bodyStart } = readHeader(frame.payload);
    if (status >= requestTypes.ping && status < statuses.chunk) return; // an event that nobody asked for
    this.#schemaVersion = schemaVersion;
    if (!this.#pending.issued(sync)) throw new ProtocolError(`an answer to request ${sync}, which was never sent`);
    if (status === statuses.chunk) return this.#pushed(sync, frame, bodyStart);
    const waiting = this.#pending.take(sync);
    if (waiting && frame.oversized) {
      waiting.settle(new LimitExceeded('answerBytes', frame.lengthBytes, this.#options.frameBytesMax), undefined);
    } else {
      waiting?.settle(undefined, { status, schemaVersion, body: frame.payload.subarray(bodyStart) });
    }
    this.#checkIdle();
  }

  #pushed(sync: number | bigint, frame: Frame, bodyStart: number): void {
    const onPush = this.#pending.peek(sync)?.onPush;
    if (onPush && !frame.oversized) onPush(frame.payload.subarray(bodyStart));
  }

  #finish(reason: Error): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#end = reason;
    this.#cancelTimer();
    this.#socket.destroy();
    for (const waiting of this.#pending.takeAll()) waiting.settle(this.#lossOf(waiting), undefined);
    this.#resolveClosed(reason);
    this.#checkIdle();
  }

  #lossOf(waiting: Waiting): IprotoError {
    if (!this.#outbox.written(waiting.startByte)) return this.#lost();
    return new OutcomeUnknown(`connection to ${this.#peer} lost before the answer: ${this.#end?.message}`, { cause: this.#end });
  }

  #lost(): ConnectionLost {
    return new ConnectionLost(`no connection to ${this.#peer}: ${this.#end?.message}`, { cause: this.#end });
  }

  #arm(): void {
    this.#cancelTimer();
    this.#timerAt = this.#pending.wakeAt;
    if (this.#timerAt === Infinity) return;
    const delayMs = Math.min(Math.max(Math.ceil(this.#timerAt - this.#clock.now()), 1), 0x7fff_ffff);
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#expire());
  }

  /** One that fires for nothing wakes the whole process. */
  #takeBackTimer(): void {
    if (this.#lastReceivedAt - this.#takenBackAt < takenBackEveryMs) return;
    this.#takenBackAt = this.#lastReceivedAt;
    this.#pending.prune();
    if (this.#pending.wakeAt > this.#timerAt) this.#arm();
  }

  #expire(): void {
    const now = this.#clock.now();
    let silentMs = 0;
    for (const waiting of this.#pending.expire(now)) {
      const written = this.#outbox.written(waiting.startByte);
      const sentAt = waiting.deadline.dueAt - waiting.timeoutMs;
      if (written && this.#lastReceivedAt < sentAt) silentMs = Math.max(silentMs, now - sentAt);
      // Still here: turned into a ping, which is as long and changes nothing, so that it is certainly not carried out.
      if (!written) this.#outbox.patchByte(waiting.startByte + typeOffset, requestTypes.ping);
      waiting.settle(new RequestTimeout(waiting.timeoutMs, written), undefined);
    }
    this.#arm();
    this.#checkIdle();
    // Who does not read hears nothing either.
    if (silentMs > 0 && this.open && !this.#socket.isPaused()) this.onSilence?.(silentMs);
  }

  #checkIdle(): void {
    if (this.#onIdle && this.#pending.size === 0) this.#onIdle();
  }
}
