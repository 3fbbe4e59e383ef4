import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pack, packedMax, packedMin, shown, unpack } from '~/core/metrics/packed.ts';
import { Rings } from '~/core/metrics/rings.ts';

const start = 1_800_000_000_000;
const at = (second: number) => start + second * 1000;

describe('a figure in two bytes', () => {
  test('is within a thousandth of itself over the whole range, with its sign', () => {
    fc.assert(fc.property(fc.double({ min: packedMin, max: packedMax, noNaN: true }), fc.boolean(), (size, negative) => {
      const value = negative ? -size : size;
      expect(Math.abs(unpack(pack(value)) - value)).toBeLessThanOrEqual(size / 1000);
    }));
  });

  test('is never a gap where there was a figure, and never a figure where there was a gap', () => {
    fc.assert(fc.property(fc.double(), (value) => {
      expect(Number.isNaN(unpack(pack(value)))).toBe(!Number.isFinite(value));
    }));
  });

  test.each([0, 1, 2, 10, 512, 1000, 1023, 1024])('keeps the whole number %i', (value) => expect(unpack(pack(value))).toBe(value));

  test.each([[0.1000976, 0.1001], [123_456, 123_500], [9999.7, 10_000], [-0.000123456, -0.0001235], [0, 0]])('%d is shown as %d', (value, text) => expect(shown(value)).toBe(text));
});

/** What the rings should say, from the whole list of reports, the dumb way. */
function expectedSeconds(reports: ReadonlyMap<number, number>, last: number): (number | null)[] {
  const figure = (second: number) => (Number.isNaN(reports.get(second)) ? null : reports.get(second)!);
  const heard = (second: number) => reports.has(second) || (reports.has(second - 1) && reports.has(second + 1));
  const known = (second: number) => (reports.has(second) ? figure(second) : heard(second) ? figure(second + 1) : null);
  const all = Array.from({ length: 3600 }, (_, index) => last - 3599 + index).map((second) => (second < 0 ? null : known(second)));
  return all.slice(all.findIndex((_, index) => last - 3599 + index >= 0 && heard(last - 3599 + index)));
}

/** Steps between reports: mostly a second, now and then a silence, up to longer than the ring. */
const steps = fc.array(fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 2 }) }, { weight: 3, arbitrary: fc.integer({ min: 3, max: 200 }) }, { weight: 1, arbitrary: fc.integer({ min: 3000, max: 9000 }) }), { minLength: 1, maxLength: 400 });
/** Few values, so that series with one value only are frequent. */
const value = fc.constantFrom(0, 0, 0, 5, 7, NaN);

describe('the last hour by the second', () => {
  test('is what was reported, with a gap where nothing was, at every wrap', () => {
    fc.assert(fc.property(fc.array(fc.tuple(steps, value), { minLength: 1, maxLength: 4 }), (parts) => {
      const rings = new Rings(1);
      const reports = new Map<number, number>();
      let second = 0;
      for (const [gaps, figure] of parts) for (const gap of gaps) {
        second += gap;
        rings.record(at(second), [figure]);
        reports.set(second, figure);
      }
      const window = rings.seconds(at(second), 0);
      const expected = expectedSeconds(reports, second);
      expect(window).toEqual({ startMs: at(second - expected.length + 1), stepMs: 1000, count: expected.length });
      expect(rings.readSeconds(0, window)).toEqual(expected);
    }), { numRuns: 60 });
  });

  test('a silence that lasts is a gap up to now', () => {
    const rings = new Rings(1);
    rings.record(at(0), [3]);
    expect(rings.readSeconds(0, rings.seconds(at(2), 0))).toEqual([3]);
    expect(rings.readSeconds(0, rings.seconds(at(5), 0))).toEqual([3, null, null, null, null, null]);
  });

  test('two reports within a second are both in its figure: a burst is not lost behind the quiet after it', () => {
    const rings = new Rings(1);
    rings.record(at(0), [0]);
    rings.record(at(1), [100]);
    rings.record(at(1) + 900, [0]);
    rings.record(at(2), [NaN]);
    rings.record(at(2) + 600, [8]);
    expect(rings.readSeconds(0, rings.seconds(at(2), 0))).toEqual([0, 50, 8]);
  });

  test('a series without a figure for a while is a gap then, though others had theirs', () => {
    const rings = new Rings(2);
    rings.record(at(0), [NaN, 1]);
    rings.record(at(1), [4, 1]);
    rings.record(at(2), [NaN, 1]);
    const window = rings.seconds(at(2), 0);
    expect(rings.readSeconds(0, window)).toEqual([null, 4, null]);
    expect(rings.readSeconds(1, window)).toEqual([1, 1, 1]);
  });

  test('a clock that is set back forgets what lies ahead of it, and nothing else', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 8000 }), fc.integer({ min: 1, max: 9000 }), (length, back) => {
      const rings = new Rings(1);
      for (let second = 0; second <= length; second += 1) rings.record(at(second), [second % 7]);
      const second = length - back;
      rings.record(at(second), [9]);
      const window = rings.seconds(at(second), 0);
      const first = Math.min(second, Math.max(0, length - 3599));
      const expected = Array.from({ length: second - first + 1 }, (_, index) => (first + index === second ? 9 : (first + index) % 7));
      expect(window.startMs).toBe(at(first));
      expect(rings.readSeconds(0, window)).toEqual(expected);
    }), { numRuns: 30 });
  });

  test('`since` cuts what is older', () => {
    const rings = new Rings(1);
    for (let second = 0; second < 10; second += 1) rings.record(at(second), [second]);
    expect(rings.readSeconds(0, rings.seconds(at(9), at(7)))).toEqual([7, 8, 9]);
    expect(rings.seconds(at(9), at(60))).toEqual({ startMs: at(60), stepMs: 1000, count: 0 });
  });
});

describe('the last day by the minute', () => {
  test('holds average, least and greatest of what was heard in each minute, at every wrap', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.oneof({ weight: 30, arbitrary: fc.integer({ min: 1, max: 40 }) }, { weight: 1, arbitrary: fc.integer({ min: 5000, max: 100_000 }) }), value), { minLength: 1, maxLength: 300 }), (reports) => {
      const rings = new Rings(1);
      const minutes = new Map<number, number[]>();
      const add = (second: number, figure: number) => minutes.set(Math.floor(second / 60), [...(minutes.get(Math.floor(second / 60)) ?? []), ...(Number.isNaN(figure) ? [] : [figure])]);
      let second = 0;
      for (const [gap, figure] of reports) {
        second += gap;
        rings.record(at(second), [figure]);
        // A single second that was missed counts with the report behind it, unless its minute was over.
        if (gap === 2 && second !== gap && second % 60 !== 0) add(second - 1, figure);
        add(second, figure);
      }
      const window = rings.minutes(at(second), 0);
      const last = Math.floor(second / 60);
      const first = Math.min(...[...minutes.keys()].filter((minute) => minute > last - 1440));
      expect(window).toEqual({ startMs: at(first * 60), stepMs: 60_000, count: last - first + 1 });
      const of = (read: (figures: number[]) => number) => Array.from({ length: window.count }, (_, index) => {
        const figures = minutes.get(first + index);
        return figures === undefined || figures.length === 0 ? null : read(figures);
      });
      const { values, min, max } = rings.readMinutes(0, window);
      expect(min).toEqual(of((figures) => Math.min(...figures)));
      expect(max).toEqual(of((figures) => Math.max(...figures)));
      for (const [index, average] of of((figures) => figures.reduce((sum, figure) => sum + figure, 0) / figures.length).entries()) {
        if (average === null) expect(values[index]).toBeNull();
        else expect(Math.abs(values[index]! - average)).toBeLessThanOrEqual(average / 500);
      }
    }), { numRuns: 60 });
  });
});

describe('memory', () => {
  test('a series that never changes takes none, and no series takes more than its two rings', () => {
    const rings = new Rings(2);
    for (let second = 0; second < 100_000; second += 1) rings.record(at(second), [0, second]);
    expect(rings.bytes).toBe(3600 + 1440 + 2 * (3600 + 3 * 1440));
  });

  test('nor does one that had no value at first, as rates have', () => {
    const rings = new Rings(1);
    for (let second = 0; second < 200; second += 1) rings.record(at(second), [second < 70 ? NaN : 4]);
    expect(rings.bytes).toBe(3600 + 1440);
    const expected = (window: { count: number }, step: number) => Array.from({ length: window.count }, (_, index) => ((index + 1) * step - 1 < 70 ? null : 4));
    const seconds = rings.seconds(at(199), 0);
    expect(rings.readSeconds(0, seconds)).toEqual(expected(seconds, 1));
    const minutes = rings.minutes(at(199), 0);
    expect(rings.readMinutes(0, minutes).values).toEqual([null, 4, 4, 4]);
    rings.record(at(200), [5]);
    expect(rings.readSeconds(0, rings.seconds(at(200), 0))).toEqual([...expected(seconds, 1), 5]);
    expect(rings.readMinutes(0, minutes).values.slice(0, 3)).toEqual([null, 4, 4]);
  });
});
