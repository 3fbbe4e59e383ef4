import { describe, expect, it } from 'vitest';
import { Batches, type Batch, type Replayable } from '~/core/failover/replay-batches.ts';
import { everyRow, lastOf, nextFrom, selectionOf } from '~/core/failover/selection.ts';
import { seeded } from '../../simulation/apply/random.ts';

describe('rows that a person chose', () => {
  it('are numbers and ranges in any order, each once', () => {
    const selection = selectionOf(['7', '10-12', '1', '11-20', '6']);
    expect(selection).toEqual({ ranges: [[1, 1], [6, 7], [10, 20]], count: 14 });
    expect(lastOf(selection)).toBe(20);
    expect(selectionOf(['9-3'])).toEqual({ ranges: [[3, 9]], count: 7 });
  });

  it('are found one stretch after the other', () => {
    const selection = selectionOf(['2-3', '7']);
    expect([1, 2, 3, 4, 7, 8].map((number) => nextFrom(selection, number))).toEqual([{ first: 2, count: 2 }, { first: 2, count: 2 }, { first: 3, count: 1 }, { first: 7, count: 1 }, { first: 7, count: 1 }, null]);
    expect(nextFrom(everyRow(0), 1)).toBeNull();
    expect(everyRow(5)).toEqual({ ranges: [[1, 5]], count: 5 });
  });
});

const row = (number: number, transaction: number | null = null, more: Partial<Replayable> = {}) => ({ number, origin: 1, transaction, bytes: 10, ...more });
type Row = ReturnType<typeof row>;
const batched = (rows: readonly Row[], limits = { rowsEnough: 3, rowsMax: 3, bytesMax: 100 }): Batch<Row>[] => {
  const batches = new Batches<Row>(limits);
  return [...rows.flatMap((one) => batches.add(one)), ...batches.end()];
};
const numbers = (batches: readonly Batch<Row>[]) => batches.map(({ fits, rows }) => [fits, ...rows.map(({ number }) => number)]);

describe('batches of rows', () => {
  it('are full, and never part a transaction', () => {
    expect(numbers(batched([row(1), row(2), row(3, 5), row(4, 5), row(5), row(6)]))).toEqual([[true, 1, 2], [true, 3, 4, 5], [true, 6]]);
    expect(numbers(batched([row(1, 5), row(2, 5, { origin: 2 }), row(3, 6)], { rowsEnough: 1, rowsMax: 1, bytesMax: 100 }))).toEqual([[true, 1], [true, 2], [true, 3]]);
  });

  it('have a limit of bytes too', () => {
    expect(numbers(batched([row(1, null, { bytes: 60 }), row(2, null, { bytes: 60 }), row(3, null, { bytes: 40 })]))).toEqual([[true, 1], [true, 2, 3]]);
  });

  it('are sent with enough rows, though more of one transaction would fit', () => {
    expect(numbers(batched([row(1), row(2), row(3), row(4, 5), row(5, 5), row(6, 5), row(7)], { rowsEnough: 2, rowsMax: 3, bytesMax: 100 }))).toEqual([[true, 1, 2], [true, 3], [true, 4, 5, 6], [true, 7]]);
  });

  it('set apart what is larger than any of them', () => {
    expect(numbers(batched([row(1), row(2, 5), row(3, 5), row(4, 5), row(5, 5), row(6), row(7, null, { bytes: 101 }), row(8)]))).toEqual([[true, 1], [false, 2, 3, 4, 5], [true, 6], [false, 7], [true, 8]]);
  });

  it('hold each row once, in order, whatever comes', () => {
    const random = seeded(7).next;
    for (let turn = 0; turn < 200; turn++) {
      const rows = Array.from({ length: Math.floor(random() * 40) }, (_, i) => row(i + 1, random() < 0.5 ? null : Math.floor(random() * 4), { bytes: Math.floor(random() * 60) }));
      const made = batched(rows);
      expect(made.flatMap((batch) => batch.rows.map(({ number }) => number))).toEqual(rows.map(({ number }) => number));
      for (const { fits, rows: held } of made) expect(held.length <= 3 && held.reduce((sum, { bytes }) => sum + bytes, 0) <= 100).toBe(fits);
      const cuts = made.slice(1).map(({ rows: [first] }) => first!.number);
      for (const cut of cuts) expect(rows[cut - 1]!.transaction === null || rows[cut - 1]!.transaction !== rows[cut - 2]!.transaction).toBe(true);
    }
  });
});
