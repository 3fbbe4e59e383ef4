/** A request as a server's handler gets it: undecoded, to be answered exactly once. */
import type { IprotoError } from '../errors.ts';
import { Reader } from '../msgpack/reader.ts';
import { Raw, type Value, type Writable } from '../values/value.ts';
import { bodySlices } from '../wire/body.ts';
import { bodyKeys, statuses } from '../wire/constants.ts';
import { errorBody, type ResponseBody } from '../wire/answers.ts';
import type { Response } from '../wire/responses.ts';
import { failureCode } from './failure.ts';
import type { Session } from './session.ts';

export class ServerRequest {
  readonly type: number;
  /** The body's map as it came; empty when there was none. A view: copy it to keep it for long. */
  readonly body: Buffer;
  readonly session: Session;
  /** The client's number for it. */
  readonly sync: number | bigint;
  #answered = false;

  constructor(session: Session, { type, sync, body }: { readonly type: number; readonly sync: number | bigint; readonly body: Buffer }) {
    this.session = session;
    this.type = type;
    this.sync = sync;
    this.body = body;
  }

  /** The undecoded value of each key of the body. Throws ProtocolError for what is no map. */
  slices(): Map<number, Buffer> {
    return bodySlices(this.body);
  }

  /** One value of the body, decoded; undefined when it is not there. Throws ProtocolError. */
  value(key: number): Value | undefined {
    const slice = this.slices().get(key);
    return slice && new Reader(slice).read();
  }

  /** Passes on an answer byte for byte. */
  forward(response: Response): void {
    this.#answer(response.status, new Raw(response.body));
  }

  /** Results of a CALL or EVAL, or tuples. */
  answer(values: readonly Writable[]): void {
    this.#answer(statuses.ok, [[bodyKeys.data, values]]);
  }

  /** An answer without data: PING, AUTH. */
  acknowledge(): void {
    this.#answer(statuses.ok, []);
  }

  /** `code`: see `errorCodes`; below 0x8000. */
  fail(code: number, message: string): void {
    this.#answer(statuses.error | code, errorBody(code, message));
  }

  /** Fails with what a request behind this one failed with. */
  failWith(error: IprotoError): void {
    this.fail(failureCode(error), error.message);
  }

  /** A push before the answer: a body as `onPush` gets it. */
  push(body: Buffer): void {
    if (!this.#answered) this.session.reply(this, { status: statuses.chunk, body: new Raw(body), last: false });
  }

  #answer(status: number, body: ResponseBody): void {
    if (this.#answered) throw new Error('a request is answered once');
    this.#answered = true;
    this.session.reply(this, { status, body, last: true });
  }
}
