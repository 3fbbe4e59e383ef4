'use client';
import { Group, SegmentedControl, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Chart } from '~/app/charts/chart.tsx';
import styles from '~/app/charts/charts.module.css';
import { timeText } from '~/app/lib/format.ts';
import { charts, isEmpty, seriesOf, type ChartSpec } from '~/app/lib/metric-window.ts';
import { oneOf } from '~/app/lib/params.ts';
import { useDay, useHour } from '~/app/live/use-metrics.ts';
import type { MetricsState } from '~/app/live/metrics-store.ts';
import { Prose } from '~/app/ui/prose.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import { metricRanges } from '~/contract/shapes/metrics.ts';
import type { TabProps } from './instance-page.tsx';
import { Nothing } from './nothing.tsx';

const hourMs = 3_600_000;
const ranges = [{ value: 'hour', label: 'Last hour' }, { value: 'day', label: 'Last 24 hours' }];
const names = seriesOf(charts);

/** What was measured, by the second as it comes, or by the minute of a day. */
export function StatisticsTab({ instance, overview }: TabProps) {
  const [{ range }, change] = useAddress(['range'] as const);
  const shown = oneOf(metricRanges, range) ?? 'hour';
  const empty = <Nothing title="Nothing has been measured yet">The server measures {instance.alias} from when it first hears of it, once a second{shown === 'hour' ? '' : '; a minute is shown when it is over'}. The charts fill by themselves.</Nothing>;
  return (
    <Stack gap="md">
      <Group gap="md">
        <SegmentedControl aria-label="Time" size="sm" data={ranges} value={shown} onChange={(value) => change({ range: value === 'hour' ? null : value })} />
        <Text size="sm" c="dimmed">{shown === 'hour' ? 'By the second, as it comes.' : 'Averages of minutes; least and most are of the seconds in them.'} A gap is where nothing was heard. Times are {timeText(overview.serverTime).split(' ').at(-1)}.</Text>
      </Group>
      {shown === 'hour' ? <Hour key={instance.uuid} uuid={instance.uuid} specs={charts} empty={empty} /> : <Day uuid={instance.uuid} empty={empty} />}
    </Stack>
  );
}

/** `empty`: what to say where nothing was measured. */
type Shown = { readonly uuid: string; readonly specs: readonly ChartSpec[]; readonly empty: ReactNode };

function Hour({ uuid, specs, empty }: Shown) {
  return <Charts state={useHour(uuid, seriesOf(specs))} uuid={uuid} specs={specs} rangeMs={hourMs} empty={empty} />;
}

function Day({ uuid, empty }: Omit<Shown, 'specs'>) {
  return <Charts state={useDay(uuid, names)} uuid={uuid} specs={charts} rangeMs={24 * hourMs} empty={empty} />;
}

function Charts({ state: { window: shown, problem }, uuid, specs, rangeMs, empty }: Shown & { state: MetricsState; rangeMs: number }) {
  const lost = problem === null ? null : <Text size="sm" c="dimmed"><Prose text={problem} /></Text>;
  if (shown === null) return lost ?? <Waiting label="Loading the charts" height={300} />;
  if (isEmpty(shown)) return empty;
  return (
    <>
      {lost}
      <div className={styles.grid}>{specs.map((spec) => <Chart key={spec.id} spec={spec} window={shown} sync={uuid} rangeMs={rangeMs} />)}</div>
    </>
  );
}

const lag = charts.filter(({ id }) => id === 'lag');

/** For the tab about replication. */
export function LagChart({ uuid }: { uuid: string }) {
  return <section aria-label="Lag"><Hour uuid={uuid} specs={lag} empty={<Nothing title="No lag in the last hour">Whoever pulls nobody's rows has none. Of all others the server measures it once a second, and the chart fills by itself.</Nothing>} /></section>;
}
