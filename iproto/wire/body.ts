/**
 * Looks into a body without decoding it: where the values of its keys stand. With `requests.raw` and `Raw` this is
 * all that a router needs to read a function's name and to send the arguments on byte for byte.
 */
import { visitMap } from '../msgpack/skip.ts';

/** The undecoded value of each key of the body (see `bodyKeys`), as views. Throws ProtocolError for what is no map. */
export function bodySlices(body: Buffer): Map<number, Buffer> {
  const slices = new Map<number, Buffer>();
  if (body.length > 0) visitMap(body, 0, (key, start, end) => slices.set(key, body.subarray(start, end)));
  return slices;
}

/** The undecoded value of one key, or undefined. */
export function bodySlice(body: Buffer, key: number): Buffer | undefined {
  let found: Buffer | undefined;
  if (body.length > 0) {
    visitMap(body, 0, (candidate, start, end) => {
      if (candidate === key) found = body.subarray(start, end);
    });
  }
  return found;
}
