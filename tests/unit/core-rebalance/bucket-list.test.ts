import { expect, it } from 'vitest';
import { bucketsIn } from '~/core/rebalance/bucket-list.ts';
import { rangesText } from '~/core/rebalance/buckets-table.ts';

it('buckets as people write them, each once and in order', () => {
  expect(bucketsIn(['10-12', '7', '11'], 20)).toEqual([7, 10, 11, 12]);
  expect(rangesText(bucketsIn(['10-12', '7'], 20) as number[])).toBe('7, 10-12');
});

it('what cannot be meant is said', () => {
  expect(bucketsIn(['10-7'], 20)).toBe('10-7 ends before it begins.');
  expect(bucketsIn(['20-21'], 20)).toBe('There is no bucket 21: there are 20.');
  expect(bucketsIn(['20'], 20)).toEqual([20]);
});
