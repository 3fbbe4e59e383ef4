import type { Row } from './storage.ts';

/** Between masters. `from` is a replicaset. */
export type Request =
  | { readonly kind: 'receive'; readonly bucket: number; readonly attempt: number; readonly from: number; readonly generation: number }
  | { readonly kind: 'chunk'; readonly bucket: number; readonly attempt: number; readonly number: number; readonly values: readonly number[] }
  | { readonly kind: 'prepare'; readonly bucket: number; readonly attempt: number; readonly chunks: number }
  | { readonly kind: 'begin'; readonly bucket: number; readonly attempt: number; readonly generation: number }
  | { readonly kind: 'drop'; readonly bucket: number; readonly attempt: number }
  | { readonly kind: 'look'; readonly bucket: number };

export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused' }
  /** Of a `begin`: it owns the bucket in that generation, or did once. */
  | { readonly kind: 'owned' }
  /** Of a `look`. `leads` false: whoever answers is no master. `safe` false: what it says may not last. */
  | { readonly kind: 'row'; readonly row: Row | null; readonly leads: boolean; readonly safe: boolean };

/** What a fiber waits for; what it is resumed with: an answer or null when it gives up, or whether it came to be. */
export type Wait =
  | { readonly kind: 'call'; readonly to: number; readonly request: Request }
  | { readonly kind: 'copies'; readonly upTo: number }
  | { readonly kind: 'holders'; readonly bucket: number }
  | { readonly kind: 'pause' };
export type Resumed = Answer | boolean | null;
export type Fiber<Result = void> = Generator<Wait, Result, Resumed>;

export function* call(to: number, request: Request): Fiber<Answer | null> {
  return (yield { kind: 'call', to, request }) as Answer | null;
}

export function* enoughCopies(upTo: number): Fiber<boolean> {
  return (yield { kind: 'copies', upTo }) as boolean;
}

export function* nobodyHolds(bucket: number): Fiber<boolean> {
  return (yield { kind: 'holders', bucket }) as boolean;
}

export function* pause(): Fiber {
  yield { kind: 'pause' };
}
