import { createHash } from 'node:crypto';
import { CoterieError } from '~/contract/errors.ts';

/**
 * `Idempotency-Key`: the same request sent again gets the first one's answer and is not run again, for a day.
 * A key belongs to one caller and one input; the answer is kept in memory, so a restart of the server forgets it.
 */

export type Answer = { readonly status: number; readonly body: string; readonly headers: Readonly<Record<string, string>> };
type Kept = { readonly fingerprint: string; readonly answer: Promise<Answer>; readonly until: number; bytes: number };

export const idempotencyLimits = { keptMs: 24 * 3_600_000, entriesMax: 5000, bytesMax: 32 * 1024 * 1024, keyLengthMax: 200 } as const;

export class IdempotentAnswers {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(
    readonly now: () => number,
    readonly limits: { keptMs: number; entriesMax: number; bytesMax: number; keyLengthMax: number } = idempotencyLimits,
  ) {}

  /** `scope` names caller and operation. An answer of 5xx is not kept: the same key may then be tried again. */
  async once({ scope, key, input }: { scope: string; key: string; input: unknown }, run: () => Promise<Answer>): Promise<Answer & { replayed: boolean }> {
    if (key.length > this.limits.keyLengthMax) throw new CoterieError('BAD_INPUT', `Idempotency-Key is longer than ${this.limits.keyLengthMax} characters.`);
    const name = `${scope}\n${key}`;
    const fingerprint = createHash('sha256').update(JSON.stringify(input) ?? '').digest('base64');
    const known = this.#kept.get(name);
    if (known && known.until > this.now()) {
      if (known.fingerprint !== fingerprint) throw new CoterieError('CONFLICT', 'This Idempotency-Key was used with another input; take a new key for a new request.');
      return { ...(await known.answer), replayed: true };
    }
    if (known) this.#forget(name, known);
    const kept: Kept = { fingerprint, answer: run(), until: this.now() + this.limits.keptMs, bytes: name.length };
    this.#kept.set(name, kept);
    this.#bytes += kept.bytes;
    try {
      const answer = await kept.answer;
      if (answer.status >= 500) this.#forget(name, kept);
      else this.#grow(kept, answer.body.length);
      return { ...answer, replayed: false };
    } catch (error) {
      this.#forget(name, kept);
      throw error;
    }
  }

  #grow(kept: Kept, bytes: number): void {
    kept.bytes += bytes;
    this.#bytes += bytes;
    // A map keeps the order of insertion, and all are kept for the same time: the first is the oldest.
    for (const [name, oldest] of this.#kept) {
      const fits = this.#kept.size <= this.limits.entriesMax && this.#bytes <= this.limits.bytesMax;
      if (fits && oldest.until > this.now()) break;
      this.#forget(name, oldest);
    }
  }

  #forget(name: string, kept: Kept): void {
    if (this.#kept.get(name) !== kept) return;
    this.#kept.delete(name);
    this.#bytes -= kept.bytes;
  }
}
