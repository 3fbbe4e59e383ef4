/** The AUTH request on the server's side. Unknown user and wrong password look the same from outside. */
import { Reader } from '../msgpack/reader.ts';
import { RawString, type Value } from '../values/value.ts';
import { bodySlices } from '../wire/body.ts';
import { bodyKeys } from '../wire/constants.ts';
import { checkScramble, scrambleBytes } from '../wire/scramble.ts';

/** sha1(sha1(password)) of a user, 20 bytes (`storedHash`), or undefined for an unknown one. */
export type StoredHashOf = (user: string) => Buffer | undefined | Promise<Buffer | undefined>;

export type LoginAttempt = { readonly user: string; readonly scramble: Buffer };

/** Undefined when the body is not a chap-sha1 login. Throws ProtocolError for what is no msgpack. */
export function readLogin(body: Buffer): LoginAttempt | undefined {
  const slices = bodySlices(body);
  const [userSlice, tupleSlice] = [slices.get(bodyKeys.userName), slices.get(bodyKeys.tuple)];
  if (!userSlice || !tupleSlice) return undefined;
  const user = new Reader(userSlice).read();
  const tuple = new Reader(tupleSlice).read();
  if (typeof user !== 'string' || !Array.isArray(tuple) || tuple[0] !== 'chap-sha1') return undefined;
  const scramble = bytesOf(tuple[1]);
  return scramble && { user, scramble };
}

export async function checkLogin(attempt: LoginAttempt, salt: Buffer, storedHashOf: StoredHashOf): Promise<boolean> {
  const stored = await storedHashOf(attempt.user);
  // An unknown user costs the same work.
  const matches = checkScramble(stored ?? Buffer.alloc(scrambleBytes), salt, attempt.scramble);
  return stored !== undefined && matches;
}

/** Connectors send the scramble as a string or as binary. */
function bytesOf(value: Value | undefined): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof RawString) return value.bytes;
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : undefined;
}
