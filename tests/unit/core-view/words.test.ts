import { describe, expect, it } from 'vitest';
import { bytes, clock, count, duration, list, quoted } from '~/core/view/words.ts';

describe('words', () => {
  it.each([[999, '0 s'], [9999, '9 s'], [19_999, '10 s'], [60_000, '1 min'], [3_600_000, '1 h'], [200_000_000, '2 d'], [-5, '0 s']] as const)('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
  it.each([[0, '0 B'], [1536, '1.5 KiB'], [268_435_456, '256 MiB'], [2 ** 50, '1024 TiB']] as const)('%d bytes are %s', (size, text) => expect(bytes(size)).toBe(text));
  it('names the day of what is older than one', () => {
    const at = Date.UTC(2026, 0, 2, 3, 4, 5);
    expect(clock(at, at + 86_399_999)).toBe('03:04:05 UTC');
    expect(clock(at, at + 86_400_000)).toBe('2026-01-02 03:04 UTC');
  });
  it('lists names', () => {
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c', 'd', 'e', 'f'])]).toEqual(['', 'a', 'a and b', 'a, b, c and 3 more']);
    expect([count(1, 'issue'), count(2, 'issue')]).toEqual(['1 issue', '2 issues']);
  });
  it('quotes one line of what others wrote', () => expect([quoted('x.\nstack', ''), quoted(null, 'none'), quoted('y'.repeat(400), '').length]).toEqual(['x', 'none', 303]));
});
