import { describe, expect, test } from 'vitest';
import { errorsText, mapText, markOfRouter, percentilesText, rateText, tookText } from '~/app/lib/routers.ts';

describe('figures of routers', () => {
  test.each([[null, '–'], [0, '0'], [0.25, '0.3'], [12.34, '12.3'], [1234.5, '1,235']])('a rate of %s', (value, text) => expect(rateText(value)).toBe(text));
  test.each([[null, '–'], [0.4213, '0.42 ms'], [12.34, '12.3 ms'], [340.4, '340 ms'], [2000, '2 s']])('a time of %s', (value, text) => expect(tookText(value)).toBe(text));

  test('percentiles share their unit where they can', () => {
    expect(percentilesText({ p50Ms: 0.42, p95Ms: 1.8, p99Ms: 31 })).toBe('0.42 / 1.80 / 31.0 ms');
    expect(percentilesText({ p50Ms: 0.42, p95Ms: 1.8, p99Ms: 2000 })).toBe('0.42 ms / 1.80 ms / 2 s');
    expect(percentilesText({ p50Ms: null, p95Ms: null, p99Ms: null })).toBe('–');
  });

  test('a map', () => {
    expect(mapText({ buckets: null, bucketsKnown: null, mapAgeMs: null })).toBe('–');
    expect(mapText({ buckets: 0, bucketsKnown: 0, mapAgeMs: null })).toBe('no buckets yet');
    expect(mapText({ buckets: 30, bucketsKnown: 30, mapAgeMs: 2900 })).toBe('all buckets, now');
    expect(mapText({ buckets: 30, bucketsKnown: 28, mapAgeMs: 12_000 })).toBe('28 of 30 buckets, 12 s ago');
  });

  test('a mark is that of its state, and of what it does not know', () => {
    expect(markOfRouter({ state: 'ready', health: 'warning' })).toBe('warning');
    expect(markOfRouter({ state: 'starting', health: 'warning' })).toBe('warning');
    expect(markOfRouter({ state: 'starting', health: 'critical' })).toBe('critical');
    expect(markOfRouter({ state: 'unknown', health: 'unknown' })).toBe('unknown');
  });

  test('errors by how many there were', () => {
    expect(errorsText({ timeout: 3, failed: 1200, refused: 0 })).toBe('1,200 failed, 3 timeout');
    expect(errorsText({ refused: 0 })).toBeNull();
  });
});
