import { CoterieError } from '~/contract/errors.ts';
import type { LockStore } from '~/server/store/index.ts';
import { pause } from './backoff.ts';

/**
 * One change of the configuration at a time. In this process by a queue; between servers on one database by a lock
 * that expires, so that a server that died holds nobody up. It keeps people from stumbling over each other;
 * what makes a decision single is the compare-and-set in the database, which holds without this.
 */

export type ChangeLockOptions = {
  readonly owner: string;
  /** Null: this server is the only one on its database. */
  readonly shared: LockStore | null;
  readonly ttlMs: number;
  /** How long a change waits for its turn. */
  readonly waitMaxMs: number;
  readonly queueMax: number;
};

const name = 'apply';

export class ChangeLock {
  #tail: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(readonly options: ChangeLockOptions) {}

  /** `work` gets a signal that fires when the lock was lost: it must not decide anything after that. */
  async hold<T>(work: (lost: AbortSignal) => Promise<T>, waitMaxMs = this.options.waitMaxMs): Promise<T> {
    if (this.#queued >= this.options.queueMax) throw new CoterieError('LIMITED', `${this.#queued} changes wait for their turn already.`, { retryAfterMs: 1000 });
    const until = performance.now() + waitMaxMs;
    let release = () => {};
    const before = this.#tail;
    this.#tail = new Promise((resolve) => {
      release = resolve;
    });
    this.#queued += 1;
    try {
      await within(before, until);
      return await this.#holdShared(work, until);
    } finally {
      this.#queued -= 1;
      // Whoever came later still waits for those before us, also where we gave up.
      void before.then(release);
    }
  }

  async #holdShared<T>(work: (lost: AbortSignal) => Promise<T>, until: number): Promise<T> {
    const { shared, owner, ttlMs } = this.options;
    const lost = new AbortController();
    if (shared === null) return work(lost.signal);
    await this.#take(shared, until);
    const renewal = setInterval(() => {
      void shared.renew(name, owner, ttlMs).then(
        (held) => held || lost.abort(),
        () => lost.abort(),
      );
    }, ttlMs / 3);
    try {
      return await work(lost.signal);
    } finally {
      clearInterval(renewal);
      // Left to expire where the database cannot be reached.
      await shared.release(name, owner).catch(() => {});
    }
  }

  async #take(shared: LockStore, until: number): Promise<void> {
    for (;;) {
      const answer = await shared.take(name, this.options.owner, this.options.ttlMs);
      if (answer.held) return;
      if (performance.now() >= until) throw busy({ owner: answer.owner, expiresInMs: answer.expiresInMs });
      await pause(Math.min(100, Math.max(1, answer.expiresInMs)), new AbortController().signal);
    }
  }
}

async function within(before: Promise<void>, until: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(busy({})), Math.max(0, until - performance.now()));
  });
  await Promise.race([before, late]).finally(() => clearTimeout(timer));
}

const busy = (data: Record<string, unknown>) => new CoterieError('CONFLICT', 'Another change of the configuration is still being applied; see `apply-run list`, then try again.', data);
