import type { StreamMessage } from '~/server/handlers/context.ts';
import { Waiters } from './waiters.ts';

/**
 * One ring of messages that every follower reads at its own pace. A message is kept once, whoever follows. A follower
 * that is slow gets what it has missed as one message, however much that was; one that falls behind the ring is told
 * that it missed something and gets a fresh snapshot.
 * Ids carry the boot: after a restart of the server nobody goes on from an id that means something else now.
 */

export type FeedOptions<T> = {
  /** Different at each start of the server. */
  readonly boot: string;
  readonly messagesMax: number;
  readonly snapshot: () => T;
  readonly gap: T;
  /** One message that says what these say one after the other. Absent: a slow follower gets each of them. */
  readonly combine?: (messages: readonly T[]) => T;
};

export class Feed<T> {
  readonly #ring: T[] = [];
  /** Number of the next message. */
  #next = 1;
  #followers = 0;
  readonly #waiters = new Waiters();

  constructor(readonly options: FeedOptions<T>) {}

  get followers(): number {
    return this.#followers;
  }

  publish(message: T): void {
    this.#ring.push(message);
    this.#next += 1;
    if (this.#ring.length > this.options.messagesMax) this.#ring.shift();
    this.#waiters.wake();
  }

  /** Goes on behind `lastEventId` where the ring still has what follows; otherwise starts with a snapshot. Ends when `signal` fires. */
  async *follow(signal: AbortSignal, lastEventId?: string): AsyncGenerator<StreamMessage<T>> {
    this.#followers += 1;
    try {
      let at = this.#positionOf(lastEventId);
      if (at === null) {
        at = this.#next;
        yield { id: this.#idOf(at - 1), data: this.options.snapshot() };
      }
      while (!signal.aborted) {
        if (at < this.#oldest) {
          at = this.#next;
          yield { id: this.#idOf(at - 1), data: this.options.gap };
          yield { id: this.#idOf(at - 1), data: this.options.snapshot() };
          continue;
        }
        if (at === this.#next) {
          await this.#waiters.more(signal);
          continue;
        }
        const { combine } = this.options;
        const missed = combine === undefined ? this.#ring.slice(at - this.#oldest, at - this.#oldest + 1) : this.#ring.slice(at - this.#oldest);
        at += missed.length;
        yield { id: this.#idOf(at - 1), data: combine === undefined || missed.length === 1 ? missed[0]! : combine(missed) };
      }
    } finally {
      this.#followers -= 1;
    }
  }

  get #oldest(): number {
    return this.#next - this.#ring.length;
  }

  readonly #idOf = (number: number): string => `${this.options.boot}-${number}`;

  /** Where to go on; null: with a snapshot. */
  #positionOf(lastEventId: string | undefined): number | null {
    const [boot, digits] = lastEventId?.split('-') ?? [];
    if (boot !== this.options.boot || digits === undefined || !/^\d{1,15}$/.test(digits)) return null;
    const at = Number(digits) + 1;
    return at >= this.#oldest && at <= this.#next ? at : null;
  }
}
