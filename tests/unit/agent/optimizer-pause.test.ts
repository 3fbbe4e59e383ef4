import { setFlagsFromString } from 'node:v8';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { OptimizerPause } from '~/agent/optimizer-pause.ts';

const pause = new OptimizerPause();
afterEach(() => {
  pause.end();
  vi.useRealTimers();
});
afterAll(() => setFlagsFromString('--no-allow-natives-syntax'));

setFlagsFromString('--allow-natives-syntax');
/** Bit 4 of V8's status of a function (`OptimizationStatus` in its runtime.h): its code is optimized. */
const optimized = new Function('f', 'return (%GetOptimizationStatus(f) & 16) !== 0') as (f: unknown) => boolean;

let made = 0;

/** Whether V8 optimizes a function that runs very often; each time another, whose code nobody knows yet. */
function isOptimized(withinMs: number): boolean {
  const hot = new Function('n', `let sum = ${made++}; for (let i = 0; i < n; i++) sum = (sum * 31 + i) | 0; return sum;`) as (n: number) => number;
  const until = performance.now() + withinMs;
  while (!optimized(hot) && performance.now() < until) for (let i = 0; i < 100; i++) hot(500);
  return optimized(hot);
}

it('lets V8 optimize nothing while a change goes by, and everything after it', () => {
  expect(isOptimized(10_000)).toBe(true);
  pause.begin();
  expect(isOptimized(300)).toBe(false);
  pause.end();
  expect(isOptimized(10_000)).toBe(true);
});

it('ends a while after the last change has come', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  pause.begin();
  vi.advanceTimersByTime(900);
  pause.begin();
  vi.advanceTimersByTime(900);
  expect(isOptimized(300)).toBe(false);
  vi.advanceTimersByTime(200);
  expect(isOptimized(10_000)).toBe(true);
});
