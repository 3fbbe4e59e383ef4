/**
 * Calls of the stateboard over a connection that comes back. A call that was lost with its connection is sent again
 * until its time is up: what must not be done twice carries a slot.
 */
import { Client, clientDefaults, type ClientComponents } from '~/iproto/client/client.ts';
import type { Clock } from '~/iproto/clock.ts';
import { errorCodes } from '~/iproto/error-codes.ts';
import { ConnectionLost, IprotoError, LimitExceeded as IprotoLimit, OutcomeUnknown, RequestTimeout, TarantoolError } from '~/iproto/errors.ts';
import type { Value, Writable } from '~/iproto/values/value.ts';
import { Unanswered } from '../client/backend.ts';
import { AccessDenied, LimitExceeded, ProviderUnavailable } from '../errors.ts';
import type { Stateboard } from './settings.ts';

/**
 * A stopped process says nothing. Whoever renews something finds that out by its own requests, a second after the first that
 * was not answered; whoever only watches asks so often.
 */
const pings = { pingIntervalMs: 2_000, pingTimeoutMs: 1_000 } as const;
const lookMs = 20;
const answerBytesMax = 64 * 1024 * 1024;

export class StateboardCaller {
  readonly #clock: Clock;
  readonly #client: Client;
  #lastDenial: TarantoolError | null = null;

  constructor(components: Pick<ClientComponents, 'clock' | 'random' | 'open'>, { address, credentials }: Stateboard) {
    this.#clock = components.clock;
    this.#client = new Client(
      {
        ...components,
        onState: (state) => {
          if (state.kind === 'up') this.#lastDenial = null;
          if (state.kind === 'waiting' && state.error instanceof TarantoolError) this.#lastDenial = state.error;
        },
      },
      { ...clientDefaults, ...pings, connectTimeoutMs: 1_000, backoff: { firstMs: 20, maxMs: 500 }, frameBytesMax: answerBytesMax, address, credentials },
    );
    this.#client.start();
  }

  /**
   * Function of the stateboard, by its short name. `copies`: how many may have been executed. Throws
   * ProviderUnavailable, Unanswered, AccessDenied, LimitExceeded.
   */
  async call(name: string, args: readonly Writable[], { timeoutMs }: { readonly timeoutMs: number }): Promise<{ readonly value: Value; readonly copies: number }> {
    const untilAt = this.#clock.now() + timeoutMs;
    let maybe = 0;
    let last = '';
    for (;;) {
      const leftMs = untilAt - this.#clock.now();
      if (leftMs <= 0) throw unanswered(maybe > 0, `the stateboard gave no answer within ${Math.round(timeoutMs)} ms${last && `; ${last}`}`);
      try {
        if (!this.#client.up) await this.#connected(leftMs);
        return { value: await this.#once(name, args, Math.max(untilAt - this.#clock.now(), 1)), copies: maybe + 1 };
      } catch (error) {
        if (!(error instanceof IprotoError)) throw error;
        // That it did not answer is what is said anyway.
        if (!(error instanceof RequestTimeout)) last = error.message;
        if (error instanceof OutcomeUnknown) maybe += 1;
        else if (error instanceof RequestTimeout) maybe += error.written ? 1 : 0;
        else if (error instanceof IprotoLimit) throw error.notExecuted ? unanswered(maybe > 0, error.message) : new LimitExceeded('bytes of an answer', error.value, error.max);
        else if (!(error instanceof ConnectionLost)) throw maybe > 0 ? new Unanswered(error.message) : refusal(error);
      }
    }
  }

  /** One try on the connection of now; a question that waits there, of which nothing is lost with its answer. */
  async poll(name: string, args: readonly Writable[], { timeoutMs }: { readonly timeoutMs: number }): Promise<Value> {
    if (!this.#client.up) await this.#connected(pings.pingTimeoutMs);
    return await this.#once(name, args, timeoutMs);
  }

  close(): void {
    this.#client.stop();
  }

  async #once(name: string, args: readonly Writable[], timeoutMs: number): Promise<Value> {
    const [value = null] = await this.#client.call(`coterie_state.${name}`, args, { timeoutMs });
    return value;
  }

  /** In short looks, so that a wrong password is said at once. Throws ConnectionLost at the end of the time. */
  async #connected(timeoutMs: number): Promise<void> {
    const untilAt = this.#clock.now() + timeoutMs;
    for (;;) {
      const denial = this.#lastDenial;
      if (denial) throw refusal(denial);
      const leftMs = untilAt - this.#clock.now();
      try {
        return await this.#client.ready(Math.min(leftMs, lookMs));
      } catch (error) {
        if (leftMs <= lookMs) throw error;
      }
    }
  }
}

const unanswered = (maybe: boolean, message: string) => (maybe ? new Unanswered(message) : new ProviderUnavailable(message));

function refusal(error: Error): AccessDenied | ProviderUnavailable {
  if (!(error instanceof TarantoolError)) return new ProviderUnavailable(`the stateboard: ${error.message}`);
  switch (error.code) {
    case errorCodes.PASSWORD_MISMATCH:
    case errorCodes.NO_SUCH_USER:
    case errorCodes.ACCESS_DENIED:
      return new AccessDenied('the stateboard: wrong user or password');
    case errorCodes.NO_SUCH_PROC:
      return new ProviderUnavailable('what listens there is no stateboard');
    default:
      return new ProviderUnavailable(`the stateboard: ${error.message}`);
  }
}
