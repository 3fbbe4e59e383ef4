'use client';
import { Stack } from '@mantine/core';
import { bytesText, percentText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { memoryRows, slabBars, type Bar } from '~/app/lib/storage.ts';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { TabProps } from './instance-page.tsx';
import styles from './instance.module.css';
import { NoDatabase } from './nothing.tsx';
import { Spaces } from './spaces.tsx';
import { useDetail } from './use-detail.ts';

/** How full it is, with what, and which spaces it holds. */
export function StorageTab({ instance }: TabProps) {
  const detail = useDetail(instance);
  const status = detail.data?.status ?? null;
  const database = status?.database ?? null;
  if (detail.error && !detail.data) return <ProblemAlert problem={problemFrom(detail.error)} />;
  if (detail.isPending) return <Waiting label="Loading the figures" height={260} />;
  return (
    <Stack gap="lg">
      <div className={styles.figures}>
        {database && <Bars title="Memory for data (memtx)" bars={slabBars(database.slab)} />}
        {database && <Amounts title="Memory by use" rows={[...memoryRows(database.memory), { label: 'Whole process', bytes: database.process.rssBytes }]} />}
        {status && <Bars title="Disk of the data directory" bars={diskBars(status)} />}
      </div>
      {database ? <Spaces instance={instance} /> : <NoDatabase instance={instance} />}
    </Stack>
  );
}

const gib = 1024 ** 3;

/** As the catalogue of issues judges a disk. */
const diskBars = ({ disk: { totalBytes, freeBytes } }: AgentStatus): Bar[] => {
  const free = totalBytes === 0 ? 1 : freeBytes / totalBytes;
  const health = free < 0.03 && freeBytes < 5 * gib ? 'critical' : free < 0.1 && freeBytes < 20 * gib ? 'warning' : 'ok';
  return [{ label: 'In use', about: `${bytesText(freeBytes)} free`, usedBytes: totalBytes - freeBytes, bytes: totalBytes, health }];
};

function Bars({ title, bars }: { title: string; bars: readonly Bar[] }) {
  return (
    <section className={styles.card} aria-label={title}>
      <h2>{title}</h2>
      {bars.map(({ label, about, usedBytes, bytes, health }) => {
        const ratio = bytes === 0 ? 0 : usedBytes / bytes;
        return (
          <div key={label} className={styles.bar} data-health={health}>
            <div className={styles.barHead}><span>{label}</span><span className="number"><b>{percentText(ratio)}</b> <span className={styles.quiet}>{bytesText(usedBytes)} of {bytesText(bytes)}</span></span></div>
            <div className={styles.track}><span style={{ width: `${Math.min(100, ratio * 100)}%` }} /></div>
            <div className={styles.about}>{about}</div>
          </div>
        );
      })}
    </section>
  );
}

function Amounts({ title, rows }: { title: string; rows: readonly { label: string; bytes: number }[] }) {
  return (
    <section className={styles.card} aria-label={title}>
      <h2>{title}</h2>
      <dl className={styles.amounts}>{rows.map(({ label, bytes }) => <div key={label}><dt>{label}</dt><dd className="number">{bytesText(bytes)}</dd></div>)}</dl>
    </section>
  );
}
