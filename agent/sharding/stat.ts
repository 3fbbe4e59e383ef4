import type { StorageSharding } from '~/contract/shapes/sharding-view.ts';
import type { BucketsMove } from '~/link/sharding-messages.ts';

/** What the instance says of its buckets, and what of it goes into the status. */

/** As lua/buckets/stat.lua tells it. */
export type LuaStat =
  | { readonly sharded: false }
  | {
      readonly sharded: true;
      readonly group: string;
      readonly count: number;
      readonly leads: boolean;
      readonly states: Readonly<Record<string, number>>;
      readonly owned: number;
      readonly moves: readonly BucketsMove[];
      readonly blockers: readonly string[];
    };

const windowMs = 10_000;
const blockersMax = 10;
const sentenceMax = 500;

/** Counts what was handed over: the instance forgets its orders, and begins anew when it is restarted. */
export class Handed {
  #total = 0;
  readonly #byAttempt = new Map<string, number>();
  #samples: { readonly at: number; readonly count: number }[] = [];

  saw(now: number, moves: readonly BucketsMove[]): void {
    const known = new Set(moves.map(({ attempt }) => attempt));
    for (const { attempt, moved } of moves) {
      const more = moved - (this.#byAttempt.get(attempt) ?? 0);
      if (more <= 0) continue;
      this.#byAttempt.set(attempt, moved);
      this.#total += more;
      this.#samples.push({ at: now, count: more });
    }
    for (const attempt of this.#byAttempt.keys()) if (!known.has(attempt)) this.#byAttempt.delete(attempt);
    this.#samples = this.#samples.filter(({ at }) => at > now - windowMs);
  }

  get total(): number {
    return this.#total;
  }

  ratePerSecond(now: number): number {
    const recent = this.#samples.filter(({ at }) => at > now - windowMs).reduce((sum, { count }) => sum + count, 0);
    return Math.round((recent * 10_000) / windowMs) / 10;
  }
}

/** Null where it keeps no buckets. */
export function summaryOf(stat: LuaStat, handed: Handed, now: number): StorageSharding | null {
  if (!stat.sharded) return null;
  const { group, count, leads, states, owned, moves, blockers } = stat;
  const running = moves.filter(({ running: goesOn }) => goesOn);
  return {
    group, buckets: count, leads, states: { ...states }, owned,
    leaving: running.reduce((sum, { left }) => sum + left, 0),
    movedTotal: handed.total,
    ratePerSecond: handed.ratePerSecond(now),
    blockers: shortened([...blockers, ...running.flatMap(({ blocker }) => blocker ?? [])]),
  };
}

export const shortened = (sentences: readonly string[]): string[] => [...new Set(sentences)].slice(0, blockersMax).map((sentence) => sentence.slice(0, sentenceMax));
