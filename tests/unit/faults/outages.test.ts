import { describe, expect, it } from 'vitest';
import { acksOf, bothAcknowledgedMs, gaps, latenciesAround, outageMs, percentiles, takeOverMs } from '~/tests/faults/checkers/outages.ts';
import { add, members } from './made.ts';

/** One write a ms by `a` until 100, nothing until 350, then by `b`. */
const steady = (from: number, to: number, node: string) => Array.from({ length: to - from }, (_, index) => add(from + index, [from + index, from + index + 0.5], { node }));
const history = [...steady(0, 100, 'a'), add(1_000, [100.5]), members([], [120, 121]), ...steady(350, 500, 'b')];
const acks = acksOf(history);

describe('outages', () => {
  it('finds the gap, and nothing but acknowledged writes ends it', () => {
    expect(gaps(acks, 100)).toEqual([{ from: 99.5, to: 350.5 }]);
    expect(gaps(acks, 252)).toEqual([]);
  });

  it('tells how long a fault kept everybody from writing', () => {
    expect(outageMs(acks, { from: 100, to: 101 }, 500)).toBe(251);
    expect(outageMs(acks, { from: 40, to: 41 }, 500)).toBe(1);
  });

  it('counts what never ended as long as somebody asked', () => {
    const ended = acks.filter(({ returned }) => returned < 100);
    expect(outageMs(ended, { from: 100, to: 101 }, 900)).toBe(800.5);
    expect(outageMs([], { from: 100, to: 101 }, 900)).toBe(800);
  });

  it('tells when somebody else took over', () => {
    expect(takeOverMs(acks, 100, 'a')).toBe(250.5);
    expect(takeOverMs(acks, 100, 'b')).toBe(null);
  });

  it('tells for how long both said yes', () => {
    expect(bothAcknowledgedMs(acks, { at: 100, old: 'a' })).toBe(0);
    expect(bothAcknowledgedMs(acksOf([...history, ...steady(360, 390, 'a')]), { at: 100, old: 'a' })).toBe(39);
  });

  it('tells how long answers took before, during and after', () => {
    const slow = add(7, [150, 340], { node: 'b' });
    expect(latenciesAround(acksOf([...history, slow]), { from: 100, to: 200 })).toMatchObject({ before: { count: 100, p50: 0.5 }, during: { count: 1, max: 190 }, after: { count: 150, max: 0.5 } });
  });

  it('percentiles of nothing are not a number', () => {
    expect(percentiles([])).toEqual({ count: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN });
    expect(percentiles([3, 1, 2])).toEqual({ count: 3, p50: 2, p99: 3, max: 3 });
  });
});
