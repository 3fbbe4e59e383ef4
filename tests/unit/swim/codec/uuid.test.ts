import { assert, property, uuid } from 'fast-check';
import { expect, it } from 'vitest';
import { uuidFromBytes, uuidToBytes } from '~/swim/codec/uuid.ts';

it('stands on the wire as Tarantool has it in memory', () => {
  const bytes = uuidToBytes('00112233-4455-6677-8899-aabbccddeeff');
  expect(Buffer.from(bytes).toString('hex')).toBe('33221100554477668899aabbccddeeff');
  expect(uuidFromBytes(bytes)).toBe('00112233-4455-6677-8899-aabbccddeeff');
});

it('any comes back as it was, also beside one that begins alike', () => {
  assert(
    property(uuid(), uuid(), (one, other) => {
      const alike = one.slice(0, 9) + other.slice(9);
      for (const text of [one, alike, one]) expect(uuidFromBytes(uuidToBytes(text))).toBe(text);
    }),
  );
});

it('is not changed by who changes the bytes later', () => {
  const bytes = uuidToBytes('01112233-4455-6677-8899-aabbccddeeff');
  uuidFromBytes(bytes);
  bytes[15] = 0;
  expect(uuidFromBytes(bytes)).toBe('01112233-4455-6677-8899-aabbccddee00');
});
