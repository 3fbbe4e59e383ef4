import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Telling } from '~/agent/failover/telling.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function telling() {
  const seen = { shown: 'a', compared: 0, told: [] as string[] };
  const one = new Telling({ shown: () => ((seen.compared += 1), seen.shown), tell: () => seen.told.push(seen.shown) });
  one.look();
  vi.runAllTimers();
  return { one, seen };
}

it('tells what is another, once for some steps that follow each other', () => {
  const { one, seen } = telling();
  for (const next of ['b', 'c', 'd']) {
    seen.shown = next;
    one.look();
    vi.advanceTimersByTime(1);
  }
  expect(seen.told).toEqual(['a']);
  vi.runAllTimers();
  expect(seen.told).toEqual(['a', 'd']);
});

it('wakes nobody up where nothing is another, and compares once a turn', () => {
  const { one, seen } = telling();
  seen.compared = 0;
  for (let step = 0; step < 5; step++) one.look();
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(0);
  expect([seen.compared, vi.getTimerCount()]).toEqual([1, 0]);
});

it('says nothing of what is as before again, nor when it has ended', () => {
  const { one, seen } = telling();
  seen.shown = 'b';
  one.look();
  vi.advanceTimersByTime(1);
  seen.shown = 'a';
  vi.runAllTimers();
  seen.shown = 'c';
  one.look();
  one.end();
  vi.runAllTimers();
  expect(seen.told).toEqual(['a']);
});
