import type { Claim, LockStore } from '~/server/store/index.ts';

/**
 * Whose turn it is, of several servers on one database: a lock that its holder renews and the others ask for.
 * `safeAt` says up to when (by our clock) there was certainly a holder who did its work: it goes on only while one renews.
 */

export type TurnComponents = {
  readonly locks: LockStore;
  readonly now: () => number;
  /** The work is behind: whoever holds the turn and cannot do it must let it go. */
  readonly isBehind: () => boolean;
  /** The lock is ours: gathers what is needed, and gives what is done at the moment when the turn is ours too. */
  readonly onTaken: () => Promise<() => void>;
  readonly onError: (error: unknown) => void;
};

export type TurnOptions = {
  readonly name: string;
  /** This start of this server: one that was started again has not seen what the one before it saw. */
  readonly owner: string;
  readonly ttlMs: number;
  readonly everyMs: number;
};

export class Turn {
  held = false;
  #term = 0;
  safeAt: number;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(
    readonly components: TurnComponents,
    readonly options: TurnOptions,
  ) {
    this.safeAt = components.now();
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.options.everyMs);
    void this.look();
  }

  /** What the database compares: this holding of the lock, and not an earlier or later one of the same server. */
  get claim(): Claim {
    const { name, owner } = this.options;
    return { name, owner, term: this.#term };
  }

  /** Asks or renews once; never rejects. */
  look(): Promise<void> {
    return (this.#looking ??= (this.held ? this.#renew() : this.#take())
      .catch((error: unknown) => this.components.onError(error))
      .finally(() => {
        this.#looking = null;
      }));
  }

  /** The database says that it is not ours any more. */
  lost(): void {
    this.held = false;
  }

  /** Lets it go, so that another one need not wait for it to run out. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    const { name, owner } = this.options;
    this.held = false;
    await this.components.locks.release(name, owner).catch(() => {});
  }

  async #renew(): Promise<void> {
    const { name, owner, ttlMs } = this.options;
    if (this.components.isBehind()) return;
    if (!(await this.components.locks.renew(name, owner, ttlMs))) this.held = false;
  }

  async #take(): Promise<void> {
    const { locks, now, onTaken } = this.components;
    const { name, owner, ttlMs } = this.options;
    const answer = await locks.take(name, owner, ttlMs);
    if (!answer.held) {
      this.safeAt = Math.max(this.safeAt, now() - (ttlMs - answer.expiresInMs));
      return;
    }
    const begin = await onTaken();
    this.held = true;
    this.#term = answer.term;
    begin();
  }
}
