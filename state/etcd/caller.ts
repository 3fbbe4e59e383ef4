/** Calls of etcd's JSON gateway: hedged over the members, with a token that is fetched when one is wanted. */
import type { Clock } from '~/iproto/clock.ts';
import { Unanswered } from '../client/backend.ts';
import { AccessDenied, ProviderUnavailable, StateError } from '../errors.ts';
import type { CallOptions } from '../provider.ts';
import type { Endpoint } from './endpoint.ts';
import { Hedge, type Copy, type Outcome } from './hedge.ts';
import { meaningOf } from './replies.ts';
import type { Etcd } from './settings.ts';

/** A password is hashed slowly there, on purpose. */
const logInMs = 5_000;
const logInsMax = 2;
/** A refused login is not tried again for so long. */
const deniedMs = 1_000;

type Token = { readonly text: string };

export type CallerOptions = CallOptions & { readonly changes?: boolean; /** These only, in place of all. */ readonly endpoints?: readonly Endpoint[] };

export class Caller {
  readonly endpoints: readonly Endpoint[];
  readonly hedge: Hedge<Endpoint>;
  readonly #credentials: Etcd['credentials'];
  readonly #clock: Clock;
  #token: Token | null = null;
  #loggingIn: Promise<Token> | null = null;
  #denial: { readonly error: AccessDenied; readonly untilAt: number } | null = null;

  constructor({ clock, endpoints }: { readonly clock: Clock; readonly endpoints: readonly Endpoint[] }, { credentials }: Pick<Etcd, 'credentials'>) {
    this.endpoints = endpoints;
    this.hedge = new Hedge({ clock, endpoints });
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /** The answer's body, and how many copies may have been executed. Throws as `Hedge.ask`. */
  async call(path: string, body: string, { timeoutMs, changes = false, endpoints }: CallerOptions): Promise<{ readonly body: unknown; readonly copies: number }> {
    const untilAt = this.#clock.now() + timeoutMs;
    const hedge = endpoints ? new Hedge({ clock: this.#clock, endpoints }) : this.hedge;
    /** Copies with an older token that may have been executed. */
    let before = 0;
    for (let logIns = 0; ; logIns += 1) {
      try {
        const token = await this.token(untilAt - this.#clock.now());
        const { value, copies } = await hedge.ask((endpoint) => copyOf(endpoint, { path, body, token: token?.text ?? null }), { timeoutMs: Math.max(untilAt - this.#clock.now(), 1), changes });
        if (value !== 'logIn') return { body: value.body, copies: before + copies };
        before += copies - 1;
        if (!this.#credentials) throw new AccessDenied('etcd asks for a user');
        if (logIns === logInsMax) throw new AccessDenied('etcd does not accept its own token');
        this.forget(token);
      } catch (error) {
        if (error instanceof AccessDenied && !this.#credentials) throw new AccessDenied(`${error.message} (no user and password are configured)`);
        throw changes && before > 0 && error instanceof StateError ? new Unanswered(error.message) : error;
      }
    }
  }

  /** Null where no user is configured. */
  async token(timeoutMs: number): Promise<Token | null> {
    if (!this.#credentials) return null;
    if (this.#token) return this.#token;
    if (timeoutMs <= 0) throw new ProviderUnavailable('etcd: the time is up before the login');
    if (this.#denial && this.#clock.now() < this.#denial.untilAt) throw this.#denial.error;
    this.#loggingIn ??= this.#logIn(this.#credentials).finally(() => (this.#loggingIn = null));
    return await this.#within(this.#loggingIn, timeoutMs);
  }

  /** It was refused: another is fetched for the next call. */
  forget(token: Token | null): void {
    if (this.#token === token) this.#token = null;
  }

  close(): void {
    for (const endpoint of this.endpoints) endpoint.close();
  }

  async #logIn(credentials: NonNullable<Etcd['credentials']>): Promise<Token> {
    try {
      const token = await this.#authenticate(credentials);
      this.#token = token;
      this.#denial = null;
      return token;
    } catch (error) {
      if (error instanceof AccessDenied) this.#denial = { error, untilAt: this.#clock.now() + deniedMs };
      throw error;
    }
  }

  async #authenticate(credentials: NonNullable<Etcd['credentials']>): Promise<Token> {
    try {
      const { value } = await this.hedge.ask((endpoint) => copyOf(endpoint, { path: '/v3/auth/authenticate', body: JSON.stringify(credentials), token: null }), { timeoutMs: logInMs, silenceMs: logInMs / 5 });
      const text = value === 'logIn' ? undefined : (value.body as { token?: string }).token;
      if (typeof text !== 'string') throw new AccessDenied('etcd gives no token');
      return { text };
    } catch (error) {
      if (error instanceof ProviderUnavailable && /authentication is not enabled/.test(error.message)) {
        throw new AccessDenied('etcd: a user is configured, and authentication is not turned on there (etcdctl auth enable)');
      }
      if (error instanceof Unanswered) throw new ProviderUnavailable(error.message);
      throw error;
    }
  }

  #within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, () => reject(new ProviderUnavailable(`etcd: not logged in within ${Math.round(timeoutMs)} ms`)));
      work.then(resolve, reject).finally(cancel);
    });
  }
}

function copyOf(endpoint: Endpoint, { path, body, token }: { readonly path: string; readonly body: string; readonly token: string | null }): Copy<'logIn' | { readonly body: unknown }> {
  const { settled, abort } = endpoint.post(path, body, token);
  return {
    abort,
    settled: settled.then((result): Outcome<'logIn' | { readonly body: unknown }> => {
      const meaning = meaningOf(result);
      switch (meaning.kind) {
        case 'ok':
          return { kind: 'answer', value: { body: meaning.body } };
        case 'logIn':
          return { kind: 'answer', value: 'logIn' };
        case 'again':
        case 'final':
          return meaning;
      }
    }),
  };
}
