import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Traffic } from '~/swim/traffic.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('shows the one side what the other has noted', () => {
  const here = new Traffic();
  const there = new Traffic(here.memory);
  expect(here.read()).toBeNull();
  there.note({ datagramsIn: 2 ** 40, datagramsOut: 7 }, 200);
  expect(here.read()).toEqual({ datagramsIn: 2 ** 40, datagramsOut: 7 });
});

it('shows nothing of an engine that is late by more than a second', () => {
  const traffic = new Traffic();
  traffic.note({ datagramsIn: 1, datagramsOut: 1 }, 3000);
  vi.advanceTimersByTime(3900);
  expect(traffic.read()).not.toBeNull();
  vi.advanceTimersByTime(200);
  expect(traffic.read()).toBeNull();
  traffic.note({ datagramsIn: 2, datagramsOut: 1 }, Infinity);
  expect(traffic.read()).toEqual({ datagramsIn: 2, datagramsOut: 1 });
});
