import { describe, expect, it } from 'vitest';
import { agoText, bytesText, dateTimeText, durationText, lagText, timeText } from '~/app/lib/format.ts';

describe('bytesText', () => {
  it.each([
    [0, '0 B'], [512, '512 B'], [1000, '0.98 KiB'], [1024, '1 KiB'], [1536, '1.5 KiB'], [38 * 1024 * 1024, '38 MiB'], [1023 * 1024, '1 MiB'], [268_435_456, '256 MiB'], [5.25 * 1024 ** 4, '5.25 TiB'],
  ])('%d -> %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));
});

describe('durationText', () => {
  it.each([
    [0, '0 ms'], [340, '340 ms'], [1000, '1 s'], [59_999, '59 s'], [60_000, '1 min'], [200_000, '3 min 20 s'], [660_000, '11 min'], [3_600_000, '1 h'], [18_720_000, '5 h 12 min'], [187_200_000, '2 d 4 h'], [-5, '0 ms'],
  ])('%d -> %s', (ms, text) => expect(durationText(ms)).toBe(text));
});

describe('agoText', () => {
  it('is calm about what is fresh', () => {
    expect(agoText(1900)).toBe('now');
    expect(agoText(12_700)).toBe('12 s ago');
  });
});

describe('lagText', () => {
  it.each([[0, '< 1 ms'], [0.0021, '2 ms'], [0.5, '500 ms'], [4.25, '4.3 s'], [42.3, '42 s'], [400, '6 min 40 s']])('%d -> %s', (seconds, text) => expect(lagText(seconds)).toBe(text));
});

describe('times', () => {
  const at = Date.UTC(2026, 10, 21, 5, 43, 33);
  it('never stand without their zone', () => {
    expect(timeText(at, { timeZone: 'Europe/Kyiv' })).toBe('07:43:33 UTC+2');
    expect(timeText(at, { timeZone: 'UTC' })).toBe('05:43:33 UTC');
    expect(dateTimeText(at, { timeZone: 'Asia/Kolkata' })).toBe('21 Nov 2026, 11:13:33 UTC+5:30');
  });
});
