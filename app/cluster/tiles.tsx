'use client';
import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { bytesText, dateTimeText, lagText } from '~/app/lib/format.ts';
import { healthWords } from '~/app/lib/health.ts';
import { summaryOf } from '~/app/lib/summary.ts';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { healths, type ClusterOverview, type Health } from '~/contract/shapes/view.ts';
import styles from './tiles.module.css';

/** Five figures that say how the cluster is. The counts by health filter the table. */
export function Tiles({ overview, onHealth }: { overview: ClusterOverview; onHealth: (health: Health) => void }) {
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
      <Tile label="Failover" value={overview.failoverMode === 'disabled' ? 'Disabled' : overview.failoverMode} note={overview.failoverMode === 'disabled' ? 'first in priority is master' : ''} />
    </dl>
  );
}

function Tile({ label, value, note, title }: { label: string; value: string; note: ReactNode; title?: string | undefined }) {
  return (
    <div className={styles.tile} title={title}>
      <dt>{label}</dt>
      <dd className={`${styles.value} number`}>{value}</dd>
      <dd className={styles.note}>{note}</dd>
    </div>
  );
}

function Counts({ counts, onHealth }: { counts: Record<Health, number>; onHealth: (health: Health) => void }) {
  return (
    <span className={styles.counts}>
      {healths.filter((health) => counts[health] > 0).map((health) => {
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
