import { CoterieError } from '~/contract/errors.ts';
import type { LoginFailureStore } from '~/server/store/index.ts';
import { limitKey } from './addresses.ts';

/**
 * Guessing gets slower for the name that is guessed at and for the address that guesses. Names that nobody has are
 * locked like the others, so a lock tells nothing. A lock keeps nobody out who is in already: sessions and tokens go on.
 */
export type Policy = { readonly freeAttempts: number; readonly firstLockMs: number; readonly lockMsMax: number };

export const policies = {
  /** People mistype; 15 minutes at most, because anybody can lock an admin's name from outside. */
  user: { freeAttempts: 5, firstLockMs: 30_000, lockMsMax: 15 * 60_000 },
  /** An office or a proxy is one address for many people. */
  address: { freeAttempts: 20, firstLockMs: 60_000, lockMsMax: 60 * 60_000 },
} as const satisfies Record<string, Policy>;

/** Failures older than this are forgiven. */
export const forgetMs = 24 * 3_600_000;

/** How long the `count`-th failure in a row locks: each one beyond the free ones twice as long as the one before. */
export function lockMsAfter(count: number, { freeAttempts, firstLockMs, lockMsMax }: Policy): number {
  if (count < freeAttempts) return 0;
  return Math.min(lockMsMax, firstLockMs * 2 ** Math.min(30, count - freeAttempts));
}

export const userKey = (name: string) => `user:${name}`;
const addressKey = (address: string | null) => `address:${limitKey(address)}`;

export class Lockout {
  constructor(
    readonly failures: LoginFailureStore,
    readonly now: () => number,
  ) {}

  /**
   * Called before the password is looked at: counts the attempt against the name, so that guesses made at once are all
   * counted. Throws while locked. Returns what to do when the password turns out right or wrong.
   */
  async begin(name: string, address: string | null): Promise<{ right(): Promise<void>; wrong(): Promise<void> }> {
    const [byName, byAddress] = [userKey(name), addressKey(address)];
    const now = this.now();
    const known = await this.failures.get([byName, byAddress]);
    const lockedUntil = Math.max(...[...known.values()].map((failure) => failure.lockedUntil), 0);
    if (lockedUntil > now) throw locked(lockedUntil - now);
    const before = known.get(byName);
    const counted = before !== undefined && before.lastAt >= now - forgetMs ? before.count : 0;
    const count = await this.failures.count(byName, now, now - forgetMs);
    await this.#lock(byName, count, policies.user);
    // Of several guesses that found the same count, one goes on.
    if (count > policies.user.freeAttempts && count !== counted + 1) throw locked(lockMsAfter(count, policies.user));
    return {
      // The address keeps its count: whoever has one account must not guess at others by logging in between.
      right: () => this.failures.clear([byName]),
      wrong: async () => this.#lock(byAddress, await this.failures.count(byAddress, now, now - forgetMs), policies.address),
    };
  }

  async #lock(key: string, count: number, policy: Policy): Promise<void> {
    const lockMs = lockMsAfter(count, policy);
    if (lockMs > 0) await this.failures.lock(key, this.now() + lockMs);
  }
}

function locked(retryAfterMs: number): CoterieError {
  return new CoterieError('LIMITED', `Too many failed logins: try again in ${retryAfterMs < 90_000 ? `${Math.ceil(retryAfterMs / 1000)} s` : `${Math.ceil(retryAfterMs / 60_000)} min`}.`, { retryAfterMs });
}
