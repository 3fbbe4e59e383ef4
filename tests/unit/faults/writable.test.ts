import { describe, expect, it } from 'vitest';
import { without } from '~/tests/faults/checkers/intervals.ts';
import { checkWritable, overlaps, type Writable } from '~/tests/faults/checkers/writable.ts';
import { seeded } from '~/tests/faults/random.ts';

const of = (instance: string, epoch: number, from: number, to: number): Writable => ({ instance, epoch, from, to });

describe('two masters', () => {
  it('one after the other is well, also at the same moment', () => {
    expect(checkWritable([of('a', 1, 0, 10), of('b', 2, 10, 20), of('a', 3, 20.5, 30)]).valid).toBe(true);
  });

  it('finds an overlap, and says who, when and for how long', () => {
    const verdict = checkWritable([of('a', 1, 0, 10.5), of('b', 2, 10, 20)]);
    expect(verdict).toMatchObject({ valid: false, counts: { overlaps: 1, overlapMs: 0.5 } });
    expect(verdict.problems).toEqual(['two masters for 0.5 ms, 10.0..10.5: a (epoch 1, 0.0..10.5) and b (epoch 2, 10.0..20.0)']);
  });

  it('finds one that lies within another and is not the next one', () => {
    expect(overlaps([of('a', 1, 0, 100), of('b', 2, 10, 11), of('c', 3, 50, 51)]).map(({ b }) => b.instance)).toEqual(['b', 'c']);
  });

  it('does not count the time for which a process was stopped', () => {
    const records = [of('a', 1, 0, 30), of('b', 2, 10, 40)];
    expect(overlaps(records, [{ instance: 'a', from: 5, to: 28 }]).map(({ from, to }) => [from, to])).toEqual([[28, 30]]);
    expect(overlaps(records, [{ instance: 'b', from: 5, to: 28 }]).map(({ from, to }) => [from, to])).toEqual([[28, 30]]);
    expect(overlaps(records, [{ instance: 'a', from: 5, to: 30 }])).toEqual([]);
  });

  it('finds an epoch with two holders, and one that falls', () => {
    expect(checkWritable([of('a', 4, 0, 1), of('b', 4, 2, 3)]).problems).toEqual(['epoch 4 has several holders: a, b']);
    expect(checkWritable([of('a', 4, 0, 1), of('b', 3, 2, 3)]).problems).toEqual(['the epoch fell: b (epoch 3, 2.0..3.0) came after a (epoch 4, 0.0..1.0)']);
  });

  it('agrees with looking at every moment, on random intervals', () => {
    const random = seeded(11);
    const below = (end: number) => Math.floor(random() * end);
    for (let round = 0; round < 500; round += 1) {
      const records = Array.from({ length: 4 }, (_, index) => {
        const from = below(20);
        return of(['a', 'b', 'c'][below(3)]!, index, from, from + 1 + below(6));
      });
      const from = below(20);
      const stopped = [{ instance: 'a', from, to: from + below(8) }];
      const at = (moment: number) => new Set(records.filter((one) => one.from <= moment && moment < one.to && !stopped.some((stop) => stop.instance === one.instance && stop.from <= moment && moment < stop.to)).map(({ instance }) => instance)).size > 1;
      const expected = Array.from({ length: 30 }, (_, moment) => moment).filter(at);
      const found = overlaps(records, stopped);
      expect(Array.from({ length: 30 }, (_, moment) => moment).filter((moment) => found.some((one) => one.from <= moment && moment < one.to))).toEqual(expected);
    }
  });

  it('cuts a stretch into what remains', () => {
    expect(without({ from: 0, to: 10 }, [{ from: 2, to: 3 }, { from: 9, to: 12 }])).toEqual([{ from: 0, to: 2 }, { from: 3, to: 9 }]);
  });
});
