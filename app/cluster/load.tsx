'use client';
import { SegmentedControl } from '@mantine/core';
import { linePath, loadLines, type LoadLine, type Span } from '~/app/lib/load.ts';
import { oneOf } from '~/app/lib/params.ts';
import { useLoad } from '~/app/live/use-load.ts';
import { useAddress } from '~/app/ui/use-address.ts';
import { metricRanges } from '~/contract/shapes/metrics.ts';
import styles from './load.module.css';

const ranges = { hour: { label: '1 h', text: 'last hour', ms: 3_600_000 }, day: { label: '24 h', text: 'last 24 hours', ms: 86_400_000 } } as const;
const box = { width: 120, height: 26 };

/** How the cluster as a whole did lately: four lines, so that a peak or a slope is seen at a glance. */
export function Load() {
  const [{ load }, change] = useAddress(['load'] as const);
  const range = oneOf(metricRanges, load) ?? 'hour';
  const { data } = useLoad(range);
  const { ms, text } = ranges[range];
  const span = data && { startMs: data.startMs, stepMs: data.stepMs, endMs: data.startMs + data.count * data.stepMs, rangeMs: ms };
  return (
    <section aria-label={`Load, ${text}`} className={styles.load} aria-busy={data === undefined}>
      {data && span ? loadLines(data).map((line) => <Line key={line.id} line={line} span={span} text={text} />) : <div className={styles.waiting} />}
      <SegmentedControl aria-label="Time of the lines" size="xs" className={styles.range} data={metricRanges.map((value) => ({ value, label: ranges[value].label }))} value={range} onChange={(value) => change({ load: value === 'hour' ? null : value })} />
    </section>
  );
}

function Line({ line: { id, label, now, most, values, top }, span, text }: { line: LoadLine; span: Span; text: string }) {
  return (
    <div className={styles.line} data-load={id}>
      <div className={styles.words}>
        <span className={styles.label}>{label}</span>
        <span className={`${styles.now} number`} data-figure="now">{now}</span>
        <span className={styles.most}>most {most}</span>
      </div>
      <svg className={styles.chart} viewBox={`0 -1 ${box.width} ${box.height + 2}`} preserveAspectRatio="none" role="img" aria-label={`${label}, ${text}: now ${now}, most ${most}`}>
        <path d={linePath(values, span, { ...box, top })} />
      </svg>
    </div>
  );
}
