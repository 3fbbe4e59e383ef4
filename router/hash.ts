/** core's hash of keys, for what a router has of them: the msgpack of a call, or values that crud has decoded. */
import type { BucketHashName } from '~/contract/shapes/sharding.ts';
import { BucketHash, UnhashableKey } from '~/core/buckets/hash.ts';
import { encode, ProtocolError, type Value } from '~/iproto/index.ts';

export type HashName = BucketHashName;

/** One for each number of buckets, of which a router knows those of its groups. */
const known: Record<HashName, Map<number, BucketHash>> = { strcrc32: new Map(), mpcrc32: new Map() };

function hashOf(hash: HashName, buckets: number): BucketHash {
  const found = known[hash].get(buckets);
  if (found) return found;
  const made = new BucketHash({ hash, buckets });
  known[hash].set(buckets, made);
  return made;
}

/** `count`: buckets there are. Throws ProtocolError for a key that has no hash: a table inside, a map, or nil. */
export function bucketOf(key: Value, count: number, hash: HashName = 'strcrc32'): number {
  return bucketOfBytes(encode(key), count, hash);
}

/** As `bucketOf`, for a key that is msgpack. */
export function bucketOfBytes(key: Buffer, count: number, hash: HashName = 'strcrc32'): number {
  try {
    return hashOf(hash, count).ofKey(key);
  } catch (error) {
    throw told(error);
  }
}

/** As `bucketOf`, for a key whose parts are the msgpack values that begin at these places. */
export function bucketOfParts(bytes: Buffer, places: readonly number[], { count, hash }: { readonly count: number; readonly hash: HashName }): number {
  try {
    return hashOf(hash, count).ofParts(bytes, places);
  } catch (error) {
    throw told(error);
  }
}

function told(error: unknown): unknown {
  return error instanceof UnhashableKey ? new ProtocolError(`a key is a scalar or an array of scalars (strings, numbers, booleans, decimals, uuids), and ${error.message}`) : error;
}
