import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LogMover } from '~/server/store/log-mover.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function mover(move = vi.fn(async () => {})) {
  return { move, log: new LogMover({ move }) };
}

it('moves the log once nothing was changed for a while after a big document', () => {
  const { move, log } = mover();
  log.changed(1024 * 1024);
  vi.advanceTimersByTime(299);
  log.changed(10);
  vi.advanceTimersByTime(299);
  expect(move).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(move).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  expect(move).toHaveBeenCalledTimes(1);
});

it('lets small changes lie in it until there are some of them, so that it stays short', () => {
  const { move, log } = mover();
  const change = () => {
    log.changed(2000);
    vi.advanceTimersByTime(1000);
  };
  for (let made = 0; made < 5; made++) change();
  expect(move).not.toHaveBeenCalled();
  for (let made = 0; made < 15; made++) change();
  expect(move.mock.calls.length).toBeGreaterThanOrEqual(2);
});

it('moves nothing after its end, and goes on where a move failed', async () => {
  const { move, log } = mover(vi.fn(() => Promise.reject(new Error('disk full'))));
  log.changed(1024 * 1024);
  await vi.advanceTimersByTimeAsync(300);
  log.changed(1024 * 1024);
  await vi.advanceTimersByTimeAsync(300);
  expect(move).toHaveBeenCalledTimes(2);
  log.changed(1024 * 1024);
  log.end();
  await vi.advanceTimersByTimeAsync(300);
  expect(move).toHaveBeenCalledTimes(2);
});
