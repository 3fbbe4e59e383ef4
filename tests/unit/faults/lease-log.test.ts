import { expect, it } from 'vitest';
import { checkCopies } from '~/tests/faults/checkers/copies.ts';
import { writableOf } from '~/tests/faults/systems/lease-log.ts';

const begins = (seconds: number, epoch: number) => `2026 [7] main I> lease: writable from ${seconds.toFixed(6)} in epoch ${epoch}: promoted`;
const ends = (seconds: number, epoch: number, last = seconds) => `2026 [7] main I> lease: read-only from ${seconds.toFixed(6)} in epoch ${epoch}, no write after ${last.toFixed(6)}: demoted`;
const read = (lines: readonly string[], killedAt: readonly number[] = []) => writableOf('n1', ['other', ...lines, ''].join('\n'), { killed: killedAt.map((at) => ({ instance: 'n1', at })), now: 99_000 }).map(({ epoch, from, to }) => [epoch, from, to]);

it('reads when an instance could write, up to the last write that its guard can have let through', () => {
  expect(read([begins(1, 1), ends(2, 1), begins(3, 2), ends(6, 2, 5)])).toEqual([[1, 1_000, 2_000], [2, 3_000, 5_000]]);
});

it('ends what was killed at the moment of the kill, and what lives now', () => {
  expect(read([begins(1, 1), begins(5, 3)], [500, 2_500, 7_000])).toEqual([[1, 1_000, 2_500], [3, 5_000, 7_000]]);
  expect(read([begins(1, 1)])).toEqual([[1, 1_000, 99_000]]);
  expect(read([begins(1, 1), begins(4, 2)])).toEqual([[1, 1_000, 4_000], [2, 4_000, 99_000]]);
});

it('finds copies that differ, and that there are none', () => {
  expect(checkCopies([{ node: 'a', digest: 'x' }, { node: 'b', digest: 'x' }]).valid).toBe(true);
  expect(checkCopies([{ node: 'a', digest: 'x' }, { node: 'b', digest: 'y' }, { node: 'c', digest: 'x' }]).problems).toEqual(['copies differ: a and c: x; b: y']);
  expect(checkCopies([]).valid).toBe(false);
});
