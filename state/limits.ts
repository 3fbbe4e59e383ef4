/** What a store is never asked for: too long, too many, or keys that one of the stores would take for something else. */
import { LimitExceeded } from './errors.ts';
import type { Change } from './provider.ts';

export const limits = {
  keyBytesMax: 256,
  valueBytesMax: 64 * 1024,
  /** Of conditions, and of puts and removals together, in one change. etcd takes 128 by default; ours needs three. */
  operationsMax: 100,
  /** Of all values of one change: etcd takes 1.5 MiB by default, as base64. */
  changeBytesMax: 768 * 1024,
  keysReadMax: 100,
  listedMax: 10_000,
  /** Keep-alives go four times in this, and etcd counts whole seconds. */
  ttlMinMs: 500,
  ttlMaxMs: 3_600_000,
} as const;

const keyPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]*(?:\/[A-Za-z0-9._:-]+)*$/;
const prefixPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]*(?:\/[A-Za-z0-9._:-]+)*\/?$/;
/** Kept for this layer. */
const reserved = /^(?:identity|writers)(?:\/|$)/;

/** Throws RangeError: a key that is none is a defect of the caller. */
export function checkKey(key: string): void {
  if (!keyPattern.test(key) || reserved.test(key)) throw new RangeError(`not a key: ${JSON.stringify(key.slice(0, limits.keyBytesMax))}`);
  atMost('bytes of a key', key.length, limits.keyBytesMax);
}

export function checkPrefix(prefix: string): void {
  if (!prefixPattern.test(prefix) || reserved.test(prefix)) throw new RangeError(`not a prefix: ${JSON.stringify(prefix.slice(0, limits.keyBytesMax))}`);
  atMost('bytes of a prefix', prefix.length, limits.keyBytesMax);
}

export function checkValue(key: string, value: string): number {
  const bytes = Buffer.byteLength(value);
  atMost(`bytes of the value of ${key}`, bytes, limits.valueBytesMax);
  return bytes;
}

export function checkKeys(keys: readonly string[]): void {
  atMost('keys read at once', keys.length, limits.keysReadMax);
  for (const key of keys) checkKey(key);
}

export function checkTtl(ttlMs: number): void {
  if (!(ttlMs >= limits.ttlMinMs && ttlMs <= limits.ttlMaxMs)) throw new RangeError(`a time to live of ${ttlMs} ms: from ${limits.ttlMinMs} to ${limits.ttlMaxMs}`);
}

export function checkChange({ when, put = [], remove = [] }: Change): void {
  atMost('conditions of a change', when.length, limits.operationsMax);
  atMost('operations of a change', put.length + remove.length, limits.operationsMax);
  for (const key of [...when.map(({ key }) => key), ...put.map(({ key }) => key), ...remove]) checkKey(key);
  atMost('bytes of a change', put.reduce((bytes, { key, value }) => bytes + checkValue(key, value), 0), limits.changeBytesMax);
  const written = [...put.map(({ key }) => key), ...remove];
  if (new Set(written).size < written.length) throw new RangeError('a change writes a key twice');
}

function atMost(what: string, value: number, max: number): void {
  if (value > max) throw new LimitExceeded(what, value, max);
}
