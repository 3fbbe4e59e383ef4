import { CoterieError } from '~/contract/errors.ts';
import type { NewPassword, StoredUser } from '~/server/store/index.ts';
import type { Actor, Components } from './actor.ts';
import { limitKey } from './addresses.ts';
import { Claim } from './claim.ts';
import { clearingCookie, cookieIn, sessionCookie, type CookieOptions } from './cookies.ts';
import { forgetMs, Lockout } from './lockout.ts';
import { Passwords } from './passwords.ts';
import { RateLimit } from './rate.ts';
import { sessionLimits, Sessions } from './sessions.ts';
import { loginTokenPrefix, Tokens } from './tokens.ts';

/** Who may come in: passwords, sessions, API tokens, the one-time claim, and what slows guessers down. */

export type AccessOptions = CookieOptions & { /** The first admin is there: the one-time link is worthless now. */ readonly onClaimed?: () => void };
export type Credentials = { readonly cookie: string | null; readonly authorization: string | null; readonly address: string | null };
/** How many were signed in by the old password, and are not any more. */
export type EndedSignIns = { readonly sessions: number; readonly tokens: number };
export type Caller = { readonly address: string | null; readonly agent: string | null };

/** Logins and claims from one address, right or wrong: each costs a password hash. */
const loginRate = { burst: 10, everyMs: 6000, keysMax: 10_000 };
/** Wrong tokens and cookies from one address: each costs a read of the database. */
const wrongRate = { burst: 60, everyMs: 1000, keysMax: 10_000 };
/** Expired tokens stay in the list this long, so that people see why a program is refused. */
const tokenGraceMs = 30 * 86_400_000;

export class Access {
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly claim: Claim;
  readonly #lockout: Lockout;
  readonly #logins: RateLimit;
  readonly #wrong: RateLimit;

  constructor(
    readonly components: Components,
    readonly options: AccessOptions,
  ) {
    const { store, now, random } = components;
    this.passwords = new Passwords(random);
    this.sessions = new Sessions(components);
    this.tokens = new Tokens(components);
    this.claim = new Claim(components, this.passwords, options.onClaimed ?? (() => {}));
    this.#lockout = new Lockout(store.loginFailures, now);
    this.#logins = new RateLimit(now, loginRate);
    this.#wrong = new RateLimit(now, wrongRate);
  }

  /** Null: nobody we know. An `authorization` header counts alone: a wrong token is not made good by a cookie. */
  async authenticate({ cookie, authorization, address }: Credentials): Promise<Actor | null> {
    const token = authorization === null ? null : (/^Bearer +(\S{1,512})$/i.exec(authorization)?.[1] ?? '');
    const session = cookieIn(cookie, this.options);
    if (token === null && (session === null || session === '')) return null;
    const key = limitKey(address);
    const retryAfterMs = this.#wrong.waitMs(key);
    if (retryAfterMs > 0) throw new CoterieError('LIMITED', 'Too many wrong tokens or sessions from this address.', { retryAfterMs });
    const actor = token === null ? await this.sessions.find(session!) : await this.tokens.find(token);
    if (actor === null) this.#wrong.take(key);
    return actor;
  }

  /** The user, or an error that does not say which of name and password is wrong. */
  async checkPassword(name: string, password: string, caller: Caller): Promise<StoredUser> {
    const user = await this.#verified(name, password, caller);
    if (user === null) throw new CoterieError('UNAUTHENTICATED', 'The name or the password is wrong.');
    const { store, now } = this.components;
    const renewed = this.passwords.isOutdated(user.passwordHash) ? { passwordHash: await this.passwords.hash(password) } : {};
    await store.users.update(name, { lastLoginAt: now(), ...renewed });
    return user;
  }

  /** By the user itself. Whoever found an open browser guesses no faster than at the login. */
  async changePassword(actor: Actor, { password, newPassword }: { password: string; newPassword: string }, caller: Caller): Promise<EndedSignIns> {
    const user = await this.#verified(actor.user, password, caller);
    if (user === null) throw new CoterieError('FORBIDDEN', 'The current password is wrong.', { issues: [{ field: 'password', message: 'The current password is wrong.' }] });
    return this.setPassword(user.name, newPassword, { was: user.passwordHash, keep: actor });
  }

  /** Ends what the old password had opened, but for `keep`. */
  async setPassword(name: string, password: string, { was = null, keep = {}, rights }: { was?: string | null; keep?: NewPassword['keep']; rights?: NewPassword['rights'] } = {}): Promise<EndedSignIns> {
    const passwordHash = await this.passwords.hash(password);
    const { sessionId, tokenId } = keep;
    const ended = await this.components.store.users.newPassword(name, { passwordHash, was, keep: { sessionId, tokenId }, tokensNamed: loginTokenPrefix, ...(rights ? { rights } : {}) });
    if (ended === 'missing') throw new CoterieError('NOT_FOUND', `There is no user ${name}.`, { name });
    if (ended === 'changed') throw new CoterieError('CONFLICT', `Somebody has just given ${name} another password.`, { name });
    return ended;
  }

  /** Null: wrong name, wrong password or disabled, after the same work. */
  async #verified(name: string, password: string, { address }: Caller): Promise<StoredUser | null> {
    this.limitLogins(address);
    const attempt = await this.#lockout.begin(name, address);
    const user = await this.components.store.users.get(name);
    const right = await this.passwords.verify(user?.passwordHash ?? null, password);
    if (!right || user === null || user.disabled) {
      await attempt.wrong();
      return null;
    }
    await attempt.right();
    return user;
  }

  limitLogins(address: string | null): void {
    const retryAfterMs = this.#logins.take(limitKey(address));
    if (retryAfterMs > 0) throw new CoterieError('LIMITED', `Too many logins from this address: try again in ${Math.ceil(retryAfterMs / 1000)} s.`, { retryAfterMs });
  }

  /** Starts a session with a new id (whatever session the browser had is over) and gives its `set-cookie` header. */
  async signIn(name: string, caller: Caller, replaced: string | undefined): Promise<string> {
    if (replaced !== undefined) await this.components.store.sessions.remove(replaced);
    const { cookie, maxAgeSeconds } = await this.sessions.start(name, caller);
    return sessionCookie(cookie, maxAgeSeconds, this.options);
  }

  /** The `set-cookie` header that makes a browser forget its session. */
  clearingCookie(): string {
    return clearingCookie(this.options);
  }

  /** Deletes what has expired. For an hourly timer. */
  async prune(): Promise<void> {
    const { store, now } = this.components;
    await store.sessions.prune(now(), now() - sessionLimits.idleMs);
    await store.tokens.prune(now() - tokenGraceMs);
    await store.loginFailures.prune(now() - forgetMs);
  }
}

export const createAccess = (components: Components, options: AccessOptions): Access => new Access(components, options);
