/**
 * Everything that can go wrong with a request, as one class each. The idea: a caller must be able to tell from the
 * class alone whether the request was carried out, was not, or may have been.
 *
 * | class            | carried out?                                                   |
 * | ---------------- | -------------------------------------------------------------- |
 * | TarantoolError   | the server answered with an error: rolled back                 |
 * | LimitExceeded    | no: refused here, before a byte was sent (or: answer too long) |
 * | ConnectionLost   | no: there was no connection, or it was lost before the write   |
 * | OutcomeUnknown   | perhaps: the connection was lost after the request was written |
 * | RequestTimeout   | perhaps, if `written`; the server may still be at it           |
 * | EncodeError      | no: the arguments have no msgpack form                         |
 * | ProtocolError    | perhaps: the peer's bytes are not iproto; the connection ends  |
 */
import { errorName } from './error-codes.ts';
import type { Value } from './values/value.ts';

export type ErrorKind =
  | 'tarantool'
  | 'limitExceeded'
  | 'connectionLost'
  | 'outcomeUnknown'
  | 'requestTimeout'
  | 'encode'
  | 'protocol';

export abstract class IprotoError extends Error {
  abstract readonly kind: ErrorKind;
  /** True when the request certainly changed nothing, so sending it again is safe whatever it does. */
  abstract readonly notExecuted: boolean;
}

/** One entry of a server's error stack, the outermost first. */
export type ErrorEntry = {
  /** `ClientError`, `LuajitError`, `XlogError`, `CustomError`, ... */
  readonly type: string;
  readonly code: number;
  readonly message: string;
  /** Source file of the server, for its developers. */
  readonly file: string;
  readonly line: number;
  /** errno of the operating system, 0 for none. */
  readonly errno: number;
  /** Further fields, where the server sends them (custom errors, Tarantool 2.10 and later). */
  readonly fields: ReadonlyMap<Value, Value>;
};

/** The server's own error answer. `name` is the code's name, `ER_NO_SUCH_PROC`; `errors` the stack of causes. */
export class TarantoolError extends IprotoError {
  readonly kind = 'tarantool';
  readonly notExecuted = false;
  override readonly name: string;

  constructor(
    readonly code: number,
    message: string,
    readonly errors: readonly ErrorEntry[],
  ) {
    super(message);
    this.name = errorName(code);
  }
}

/** There is no connection, or it was lost while the request still waited to be written. */
export class ConnectionLost extends IprotoError {
  readonly kind = 'connectionLost';
  readonly notExecuted = true;
  override readonly name = 'ConnectionLost';
}

/** The connection was lost after the request was written and before its answer came. */
export class OutcomeUnknown extends IprotoError {
  readonly kind = 'outcomeUnknown';
  readonly notExecuted = false;
  override readonly name = 'OutcomeUnknown';
}

/** No answer within the request's deadline. The connection lives on; a late answer is dropped. */
export class RequestTimeout extends IprotoError {
  readonly kind = 'requestTimeout';
  override readonly name = 'RequestTimeout';
  readonly notExecuted: boolean;

  constructor(
    readonly timeoutMs: number,
    /** False: it was still queued here, and the server will never see it. */
    readonly written: boolean,
  ) {
    super(`no answer within ${Math.round(timeoutMs)} ms${written ? '' : ' (not sent yet: the connection is congested)'}`);
    this.notExecuted = !written;
  }
}

export type LimitName = 'inFlight' | 'queuedBytes' | 'frameBytes' | 'answerBytes';

/** A limit of this side was hit. For `answerBytes` the request was carried out, only its answer was dropped. */
export class LimitExceeded extends IprotoError {
  readonly kind = 'limitExceeded';
  override readonly name = 'LimitExceeded';
  readonly notExecuted: boolean;

  constructor(
    readonly limit: LimitName,
    readonly value: number,
    readonly max: number,
  ) {
    super(limitSentences[limit](value, max));
    this.notExecuted = limit !== 'answerBytes';
  }
}

const limitSentences = {
  inFlight: (value, max) => `${value} requests are in flight already, the limit is ${max}`,
  queuedBytes: (value, max) => `${value} bytes would wait to be written, the limit is ${max}: the peer reads too slowly`,
  frameBytes: (value, max) => `a request of ${value} bytes, the limit is ${max}`,
  answerBytes: (value, max) => `an answer of ${value} bytes was dropped, the limit is ${max}`,
} satisfies Record<LimitName, (value: number, max: number) => string>;

/** The value has no msgpack form: undefined, a function, an integer beyond 64 bits, a lone surrogate, nested too deep. */
export class EncodeError extends IprotoError {
  readonly kind = 'encode';
  readonly notExecuted = true;
  override readonly name = 'EncodeError';
}

/** The peer's bytes are not what they should be. */
export class ProtocolError extends IprotoError {
  readonly kind = 'protocol';
  readonly notExecuted = false;
  override readonly name = 'ProtocolError';
}
