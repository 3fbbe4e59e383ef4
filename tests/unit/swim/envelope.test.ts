import { describe, expect, test } from 'vitest';
import { Envelope, envelopeBytes } from '~/swim/envelope.ts';
import { Keyring } from '~/swim/keyring.ts';

const keyA = new Uint8Array(32).fill(1);
const keyB = new Uint8Array(32).fill(2);
const text = Buffer.from('a datagram');
const options = { clusterName: 'test', context: 'datagram' };

test('what one seals the other opens, with 29 bytes on top', () => {
  const sealed = new Envelope(new Keyring([keyA]), options).seal(text);
  expect(sealed).toHaveLength(text.length + envelopeBytes);
  expect(envelopeBytes).toBe(29);
  expect(new Envelope(new Keyring([keyA]), options).open(sealed)).toEqual(text);
});

test('no two look alike', () => {
  const envelope = new Envelope(new Keyring([keyA]), options);
  expect(Buffer.from(envelope.seal(text)).equals(envelope.seal(text))).toBe(false);
});

test('every key of the ring opens, the first one seals', () => {
  const old = new Envelope(new Keyring([keyA]), options);
  const ring = new Keyring([keyB, keyA]);
  const both = new Envelope(ring, options);
  expect(both.open(old.seal(text))).toEqual(text);
  expect(old.open(both.seal(text))).toBeUndefined();
  ring.use(ring.list()[1]?.id ?? '');
  expect(old.open(both.seal(text))).toEqual(text);
});

test('another cluster, another context, another key: it does not open', () => {
  const sealed = new Envelope(new Keyring([keyA]), options).seal(text);
  expect(new Envelope(new Keyring([keyA]), { ...options, clusterName: 'other' }).open(sealed)).toBeUndefined();
  expect(new Envelope(new Keyring([keyA]), { ...options, context: 'stream' }).open(sealed)).toBeUndefined();
  expect(new Envelope(new Keyring([keyB]), options).open(sealed)).toBeUndefined();
});

test('the border between cluster name and context is part of what is authenticated', () => {
  const sealed = new Envelope(new Keyring([keyA]), { clusterName: 'ab', context: 'c' }).seal(text);
  expect(new Envelope(new Keyring([keyA]), { clusterName: 'a', context: 'bc' }).open(sealed)).toBeUndefined();
});

test('any changed bit and any cut keeps it shut', () => {
  const envelope = new Envelope(new Keyring([keyA]), options);
  const sealed = envelope.seal(text);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Uint8Array.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(envelope.open(changed)).toBeUndefined();
  }
  for (let length = 0; length < sealed.length; length++) {
    expect(envelope.open(sealed.subarray(0, length))).toBeUndefined();
  }
});

describe('the key ring', () => {
  test('rotates by install, use, remove', () => {
    const ring = new Keyring([keyA]);
    const [first] = ring.list();
    const id = ring.install(keyB);
    expect(ring.install(keyB)).toBe(id);
    expect(ring.list()).toEqual([first, { id, inUse: false }]);
    expect(() => ring.remove(first?.id ?? '')).toThrow('in use');
    ring.use(id);
    ring.remove(first?.id ?? '');
    expect(ring.list()).toEqual([{ id, inUse: true }]);
    expect(ring.export()).toEqual([keyB]);
  });

  test('refuses an empty ring, a short key, an unknown one and a ninth', () => {
    expect(() => new Keyring([])).toThrow('at least one');
    expect(() => new Keyring([new Uint8Array(16)])).toThrow('32 bytes');
    expect(() => new Keyring([keyA]).use('00000000')).toThrow('install it first');
    const ring = new Keyring(Array.from({ length: 8 }, (_, i) => new Uint8Array(32).fill(i)));
    expect(() => ring.install(new Uint8Array(32).fill(99))).toThrow('at most 8');
  });

  test('two keys with the same tag both open', () => {
    const keys = Array.from({ length: 2_000 }, (_, i) => new Uint8Array(32).fill(i & 255, (i >> 8) + 1));
    const tagOf = (key: Uint8Array) => new Keyring([key]).sealing.tag;
    const pair = keys.filter((key) => tagOf(key) === tagOf(keyA)).concat(keyA).slice(0, 2);
    const both = new Envelope(new Keyring(pair), options);
    for (const key of pair) {
      expect(both.open(new Envelope(new Keyring([key]), options).seal(text))).toEqual(text);
    }
    expect(both.open(new Envelope(new Keyring([keyB]), options).seal(text))).toBeUndefined();
    expect(new Set(new Keyring(pair).list().map(({ id }) => id)).size).toBe(2);
  });
});
