import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReplayWindow } from '~/swim/replay.ts';

const options = { windowMs: 30_000, sendersMax: 100 };
const generation = 5n;

test('a recorded datagram passes within the window and not after it', () => {
  const window = new ReplayWindow(options);
  for (let sequence = 0; sequence < 1_000; sequence++) {
    expect(window.accepts(sequence * 100, 'a', { generation, sequence })).toBe(true);
  }
  const now = 100_000;
  expect(window.accepts(now, 'a', { generation, sequence: 950 })).toBe(true);
  expect(window.accepts(now, 'a', { generation, sequence: 500 })).toBe(false);
  expect(window.accepts(now, 'a', { generation, sequence: 0 })).toBe(false);
});

test('after a silence nothing from before it passes', () => {
  const window = new ReplayWindow(options);
  expect(window.accepts(0, 'a', { generation, sequence: 7 })).toBe(true);
  expect(window.accepts(29_999, 'a', { generation, sequence: 7 })).toBe(true);
  expect(window.accepts(30_000, 'a', { generation, sequence: 7 })).toBe(false);
  expect(window.accepts(30_000, 'a', { generation, sequence: 8 })).toBe(true);
});

test('an earlier life of the sender is over at once, a later one starts from any number', () => {
  const window = new ReplayWindow(options);
  window.accepts(0, 'a', { generation, sequence: 7 });
  expect(window.accepts(1, 'a', { generation: 6n, sequence: 0 })).toBe(true);
  expect(window.accepts(2, 'a', { generation, sequence: 8 })).toBe(false);
});

test('forgets the longest silent sender first and never holds more than its limit', () => {
  const window = new ReplayWindow({ ...options, sendersMax: 2 });
  window.accepts(0, 'a', { generation, sequence: 1 });
  window.accepts(1, 'b', { generation, sequence: 1 });
  window.accepts(2, 'a', { generation, sequence: 2 });
  window.accepts(3, 'c', { generation, sequence: 1 });
  expect(window.senders).toBe(2);
  expect(window.accepts(40_000, 'a', { generation, sequence: 2 })).toBe(false);
});

test('against a plain reckoning: newer than all before always passes, older than the window never', () => {
  const steps = fc.array(fc.record({ waitMs: fc.nat(9_000), back: fc.nat(40) }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(steps, (list) => {
      const window = new ReplayWindow(options);
      const firstSeen = new Map<number, number>();
      let now = 0;
      let highest = 0;
      for (const { waitMs, back } of list) {
        now += waitMs;
        const sequence = Math.max(0, highest + 3 - back);
        const accepted = window.accepts(now, 'a', { generation, sequence });
        if (sequence > highest) expect(accepted).toBe(true);
        // The window is marked in thirds: surely shut after four thirds, surely open for one whole.
        const overtakenAt = Math.min(...[...firstSeen].filter(([n]) => n >= sequence).map(([, at]) => at));
        if (overtakenAt <= now - 40_000) expect(accepted).toBe(false);
        if (overtakenAt > now - 30_000) expect(accepted).toBe(true);
        if (accepted && !firstSeen.has(sequence)) firstSeen.set(sequence, now);
        highest = Math.max(highest, sequence);
      }
    }),
  );
});
