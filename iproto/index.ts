/**
 * Tarantool's binary protocol, iproto: a client that pipelines, reconnects and never guesses; a pool; the server's side
 * for a router; and the codec under them, which does no I/O. Stands alone: imports nothing of this repository.
 *
 * - One socket: `openConnection`. One that comes back: `Client`. Several in turn: `Pool`. All three are `Requester`s.
 * - Values: `Value`. Exact both ways: integers beyond 2^53 are bigint, decimals `Decimal`, uuids `Uuid`, doubles that
 *   hold a whole number `Double`, bytes Buffer, maps Map, unknown extensions `Ext`. `toJson` for people and APIs.
 * - Errors: one class for each answer to "was it carried out?": see `IprotoError`.
 * - Pass-through: `requests.raw` and `Requester.submit` send and return bodies as bytes, `bodySlices` looks into them,
 *   `Raw` splices bytes into a request, `ServerRequest.forward` passes an answer on.
 *
 * Times are in ms and sizes in bytes, as the names say. Source of the numbers: Tarantool 2.6.0; requests that newer
 * versions have are asked for by `identify`, not by version.
 */
export { formatAddress, parseAddress, type Address } from './address.ts';
export { backoffMs, type BackoffOptions } from './client/backoff.ts';
export { Client, clientDefaults, type ClientComponents, type ClientOptions, type ClientState } from './client/client.ts';
export { Connection, connectionDefaults, type ConnectionOptions } from './client/connection.ts';
export { openConnection, type Credentials, type Open, type OpenOptions } from './client/open.ts';
export { decodePush, Requester, type RequestOptions, type Settle } from './client/requester.ts';
export { systemClock, type Clock } from './clock.ts';
export { errorCodes, errorName } from './error-codes.ts';
export {
  ConnectionLost, EncodeError, IprotoError, LimitExceeded, OutcomeUnknown, ProtocolError, RequestTimeout, TarantoolError,
  type ErrorEntry, type ErrorKind, type LimitName,
} from './errors.ts';
export { decode, depthMax, Reader } from './msgpack/reader.ts';
export { skipValue, visitMap } from './msgpack/skip.ts';
export { encode, Writer } from './msgpack/writer.ts';
export { Pool, type PoolComponents, type PoolMember, type PoolOptions } from './pool.ts';
export { IprotoServer, serverDefaults, type ServerComponents, type ServerOptions } from './server.ts';
export { failureCode } from './server/failure.ts';
export type { StoredHashOf } from './server/login.ts';
export { ServerRequest } from './server/request.ts';
export { Session, type SessionOptions } from './server/session.ts';
export { Decimal } from './values/decimal.ts';
export { toJson, type Json } from './values/json.ts';
export { comparing, compareValues, type Compare } from './values/order.ts';
export { Uuid } from './values/uuid.ts';
export { Double, Ext, Raw, RawString, type Value, type Writable } from './values/value.ts';
export { errorBody, writeAnswer, type AnswerHeader, type ResponseBody } from './wire/answers.ts';
export { bodySlice, bodySlices } from './wire/body.ts';
export { bodyKeys, iterators, requestTypes, statuses, type Iterator } from './wire/constants.ts';
export { FrameReader, type Frame } from './wire/frames.ts';
export { formatGreeting, parseGreeting, type Greeting } from './wire/greeting.ts';
export { readHeader, type Header } from './wire/header.ts';
export {
  requests, writeRequest,
  type Operation, type Request, type RequestBody, type SelectOptions, type SqlBind, type TupleLike,
} from './wire/requests.ts';
export {
  decodeBody, decodeData, decodeIdentity, decodePrepared, decodeSql, responseError,
  type PreparedStatement, type Response, type ServerIdentity, type SqlColumn, type SqlResult,
} from './wire/responses.ts';
export { checkScramble, scramble, storedHash } from './wire/scramble.ts';
