import { describe, expect, it } from 'vitest';
import { appended, charts, figuresOf, isEmpty, metricText, shownSeries, unitOf, windowOf, type MetricWindow } from '~/app/lib/metric-window.ts';
import { MetricsStore } from '~/app/live/metrics-store.ts';
import type { StreamSource } from '~/app/live/stream.ts';

const message = (startMs: number, values: (number | null)[], stepMs = 1000) => ({ stepMs, startMs, count: values.length, series: [{ name: 'requestsPerSecond' as const, values }] });
const read = (window: MetricWindow) => [window.startMs, window.series.requestsPerSecond!.values] as const;

describe('what was measured', () => {
  it('grows at its end, and loses its oldest', () => {
    const first = appended(null, message(10_000, [1, 2, 3]), 4);
    expect(read(appended(first, message(13_000, [4]), 4))).toEqual([10_000, [1, 2, 3, 4]]);
    expect(read(appended(first, message(13_000, [4, 5]), 4))).toEqual([11_000, [2, 3, 4, 5]]);
  });

  it('shows a gap as a gap, and takes what overlaps from what came last', () => {
    const first = appended(null, message(10_000, [1, 2]), 9);
    expect(read(appended(first, message(14_000, [5]), 9))).toEqual([10_000, [1, 2, null, null, 5]]);
    expect(read(appended(first, message(11_000, [8, 9]), 9))).toEqual([10_000, [1, 8, 9]]);
  });

  it('begins anew after a clock was set back, a long silence, or another step', () => {
    const first = appended(null, message(10_000, [1, 2]), 5);
    expect(read(appended(first, message(4000, [7]), 5))).toEqual([4000, [7]]);
    expect(read(appended(first, message(900_000, [7]), 5))).toEqual([900_000, [7]]);
    expect(read(appended(first, message(12_000, [7], 60_000), 5))).toEqual([12_000, [7]]);
    expect(appended(first, message(99_000, []), 5)).toBe(first);
  });

  it('gives figures of what was heard, and of now only when it is heard now', () => {
    expect(figuresOf({ values: [1, null, 3] })).toEqual({ last: 3, min: 1, avg: 2, max: 3 });
    expect(figuresOf({ values: [1, null] })).toEqual({ last: null, min: 1, avg: 1, max: 1 });
    expect(figuresOf({ values: [5], min: [1], max: [9] })).toEqual({ last: 5, min: 1, avg: 5, max: 9 });
    expect(figuresOf({ values: [null] })).toEqual({ last: null, min: null, avg: null, max: null });
  });

  it('leaves out what is nought all the time, but never the first of a chart', () => {
    const window = windowOf({ stepMs: 1, startMs: 0, count: 2, series: [{ name: 'requestsPerSecond', values: [0, 0] }, { name: 'insertsPerSecond', values: [0, 2] }, { name: 'selectsPerSecond', values: [0, null] }] });
    expect(shownSeries(charts[0]!, window)).toEqual(['requestsPerSecond', 'insertsPerSecond']);
    expect([isEmpty(window), isEmpty(windowOf(message(0, [null, null])))]).toEqual([false, true]);
  });

  it('has its unit, and a dash where nothing is known', () => {
    expect([metricText('perSecond', 1234), metricText('bytes', 1536), metricText('bytesPerSecond', 0), metricText('seconds', 0.0123), metricText('milliseconds', 0.42), metricText('ratio', 0.0345), metricText('count', 12), metricText('count', null)]).toEqual(['1.23K/s', '1.5 KiB', '0 B/s', '12 ms', '0.42 ms', '3.45 %', '12', '—']);
  });

  it('draws each series once in a chart, all of one unit', () => {
    for (const { series } of charts) {
      expect(new Set(series).size).toBe(series.length);
      expect(new Set(series.map(unitOf)).size).toBe(1);
    }
  });
});

describe('the stream of what is measured', () => {
  function opened() {
    const sources: { hear: (type: string, data?: unknown) => void; closed: boolean }[] = [];
    const waits: { run: () => void; delayMs: number }[] = [];
    const open = (): StreamSource => {
      const listeners = new Map<string, (event: { data?: string }) => void>();
      const source = { hear: (type: string, data?: unknown) => listeners.get(type)?.({ data: JSON.stringify(data) }), closed: false };
      sources.push(source);
      return { addEventListener: (type, listener) => void listeners.set(type, listener), close: () => void (source.closed = true) };
    };
    const later = (run: () => void, delayMs: number) => {
      const wait = { run, delayMs };
      waits.push(wait);
      return () => void waits.splice(waits.indexOf(wait), 1);
    };
    const store = new MetricsStore({ open, later });
    store.start();
    return { store, sources, waits };
  }

  it('takes the hour first, then each second', () => {
    const { store, sources } = opened();
    sources[0]!.hear('message', message(1000, [1, 2]));
    sources[0]!.hear('message', message(3000, [3]));
    expect(read(store.get().window!)).toEqual([1000, [1, 2, 3]]);
    expect(store.get().connection).toBe('following');
  });

  it('keeps what it has when it is cut, waits longer each time, and begins with the whole hour again', () => {
    const { store, sources, waits } = opened();
    sources[0]!.hear('message', message(1000, [1]));
    sources[0]!.hear('problem', { detail: 'no such instance' });
    sources[0]!.hear('error');
    expect(store.get()).toMatchObject({ connection: 'lost', problem: 'no such instance' });
    expect(read(store.get().window!)).toEqual([1000, [1]]);
    expect([sources[0]!.closed, waits.map(({ delayMs }) => delayMs)]).toEqual([true, [1000]]);
    waits.pop()!.run();
    sources[1]!.hear('error');
    expect(waits.map(({ delayMs }) => delayMs)).toEqual([2000]);
    waits.pop()!.run();
    sources[2]!.hear('message', message(500, [0, 1, 2]));
    expect(read(store.get().window!)).toEqual([500, [0, 1, 2]]);
    expect(store.get()).toMatchObject({ connection: 'following', problem: null });
  });

  it('asks for nothing after it was stopped', () => {
    const { store, sources, waits } = opened();
    sources[0]!.hear('error');
    store.stop();
    expect(waits).toEqual([]);
  });
});
