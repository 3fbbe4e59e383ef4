/** Do the shards that answered own every bucket, and each once? lua/crud/owned.lua has the other half. */
import type { Value } from '~/iproto/index.ts';

export type Stamp = { readonly count: number; readonly sum: number };

/** murmur3's last step. */
export function bucketHash(bucket: number): number {
  let hash = bucket;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function stampOfAll(count: number): Stamp {
  let sum = 0;
  for (let bucket = 1; bucket <= count; bucket++) sum += bucketHash(bucket);
  return { count, sum };
}

export function readStamp(value: Value | undefined): Stamp {
  const [count, sum] = Array.isArray(value) ? value.map(Number) : [];
  return { count: count ?? -1, sum: sum ?? -1 };
}

export function coversAll(stamps: readonly Stamp[], all: Stamp): boolean {
  return stamps.reduce((sum, { count }) => sum + count, 0) === all.count && stamps.reduce((total, { sum }) => total + sum, 0) === all.sum;
}
