import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Beat } from '~/agent/beat.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';

let beat: Beat | null = null;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  beat?.stop();
  vi.useRealTimers();
});

/** When it rang within so many ms, from its start, and what it said. */
function rungIn(ms: number, wakesAt: (startedAt: number) => number | null) {
  const startedAt = monotonicMs();
  const rung: { at: number; second: number | null }[] = [];
  beat = new Beat({ wakesAt: () => wakesAt(startedAt), ring: (second) => void rung.push({ at: Math.round(monotonicMs() - startedAt), second }) });
  beat.start();
  vi.advanceTimersByTime(ms);
  return rung;
}

it('rings each half second, and counts the seconds', () => {
  expect(rungIn(2100, () => Infinity)).toEqual([{ at: 500, second: null }, { at: 1000, second: 1 }, { at: 1500, second: null }, { at: 2000, second: 2 }]);
});

it('rings at whole seconds only where there is nothing to do between, and goes over to halves', () => {
  const rung = rungIn(4100, (startedAt) => (monotonicMs() - startedAt < 1500 ? null : Infinity));
  expect(rung.map(({ at, second }) => [at, second])).toEqual([[1000, 1], [2000, 2], [2500, null], [3000, 3], [3500, null], [4000, 4]]);
});

it.each([[200, 1], [400, -1]])('draws near to what wakes the process %i ms after a beat, until both are one', (offMs, direction) => {
  const next = (startedAt: number) => startedAt + offMs + 500 * Math.ceil((monotonicMs() - startedAt - offMs + 1) / 500);
  const rung = rungIn(10_000, next);
  const gaps = rung.slice(1).map(({ at }, index) => at - rung[index]!.at);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(475);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(525);
  expect(Math.sign(gaps[0]! - 500)).toBe(direction);
  expect(rung.slice(-5).map(({ at }) => at % 500)).toEqual(Array(5).fill(offMs));
});

it('rings no more when it is stopped', () => {
  const rung = rungIn(1000, () => Infinity);
  beat!.stop();
  vi.advanceTimersByTime(5000);
  expect(rung).toHaveLength(2);
});
