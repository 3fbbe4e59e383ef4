'use client';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { metricText, unitOf, type MetricWindow } from '~/app/lib/metric-window.ts';
import type { MetricName } from '~/contract/shapes/metrics.ts';
import styles from './charts.module.css';

export type CanvasProps = {
  readonly label: string;
  readonly window: MetricWindow;
  readonly names: readonly MetricName[];
  /** Charts with the same one share the cursor. */
  readonly sync: string;
  readonly rangeMs: number;
  /** Index of the step below the cursor. */
  readonly onHover: (index: number | null) => void;
};

const heightPx = 168;
const axisPx = 66;
/** Grid lines of sizes stand at whole KiB, MiB, GiB. */
const binarySteps = Array.from({ length: 50 }, (_, power) => 2 ** power);
/** Of lengths of time: 1, 2 or 5 ms, 10 ms and so on, so that each line says another figure. */
const timeSteps = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((step) => (step * 10 ** power) / 1000)).flat();
/** In seconds. Labels are to the minute, so lines are no closer. */
const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360].map((minutes) => minutes * 60);
/** So that the first minutes are not one steep line. */
const rangeMsMin = 300_000;

/** The lines of one chart. Gaps in what was measured are gaps in the line. Other lines or other colours are another chart: give it a key. */
export default function Canvas({ label, window: shown, names, sync, rangeMs, onHover }: CanvasProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const latest = useRef({ shown, names, onHover });
  useEffect(() => {
    latest.current = { shown, names, onHover };
  });
  useEffect(() => {
    const parent = host.current!;
    const made = new UPlot(optionsOf({ parent, names: latest.current.names, sync, rangeMs, onHover: (index) => latest.current.onHover(index) }), dataOf(latest.current), parent);
    chart.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: Math.max(120, parent.clientWidth), height: heightPx }));
    watcher.observe(parent);
    return () => {
      watcher.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [sync, rangeMs]);
  useEffect(() => chart.current?.setData(dataOf({ shown, names: latest.current.names })), [shown]);
  return <div ref={host} className={styles.canvas} role="img" aria-label={label} style={{ height: heightPx }} />;
}

function dataOf({ shown, names }: { shown: MetricWindow; names: readonly MetricName[] }): UPlot.AlignedData {
  const times = Array.from({ length: shown.count }, (_, index) => (shown.startMs + index * shown.stepMs) / 1000);
  return [times, ...names.map((name) => [...(shown.series[name]?.values ?? Array.from({ length: shown.count }, () => null))])];
}

type Made = { parent: HTMLElement; names: readonly MetricName[]; sync: string; rangeMs: number; onHover: (index: number | null) => void };

function optionsOf({ parent, names, sync, rangeMs, onHover }: Made): UPlot.Options {
  const style = getComputedStyle(parent);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const unit = unitOf(names[0]!);
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const axis = { stroke: colour('--quiet'), font: `11px ${style.fontFamily}`, grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  return {
    width: Math.max(120, parent.clientWidth),
    height: heightPx,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: sync, setSeries: false, scales: ['x', null] }, drag: { x: false, y: false }, y: false, points: { size: 6 } },
    scales: {
      x: { time: true, range: (_, min, max) => [Math.max(max - rangeMs / 1000, Math.min(min, max - rangeMsMin / 1000)), max] },
      y: { range: (_, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      { ...axis, size: 26, space: 70, incrs: clockSteps, values: (_, splits) => splits.map((at) => clock.format(at * 1000)) },
      { ...axis, size: axisPx, space: 34, ...(unit === 'bytes' || unit === 'bytesPerSecond' ? { incrs: binarySteps } : unit === 'seconds' ? { incrs: timeSteps } : {}), values: (_, splits) => splits.map((value) => (value === 0 ? '0' : metricText(unit, value))) },
    ],
    series: [{}, ...names.map((name, index) => ({ label: name, stroke: colour(`--chart-${(index % 8) + 1}`), width: 1.5, ...(index >= 8 ? { dash: [4, 3] } : {}), points: { show: false }, spanGaps: false }))],
    hooks: { setCursor: [({ cursor: { idx, left } }) => onHover(idx === null || idx === undefined || (left ?? -1) < 0 ? null : idx)] },
  };
}
