import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareIncarnation, isWorse, outbid } from '~/swim/protocol/incarnation.ts';
import { statuses, type Incarnation } from '~/swim/protocol/message.ts';
import { Member } from '~/swim/protocol/member.ts';
import { member } from './support.ts';

const u64 = fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n));
const incarnations = fc.record({ generation: u64, version: u64 });

/** One number instead of two. */
function flat({ generation, version }: Incarnation): bigint {
  return (generation << 64n) | version;
}

describe('incarnation', () => {
  test('orders like one long number', () => {
    fc.assert(
      fc.property(incarnations, incarnations, (a, b) => {
        const expected = flat(a) < flat(b) ? -1 : Number(flat(a) > flat(b));
        expect(compareIncarnation(a, b)).toBe(expected);
      }),
    );
  });

  test('a row of the table keeps and compares all 64 bits', () => {
    fc.assert(
      fc.property(incarnations, incarnations, (a, b) => {
        const row = new Member({ ...member(1), incarnation: a });
        expect(row.incarnation).toEqual(a);
        expect(row.newer(b)).toBe(compareIncarnation(b, a));
      }),
    );
  });

  test('a refutation is newer than the claim and than what was before', () => {
    fc.assert(
      fc.property(incarnations, incarnations, (own, claimed) => {
        const next = outbid(own, claimed);
        const last = flat({ generation: 2n ** 64n - 1n, version: 2n ** 64n - 1n });
        const highest = flat(own) > flat(claimed) ? flat(own) : flat(claimed);
        expect(flat(next)).toBe(highest === last ? last : highest + 1n);
      }),
    );
  });

  test('within one incarnation only a greater status number is news', () => {
    for (const [a, status] of statuses.entries()) for (const [b, known] of statuses.entries()) expect(isWorse(status, known)).toBe(a > b);
  });
});
