import { describe, expect, test } from 'vitest';
import { metricsLine, metricsText, sparkline, valueText } from '~/cli/output/metrics.ts';
import type { Metrics } from '~/contract/shapes/metrics.ts';

const startMs = new Date(2026, 0, 31, 12, 0, 0).getTime();
const style = { colour: false, nowMs: startMs };
const metrics: Metrics = {
  instance: { uuid: '00000001-1111-4222-8333-444444444444', alias: 's1-1' }, startMs, stepMs: 1000, count: 4,
  series: [
    { name: 'requestsPerSecond', label: 'Requests', unit: 'perSecond', values: [null, 100, 200, 300] },
    { name: 'memoryUsedBytes', label: 'Memory in use', unit: 'bytes', values: [1_048_576, 1_048_576, 2_097_152, null] },
    { name: 'lagSeconds', label: 'Replication lag', unit: 'seconds', values: [null, null, null, null] },
  ],
};

describe('figures over time', () => {
  test('are a table: last, least, average and greatest of each series, and its line', () => {
    const lines = metricsText(metrics, style).split('\n');
    expect(lines[0]).toMatch(/^s1-1 {2}2026-01-31 12:00:00\S+ to 2026-01-31 12:00:03\S+, by the second$/);
    expect(lines.slice(1)).toEqual([
      'SERIES              LAST      MIN      AVG      MAX',
      'requestsPerSecond  300/s    100/s    200/s    300/s   ▃▆█',
      'memoryUsedBytes        -  1.0 MiB  1.3 MiB  2.0 MiB  ▅▅█',
      'lagSeconds             -        -        -        -',
      '',
    ]);
  });

  test('of minutes have the least and greatest of the minutes, not of their averages', () => {
    const series = [{ ...metrics.series[0]!, values: [10, 20], min: [1, 15], max: [30, 21] }];
    expect(metricsText({ ...metrics, stepMs: 60_000, count: 2, series }, style)).toMatch(/20\/s +1\/s +15\/s +30\/s/);
  });

  test('none: said so', () => expect(metricsText({ ...metrics, count: 0, series: [] }, style)).toBe('Nothing was heard of s1-1 in that time.\n'));

  test('of a stream are one line with the newest that is known', () => {
    expect(metricsLine(metrics)).toMatch(/^2026-01-31 12:00:03\S+ {2}requestsPerSecond 300\/s\n$/);
    expect(metricsLine({ ...metrics, count: 0 })).toBe('');
  });
});

test('a line of many values has the width that was asked for, and a blank where nothing was heard', () => {
  const values = Array.from({ length: 3600 }, (_, index) => (index < 1800 ? null : index));
  const line = sparkline(values, 20);
  expect(line).toHaveLength(20);
  expect(line.slice(0, 10)).toBe(' '.repeat(10));
  expect(line.at(-1)).toBe('█');
});

test.each([
  [0, 'count', '0'], [1234.5, 'perSecond', '1235/s'], [12.345, 'milliseconds', '12.35 ms'], [0.0123, 'ratio', '1.23 %'], [0.000012, 'ratio', '0.0012 %'], [1536, 'bytesPerSecond', '1.5 KiB/s'], [0.00042, 'seconds', '0.00042 s'], [-3.5, 'milliseconds', '-3.50 ms'],
] as const)('%d %s reads %s', (value, unit, text) => expect(valueText(value, unit)).toBe(text));
