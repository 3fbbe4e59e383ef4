import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '~/swim/codec/checksum.ts';
import { decodePacket, encodePacket } from '~/swim/codec/packet.ts';
import { ownMessage } from '../support/arbitrary.ts';
import { mutate, seeded } from '../support/mutate.ts';
import { plainNames, vectorBytes } from '../support/vectors.ts';

const plain = { sealed: false };
const packets = [
  ...plainNames.map(vectorBytes),
  ...fc.sample(ownMessage, { numRuns: 30, seed: 1 }).map((message) => encodePacket(message, plain) ?? new Uint8Array()),
];

test('100 000 broken packets: no exception, and what passes can be written again', () => {
  const random = seeded(1);
  const reasons = new Set<string>();
  let accepted = 0;
  for (let i = 0; i < 100_000; i++) {
    const result = decodePacket(mutate(random, packets), { sealed: i % 2 === 0 });
    if (!result.ok) reasons.add(result.reason);
    else if (accepted++ % 100 === 0) {
      expect(encodePacket(result.message, plain)).toBeInstanceOf(Uint8Array);
    }
  }
  expect(accepted).toBeGreaterThan(1_000);
  expect(reasons.size).toBeGreaterThan(40);
});

test('the checksum is the usual CRC-32', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});
