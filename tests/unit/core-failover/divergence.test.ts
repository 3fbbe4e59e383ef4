import { expect, test } from 'vitest';
import { ahead, compare, continues, type Copy, type JournalEntry } from '~/core/failover/divergence.ts';

const entry = (epoch: number, master: number, start: Record<string, number>, after: JournalEntry['after']): JournalEntry => ({ epoch, master: `n${master}`, origin: String(master), start, after });
const first = entry(1, 1, {}, null);
const second = entry(2, 2, { 1: 100 }, { epoch: 1, master: 'n1' });
const fourth = entry(4, 3, { 1: 100, 2: 50 }, { epoch: 2, master: 'n2' });
const base: Copy = { vclock: { 1: 100, 2: 50, 3: 7 }, journal: [first, second, fourth] };

test('a copy that stopped earlier is a part, whatever epochs it has missed', () => {
  expect(compare({ vclock: {}, journal: [] }, base)).toEqual({ kind: 'part' });
  expect(compare({ vclock: { 1: 100 }, journal: [first] }, base)).toEqual({ kind: 'part' });
  expect(compare({ vclock: { 1: 100, 2: 20 }, journal: [first, second] }, base)).toEqual({ kind: 'part' });
  expect(compare(base, base)).toEqual({ kind: 'part' });
});

test('rows that the next master did not have are extra, on the old master and on whoever fetched from it', () => {
  expect(compare({ vclock: { 1: 103 }, journal: [first] }, base)).toEqual({ kind: 'extra', rows: { 1: 3 } });
});

test('a row number that was used again does not hide a difference', () => {
  const reused: Copy = { vclock: { 1: 140, 2: 50, 3: 9 }, journal: [first, second, fourth, entry(5, 1, { 1: 100, 2: 50, 3: 9 }, { epoch: 4, master: 'n3' })] };
  expect(compare({ vclock: { 1: 103 }, journal: [first] }, reused)).toEqual({ kind: 'extra', rows: { 1: 3 } });
});

test('an epoch that the base does not know is another history', () => {
  expect(compare({ vclock: { 1: 100 }, journal: [first, entry(3, 1, { 1: 99 }, { epoch: 1, master: 'n1' })] }, base)).toEqual({ kind: 'foreign' });
  expect(compare({ vclock: { 1: 100 }, journal: [entry(1, 2, {}, null)] }, base)).toEqual({ kind: 'foreign' });
});

test('where the base has cut its journal off, nothing is concluded', () => {
  expect(compare({ vclock: {}, journal: [] }, { ...base, journal: [second, fourth] })).toEqual({ kind: 'foreign' });
  expect(compare({ vclock: { 1: 100 }, journal: [first] }, { ...base, journal: [second, fourth] })).toEqual({ kind: 'part' });
});

test('the later history is ahead, however many rows the earlier one has', () => {
  expect(ahead({ vclock: { 1: 100, 2: 1 }, journal: [first, second] }, { vclock: { 1: 900 }, journal: [first] })).toBeGreaterThan(0);
  expect(ahead({ vclock: { 1: 100 }, journal: [first] }, { vclock: { 1: 99 }, journal: [first] })).toBeGreaterThan(0);
});

test('an entry is taken only where it continues the history', () => {
  expect(continues({ vclock: { 1: 100 }, journal: [first] }, second)).toBe(true);
  expect(continues({ vclock: { 1: 101 }, journal: [first] }, second)).toBe(false);
  expect(continues({ vclock: { 1: 100, 2: 50 }, journal: [first] }, fourth)).toBe(false);
});
