/**
 * Puts rows of several shards in one order. A shard gives a piece at a time; what is merged stops where a shard's piece
 * ends and there is more of it, since what comes next may be less than what the others have.
 */
import { comparing, Reader, type Compare, type Value } from '~/iproto/index.ts';
import { itemsOf } from '~/router/slices.ts';
import type { Part } from './schema.ts';
import type { Stamp } from './stamp.ts';

export type Piece = { readonly rows: readonly Buffer[]; readonly more: boolean; readonly stamp: Stamp };

type Source = { readonly piece: Piece; readonly keys: readonly (readonly Value[])[]; at: number };

export class Merge {
  readonly #fields: readonly number[];
  readonly #compare: Compare;
  readonly #sign: 1 | -1;
  readonly #sources = new Map<string, Source>();

  constructor(orderBy: readonly Part[], reversed: boolean) {
    this.#fields = orderBy.map(({ field }) => field);
    this.#compare = comparing(orderBy.map(({ collation }) => collation));
    this.#sign = reversed ? -1 : 1;
  }

  /** Whose next piece is wanted. */
  wants(shards: readonly string[]): string[] {
    return shards.filter((shard) => {
      const source = this.#sources.get(shard);
      return !source || (source.at >= source.piece.rows.length && source.piece.more);
    });
  }

  give(shard: string, piece: Piece): void {
    this.#sources.set(shard, { piece, keys: piece.rows.map((row) => this.#keyOf(row)), at: 0 });
  }

  stamps(): Stamp[] {
    return [...this.#sources.values()].map(({ piece }) => piece.stamp);
  }

  /** Forgets all pieces. */
  clear(): void {
    this.#sources.clear();
  }

  /** The next row; undefined when a piece has to be given first, or there is none. */
  next(): Buffer | undefined {
    let best: Source | undefined;
    for (const source of this.#sources.values()) {
      if (source.at >= source.piece.rows.length) {
        if (source.piece.more) return undefined;
        continue;
      }
      if (!best || this.#compare(source.keys[source.at]!, best.keys[best.at]!) * this.#sign < 0) best = source;
    }
    return best?.piece.rows[best.at++];
  }

  #keyOf(row: Buffer): Value[] {
    const fields = itemsOf(row);
    return this.#fields.map((field) => (fields[field - 1] ? new Reader(fields[field - 1]!).read() : null));
  }
}
