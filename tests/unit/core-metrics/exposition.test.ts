import { expect, test } from 'vitest';
import { Exposition, type Families } from '~/core/metrics/exposition.ts';

const families = {
  things: { type: 'gauge', unit: 'things', help: 'Things; a \\ and\na new line.', labels: { kind: 'of thing' } },
  calls_total: { type: 'counter', unit: 'calls', help: 'Calls.' },
  took_seconds: { type: 'histogram', unit: 'seconds', help: 'Time.', labels: { of: 'what' } },
} as const satisfies Families;

test('is what Prometheus reads: escaped, counted, without families that have nothing to say', () => {
  const out = new Exposition(families);
  out.add('calls_total', {});
  out.add('calls_total', { by: 4 });
  out.set('things', { labels: { kind: 'a "b" \\ c\nd' }, value: 1.5 });
  out.set('things', { labels: { kind: 'odd' }, value: Infinity });
  expect(out.text()).toBe(`# HELP calls_total Calls.
# TYPE calls_total counter
calls_total 5
# HELP things Things; a \\\\ and\\na new line.
# TYPE things gauge
things{kind="a \\"b\\" \\\\ c\\nd"} 1.5
things{kind="odd"} NaN
`);
  out.clear('things');
  expect(out.text()).not.toContain('things');
});

test('a histogram has each bucket with all that is in the ones below', () => {
  const out = new Exposition(families);
  for (const seconds of [0.002, 0.2, 99]) out.observe('took_seconds', { labels: { of: 'x' }, seconds });
  const text = out.text();
  for (const line of ['_bucket{of="x",le="0.001"} 0', '_bucket{of="x",le="0.0025"} 1', '_bucket{of="x",le="0.25"} 2', '_bucket{of="x",le="30"} 2', '_bucket{of="x",le="+Inf"} 3', '_count{of="x"} 3']) expect(text).toContain(`took_seconds${line}\n`);
});

test('a series is begun with nothing in it, and grows from there', () => {
  const out = new Exposition(families);
  const begin = () => {
    out.add('calls_total', { by: 0 });
    out.observe('took_seconds', { labels: { of: 'x' }, seconds: 0, by: 0 });
  };
  begin();
  for (const line of ['calls_total 0', 'took_seconds_bucket{of="x",le="0.001"} 0', 'took_seconds_bucket{of="x",le="+Inf"} 0', 'took_seconds_sum{of="x"} 0', 'took_seconds_count{of="x"} 0']) expect(out.text()).toContain(`${line}\n`);
  out.add('calls_total', {});
  out.observe('took_seconds', { labels: { of: 'x' }, seconds: 2 });
  begin();
  for (const line of ['calls_total 1', 'took_seconds_bucket{of="x",le="1"} 0', 'took_seconds_bucket{of="x",le="2.5"} 1', 'took_seconds_sum{of="x"} 2', 'took_seconds_count{of="x"} 1']) expect(out.text()).toContain(`${line}\n`);
});

test('is read anew each time', () => {
  const out = new Exposition(families);
  let calls = 0;
  out.onRead(() => out.set('calls_total', { value: (calls += 1) }));
  expect([out.text(), out.text()].map((text) => text.at(-2))).toEqual(['1', '2']);
});
