import type { StreamMessage } from '~/server/handlers/context.ts';
import { Waiters } from '~/server/runtime/waiters.ts';

/** A status for those who watch: looked at twice a second while anybody does, told when it says something else, and now and then. */

/** `size`: of what is told, in replicasets. */
export type FollowedComponents<T> = { readonly look: () => Promise<T>; readonly now: () => number; readonly boot: string; readonly size: (status: T) => number };

export const followedLimits = { everyMs: 500, tellMs: 5000, /** A lease that is renewed is seen to be; with few replicasets that costs little. */ tellFewMs: 1000, fewMax: 32, followersMax: 500 } as const;

/** They change all the time, and say nothing new. */
const ticking = new Set(['at', 'leaseLeftMs', 'leaseAgeMs', 'reportedAt', 'lagSeconds', 'roundTripMs', 'leftMs', 'until', 'revision', 'databaseBytes', 'settlingMs', 'since', 'ageMs', 'stateForMs', 'forMs']);

export class Followed<T> {
  followers = 0;
  #latest: { readonly number: number; readonly status: T; readonly text: string; readonly at: number } | null = null;
  readonly #waiters = new Waiters();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(readonly components: FollowedComponents<T>) {}

  async *follow(signal: AbortSignal): AsyncGenerator<StreamMessage<T>> {
    this.followers += 1;
    try {
      this.#timer ??= setInterval(() => void this.#look(), followedLimits.everyMs);
      await this.#look();
      let seen = 0;
      while (!signal.aborted) {
        const latest = this.#latest;
        if (latest === null || latest.number === seen) {
          await this.#waiters.more(signal);
          continue;
        }
        seen = latest.number;
        yield { id: `${this.components.boot}-${latest.number}`, data: latest.status };
      }
    } finally {
      this.followers -= 1;
      if (this.followers === 0) this.end();
    }
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const status = await this.components.look();
      const text = JSON.stringify(status, (key, value: unknown) => (ticking.has(key) ? undefined : value));
      const { now, size } = this.components;
      if (this.#latest !== null && this.#latest.text === text && now() - this.#latest.at < (size(status) > followedLimits.fewMax ? followedLimits.tellMs : followedLimits.tellFewMs)) return;
      this.#latest = { number: (this.#latest?.number ?? 0) + 1, status, text, at: now() };
      this.#waiters.wake();
    } finally {
      this.#looking = false;
    }
  }
}
