import { expect, test } from 'vitest';
import { openRing, sealRing } from '~/link/sealed-ring.ts';

/** A key ring on its way: opened by the agent that it is for, within a minute, and by nobody else. */

const key = new Uint8Array(32).fill(1);
const now = 1_795_263_165_000;
const bounds = { key, callee: 'b', now };
const ring = [new Uint8Array(32).fill(2), new Uint8Array(32).fill(3)];
const sealed = sealRing(ring, bounds);

test('comes out as it went in, and shows nothing of it on its way', () => {
  expect(openRing(sealed, { ...bounds, now: now + 59_000 })).toEqual(ring);
  expect(openRing(sealed, { ...bounds, now: now - 59_000 })).toEqual(ring);
  expect(Buffer.from(sealed, 'base64').includes(Buffer.from(ring[0]!.subarray(0, 4)))).toBe(false);
  expect(sealRing(ring, bounds)).not.toBe(sealed);
});

test('a recorded one is refused a minute later', () => {
  for (const at of [now + 61_000, now - 61_000, Number.NaN]) expect(() => openRing(sealed, { ...bounds, now: at })).toThrow(/NTP/);
});

test('opens for no other agent, under no other secret, and not when damaged', () => {
  const bytes = Buffer.from(sealed, 'base64');
  const flipped = [0, 12, 28, bytes.length - 1].map((index) => {
    const copy = Buffer.from(bytes);
    copy[index]! ^= 1;
    return copy.toString('base64');
  });
  const cuts = [0, 5, 27, 28, 40, bytes.length - 1].map((length) => bytes.subarray(0, length).toString('base64'));
  expect(() => openRing(sealed, { ...bounds, callee: 'c' })).toThrow(/not sealed for this agent/);
  expect(() => openRing(sealed, { ...bounds, key: new Uint8Array(32) })).toThrow(/not sealed for this agent/);
  for (const text of [...flipped, ...cuts]) expect(() => openRing(text, bounds)).toThrow(/not sealed for this agent/);
  expect(() => openRing(sealRing([], bounds), bounds)).toThrow(/damaged/);
  expect(() => openRing(sealRing([new Uint8Array(31)], bounds), bounds)).toThrow(/damaged/);
});
