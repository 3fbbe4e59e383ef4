/**
 * What a msgpack value is in JavaScript. The one idea: whatever is read can be written back and is the same value
 * of the same type, so a value that JavaScript has no type for gets a small class here rather than a lossy guess.
 */
import type { Decimal } from './decimal.ts';
import type { Uuid } from './uuid.ts';

/**
 * A double that holds a whole number, which a plain JavaScript number would turn into an integer on the way back.
 * Doubles with a fraction, infinities, NaN and -0 are plain numbers.
 */
export class Double {
  constructor(readonly value: number) {}

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return String(this.value);
  }

  toJSON(): number {
    return this.value;
  }
}

/** A msgpack string whose bytes are not UTF-8 (Lua strings may hold anything). Written back as a string. */
export class RawString {
  constructor(readonly bytes: Buffer) {}

  /** Lossy: invalid bytes become U+FFFD. */
  toString(): string {
    return this.bytes.toString('utf8');
  }
}

/** An extension that is kept as it came: an error, a datetime, an interval, or one that nobody knows. */
export class Ext {
  constructor(
    /** -128 to 127. Tarantool: 3 error, 4 datetime, 5 compression, 6 interval. */
    readonly type: number,
    readonly payload: Buffer,
  ) {}
}

/** Bytes that are msgpack already: spliced into a request as they are, nothing checked. Only written, never read. */
export class Raw {
  constructor(readonly bytes: Uint8Array) {}
}

/** nil, bool, integers and doubles as number (bigint beyond 2^53), str, bin as Buffer, array, map as Map, extensions. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | Double
  | RawString
  | Decimal
  | Uuid
  | Ext
  | Value[]
  | Map<Value, Value>;

/** What can be written: every `Value`, plain objects (as maps with string keys), any bytes, spliced msgpack. */
export type Writable =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Double
  | RawString
  | Decimal
  | Uuid
  | Ext
  | Raw
  | readonly Writable[]
  | ReadonlyMap<Writable, Writable>
  | { readonly [key: string]: Writable };
