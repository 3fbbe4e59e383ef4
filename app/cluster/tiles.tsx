'use client';
import { Tooltip } from '@mantine/core';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { activeCoordinator } from '~/app/lib/failover.ts';
import { modeWords } from '~/app/lib/failover-words.ts';
import { bytesText, dateTimeText, lagText } from '~/app/lib/format.ts';
import { healthWords, marks, type Mark } from '~/app/lib/health.ts';
import { oneOf } from '~/app/lib/params.ts';
import { summaryOf } from '~/app/lib/summary.ts';
import { useFailoverStatus } from '~/app/live/use-failover.ts';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { failoverModes } from '~/contract/shapes/failover.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import styles from './tiles.module.css';

/** Five figures that say how the cluster is. The counts by health filter the table. */
export function Tiles({ overview, onHealth }: { overview: ClusterOverview; onHealth: (health: Mark) => void }) {
  const summary = summaryOf(overview);
  const { withoutMaster, worstLag } = summary;
  return (
    <dl className={styles.tiles}>
      <Tile label="Instances" value={String(summary.configured)} note={<Counts counts={summary.counts} onHealth={onHealth} />} />
      <Tile
        label="Replicasets"
        value={String(summary.replicasets)}
        note={withoutMaster.length === 0 ? 'each with its master' : <span className={styles.bad}>{withoutMaster.length} without a master</span>}
      />
      <Tile label="Memory" value={summary.memoryQuotaBytes === 0 ? '—' : bytesText(summary.memoryUsedBytes)} note={summary.memoryQuotaBytes === 0 ? 'no database runs' : `of ${bytesText(summary.memoryQuotaBytes)} in all`} />
      <Tile label="Worst lag" value={worstLag ? lagText(worstLag.seconds) : '—'} note={worstLag ? worstLag.alias : 'nothing replicates'} />
      <Tile
        label="Configuration"
        value={overview.configVersion === 0 ? 'none' : `v${overview.configVersion}`}
        note={overview.run !== null ? <span className={styles.busy}>being applied</span> : overview.configAt === null ? 'nothing applied yet' : <>applied <Ago at={overview.configAt} /></>}
        title={overview.configAt === null ? undefined : dateTimeText(overview.configAt)}
      />
      <FailoverTile overview={overview} />
    </dl>
  );
}

/** The stream does not carry the mode: it comes with the status. */
function FailoverTile({ overview }: { overview: ClusterOverview }) {
  const status = useFailoverStatus();
  const mode = status?.mode ?? oneOf(failoverModes, overview.failoverMode) ?? 'disabled';
  const active = status === null ? null : activeCoordinator(status);
  const note = mode === 'disabled' ? 'first in priority is master' : mode === 'eventual' ? 'unsafe: by gossip alone' : status === null ? '' : status.pause !== null ? <span className={styles.bad}>paused</span> : active === null ? <span className={styles.bad}>no coordinator</span> : `by ${active.alias}, term ${active.term ?? 'unknown'}`;
  return <Tile label="Failover" value={<Link href="/failover" className={styles.way}>{modeWords[mode].label}</Link>} note={note} />;
}

function Tile({ label, value, note, title }: { label: string; value: ReactNode; note: ReactNode; title?: string | undefined }) {
  return (
    <div className={styles.tile} title={title}>
      <dt>{label}</dt>
      <dd className={`${styles.value} number`}>{value}</dd>
      <dd className={styles.note}>{note}</dd>
    </div>
  );
}

function Counts({ counts, onHealth }: { counts: Record<Mark, number>; onHealth: (health: Mark) => void }) {
  return (
    <span className={styles.counts}>
      {marks.filter((health) => counts[health] > 0).map((health) => {
        const Shape = HealthShapes[health];
        return (
          <Tooltip key={health} label={`${healthWords[health]}: show only these`}>
            <button type="button" data-health={health} onClick={() => onHealth(health)} aria-label={`${counts[health]} ${healthWords[health]}: show only these`}>
              <Shape size={13} />
              {counts[health]}
            </button>
          </Tooltip>
        );
      })}
    </span>
  );
}
