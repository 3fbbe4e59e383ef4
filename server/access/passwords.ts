import { hash, parseOptions, verify } from '@node-rs/argon2';
import { CoterieError } from '~/contract/errors.ts';
import { base64url, type Random } from './secrets.ts';

/**
 * argon2id as OWASP's first choice has it: 19 MiB, 2 passes, 1 lane. About 30 ms on one core of a small machine:
 * slow enough for whoever steals the database, quick enough not to starve the event streams beside it.
 * A stronger choice here takes effect for each user at the next login.
 */
export const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
/** Algorithm.Argon2id; the package declares it as a const enum, which a file compiled alone cannot read. */
const argon2id = 2;

/** Hashes at one time: more would only take threads and memory (19 MiB each) from everything else. */
const runningMax = 2;
/** Those that wait for one; beyond, whoever asks is told to come back. */
const waitingMax = 32;

export class Passwords {
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #decoy: Promise<string> | undefined;

  constructor(readonly random: Random) {}

  hash(password: string): Promise<string> {
    return this.#turn(() => hash(password, { ...cost, algorithm: argon2id, salt: this.random(16) }));
  }

  /** `kept` null = no such user: the same work is done, so that the time of the answer tells nothing. */
  async verify(kept: string | null, password: string): Promise<boolean> {
    const against = kept ?? (await (this.#decoy ??= this.hash(base64url(this.random(32)))));
    const fits = await this.#turn(() => verify(against, password));
    return kept !== null && fits;
  }

  /** Made with other costs than today's. */
  isOutdated(kept: string): boolean {
    const used = parseOptions(kept);
    return used.memoryCost !== cost.memoryCost || used.timeCost !== cost.timeCost || used.parallelism !== cost.parallelism;
  }

  /** Makes the decoy before the first login needs it: else the first unknown name would take twice as long. */
  async ready(): Promise<void> {
    await this.verify(null, '');
  }

  async #turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= runningMax) {
      if (this.#waiting.length >= waitingMax) throw new CoterieError('LIMITED', 'Too many logins at once: try again in a moment.', { retryAfterMs: 1000 });
      // Whoever leaves hands its place on, so #running stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
