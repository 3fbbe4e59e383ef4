/**
 * All requests as methods, on top of the one thing that differs between a connection, a reconnecting client and a
 * pool: how a request is submitted.
 */
import { IprotoError, TarantoolError } from '../errors.ts';
import { errorCodes } from '../error-codes.ts';
import { Reader } from '../msgpack/reader.ts';
import { Raw, type Value } from '../values/value.ts';
import { bodyKeys } from '../wire/constants.ts';
import { bodySlice } from '../wire/body.ts';
import { requests, type Operation, type Request, type SelectOptions, type SqlBind, type TupleLike } from '../wire/requests.ts';
import {
  decodeBody, decodeData, decodeIdentity, decodePrepared, decodeSql,
  type PreparedStatement, type Response, type ServerIdentity, type SqlResult,
} from '../wire/responses.ts';

export type RequestOptions = {
  /** From now until the request fails with RequestTimeout; the connection's `requestTimeoutMs` by default. */
  readonly timeoutMs?: number;
  /** The body of each `box.session.push` before the answer, undecoded (`decodePush`). Without it, pushes are dropped. */
  readonly onPush?: (body: Buffer) => void;
};

/** Exactly one of the two is given. An answer with an error status is a response, not an error. Must not throw. */
export type Settle = (error: IprotoError | undefined, response: Response | undefined) => void;

export abstract class Requester {
  /**
   * Sends a request; `settle` is called once, later. What refuses it at once is thrown: LimitExceeded, ConnectionLost,
   * EncodeError. The pass-through mode: nothing of the answer's body is decoded.
   */
  abstract submit(request: Request, settle: Settle, options?: RequestOptions): void;

  /** As `submit`, with a promise. */
  request(request: Request, options: RequestOptions = {}): Promise<Response> {
    return this.#ask(request, options, (response) => response);
  }

  async ping(options: RequestOptions = {}): Promise<void> {
    await this.#ask(requests.ping(), options, decodeBody);
  }

  /** Results of the function, one item each. */
  call(name: string, args: TupleLike = [], options: RequestOptions = {}): Promise<Value[]> {
    return this.#ask(requests.call(name, args), options, decodeData);
  }

  /** Results of the Lua chunk, which sees `args` as `...`. */
  eval(source: string, args: TupleLike = [], options: RequestOptions = {}): Promise<Value[]> {
    return this.#ask(requests.eval(source, args), options, decodeData);
  }

  /** Tuples. `space` by number: 2.6.0 takes no names. */
  select(space: number, key: TupleLike, options: SelectOptions & RequestOptions): Promise<Value[]> {
    return this.#ask(requests.select(space, key, options), options, decodeData);
  }

  /** The new tuple, in an array. */
  insert(space: number, tuple: TupleLike, options: RequestOptions = {}): Promise<Value[]> {
    return this.#ask(requests.insert(space, tuple), options, decodeData);
  }

  /** The new tuple, in an array. */
  replace(space: number, tuple: TupleLike, options: RequestOptions = {}): Promise<Value[]> {
    return this.#ask(requests.replace(space, tuple), options, decodeData);
  }

  /** The changed tuple in an array, which is empty when there is none with that key. Field numbers count from 0. */
  update(
    space: number, key: TupleLike, operations: readonly Operation[] | Raw, options: { readonly index?: number } & RequestOptions = {},
  ): Promise<Value[]> {
    return this.#ask(requests.update(space, key, operations, options), options, decodeData);
  }

  /** The deleted tuple in an array, which is empty when there was none. */
  delete(space: number, key: TupleLike, options: { readonly index?: number } & RequestOptions = {}): Promise<Value[]> {
    return this.#ask(requests.delete(space, key, options), options, decodeData);
  }

  /** Inserts the tuple, or does the operations (fields count from 0) on the one that is there. */
  async upsert(space: number, tuple: TupleLike, operations: readonly Operation[] | Raw, options: RequestOptions = {}): Promise<void> {
    await this.#ask(requests.upsert(space, tuple, operations), options, decodeBody);
  }

  /** SQL: a text, or the id of a prepared statement. */
  execute(statement: string | number, bind: SqlBind = [], options: RequestOptions = {}): Promise<SqlResult> {
    return this.#ask(requests.execute(statement, bind), options, decodeSql);
  }

  /** The id is good for this connection only. */
  prepare(text: string, options: RequestOptions = {}): Promise<PreparedStatement> {
    return this.#ask(requests.prepare(text), options, decodePrepared);
  }

  async unprepare(statementId: number, options: RequestOptions = {}): Promise<void> {
    await this.#ask(requests.prepare(statementId), options, decodeBody);
  }

  /** What the server offers, or undefined where it does not know the question (before 2.10). */
  async identify(options: RequestOptions = {}): Promise<ServerIdentity | undefined> {
    try {
      return await this.#ask(requests.id(1, []), options, decodeIdentity);
    } catch (error) {
      if (error instanceof TarantoolError && error.code === errorCodes.UNKNOWN_REQUEST_TYPE) return undefined;
      throw error;
    }
  }

  #ask<T>(request: Request, options: RequestOptions, decode: (response: Response) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.submit(request, (error, response) => {
        if (!response) return reject(error);
        try {
          resolve(decode(response));
        } catch (reason) {
          reject(reason);
        }
      }, options);
    });
  }
}

/** The value of a push: the body that `onPush` gets. */
export function decodePush(body: Buffer): Value {
  const data = bodySlice(body, bodyKeys.data);
  const values = data === undefined ? [] : new Reader(data).read();
  return Array.isArray(values) ? (values[0] ?? null) : values;
}
