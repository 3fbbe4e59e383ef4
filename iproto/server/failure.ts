/** What a client is told when the request behind its request failed. One table, so that no handler needs a catch. */
import { errorCodes } from '../error-codes.ts';
import { TarantoolError, type ErrorKind, type IprotoError } from '../errors.ts';

const codes = {
  connectionLost: errorCodes.NO_CONNECTION,
  outcomeUnknown: errorCodes.NO_CONNECTION,
  requestTimeout: errorCodes.TIMEOUT,
  limitExceeded: errorCodes.SYSTEM,
  encode: errorCodes.PROC_RET,
  protocol: errorCodes.INVALID_MSGPACK,
} as const satisfies Record<Exclude<ErrorKind, 'tarantool'>, number>;

/** The error code for an error of this library; a server's own error keeps its code. */
export function failureCode(error: IprotoError): number {
  if (error instanceof TarantoolError) return error.code;
  return error.kind === 'tarantool' ? errorCodes.UNKNOWN : codes[error.kind];
}
