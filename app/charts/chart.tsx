'use client';
import { useComputedColorScheme } from '@mantine/core';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { timeText } from '~/app/lib/format.ts';
import { figuresOf, labelOf, metricText, shownSeries, unitOf, type ChartSpec, type MetricWindow } from '~/app/lib/metric-window.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import styles from './charts.module.css';

/** The lines come when they are shown: no other page loads them. */
const Canvas = dynamic(() => import('./canvas.tsx'), { ssr: false, loading: () => <Waiting label="Loading the chart" height={168} /> });

type Props = { readonly spec: ChartSpec; readonly window: MetricWindow; readonly sync: string; readonly rangeMs: number };

/** One chart; its legend is a table with the figures, for whoever does not see the lines too. */
export function Chart({ spec, window: shown, sync, rangeMs }: Props) {
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const [hover, setHover] = useState<number | null>(null);
  const names = shownSeries(spec, shown);
  const at = hover === null || hover >= shown.count ? null : hover;
  return (
    <section className={styles.card} aria-label={spec.title} data-chart={spec.id}>
      <div className={styles.head}><h3>{spec.title}</h3><span>{spec.about}</span></div>
      <Canvas key={`${scheme} ${names.join()}`} label={`${spec.title} over time; the table below has the figures`} window={shown} names={names} sync={sync} rangeMs={rangeMs} onHover={setHover} />
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Figures of ${spec.title}`}>
        <table>
          <thead>
            <tr><th scope="col">{at === null ? 'Series' : timeText(shown.startMs + at * shown.stepMs)}</th><th scope="col">{at === null ? 'Now' : 'Then'}</th><th scope="col">Least</th><th scope="col">Average</th><th scope="col">Most</th></tr>
          </thead>
          <tbody>
            {names.map((name, index) => {
              const series = shown.series[name] ?? { values: [] };
              const { last, min, avg, max } = figuresOf(series);
              const text = (value: number | null) => metricText(unitOf(name), value);
              return (
                <tr key={name} data-series={name}>
                  <th scope="row"><span className={styles.swatch} style={{ background: `var(--chart-${(index % 8) + 1})` }} data-dashed={index >= 8 || undefined} aria-hidden />{labelOf(name)}</th>
                  <td data-figure="now">{text(at === null ? last : (series.values[at] ?? null))}</td><td>{text(min)}</td><td>{text(avg)}</td><td data-figure="most">{text(max)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
