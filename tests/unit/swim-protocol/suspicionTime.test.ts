import { describe, expect, test } from 'vitest';
import { profiles } from '~/swim/protocol/config.ts';
import { suspicionBounds, suspicionMs } from '~/swim/protocol/suspicionTime.ts';

describe('suspicion time', () => {
  test('the check values of Lifeguard', () => {
    const bounds = { minMs: 2_000, maxMs: 30_000, k: 3 };
    expect(suspicionMs(bounds, 0)).toBe(30_000);
    expect(suspicionMs(bounds, 1)).toBeCloseTo(16_000, 0);
    expect(suspicionMs(bounds, 2)).toBeCloseTo(7_811, 0);
    for (const confirmations of [3, 4, 10]) expect(suspicionMs(bounds, confirmations)).toBe(2_000);
  });

  test('falls with each confirmation and never below the minimum', () => {
    for (const k of [1, 2, 3, 7]) {
      const times = Array.from({ length: k + 3 }, (_, confirmations) => suspicionMs({ minMs: 500, maxMs: 3_000, k }, confirmations));
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      expect(Math.min(...times)).toBe(500);
      expect(times[k]).toBeCloseTo(500, 6);
    }
  });

  test('nobody to confirm: the minimum at once', () => {
    expect(suspicionMs({ minMs: 500, maxMs: 3_000, k: 0 }, 0)).toBe(500);
    expect(suspicionBounds(profiles.fast, 3, 1).k).toBe(0);
    expect(suspicionBounds(profiles.fast, 4, 1).k).toBe(2);
  });

  test('grows with the group, but has a floor in each profile', () => {
    expect(suspicionBounds(profiles.fast, 3, 1)).toMatchObject({ minMs: 1_000, maxMs: 6_000 });
    expect(suspicionBounds(profiles.fast, 1_000, 1).minMs).toBeCloseTo(4 * 3 * 200, 6);
    expect(suspicionBounds(profiles.lan, 10, 1).minMs).toBe(profiles.lan.suspicionMsMin);
    expect(suspicionBounds(profiles.lan, 1_000, 1).minMs).toBeCloseTo(6_000, 6);
  });

  test('damping multiplies the minimum', () => {
    expect(suspicionBounds(profiles.fast, 3, 4).minMs).toBe(4_000);
  });
});
