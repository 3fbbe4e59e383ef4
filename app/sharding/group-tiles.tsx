'use client';
import type { ReactNode } from 'react';
import { countText, durationText } from '~/app/lib/format.ts';
import { limitsText, rateText } from '~/app/lib/sharding.ts';
import { Ago } from '~/app/ui/time.tsx';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';
import styles from './sharding.module.css';

const modeWords = { auto: 'automatic', manual: 'by hand', off: 'off' } as const;

/** One glance: how many buckets, how they are evened out, how far that is, and for how long yet. */
export function GroupTiles({ group }: { group: GroupStatus }) {
  const { bootstrapped, settings, state, left, inFlight, progress, run, storages, movedTotal } = group;
  const moving = state === 'moving';
  // By the reports of the agents alone nobody knows what is to move.
  const known = group.health !== 'unknown';
  return (
    <dl className={styles.tiles} data-testid="sharding-tiles">
      <Tile label="Buckets" value={String(bootstrapped?.buckets ?? settings.buckets)} note={bootstrapped === null ? `on ${countText(storages.length, 'storage')}` : <>by {bootstrapped.hash}, made by {bootstrapped.by} <Ago at={bootstrapped.at} /></>} />
      <Tile label="Rebalancing" value={modeWords[settings.rebalance]} note={run === null ? limitsText(group) : <>started by {run.by} <Ago at={run.at} /></>} />
      <Tile label="To move" value={known ? String(left) : '—'} note={!known ? 'not known' : left === 0 ? (movedTotal === 0 ? 'as the weights want it' : `${countText(movedTotal, 'bucket')} moved since the coordinator began`) : `${progress.moved} moved, ${inFlight} under way`} />
      <Tile label="Time left" value={!moving ? '—' : progress.etaMs === null ? 'not known yet' : durationText(Math.max(1000, progress.etaMs))} note={moving ? `${rateText(progress.ratePerSecond)} over the last seconds${progress.forMs === null ? '' : `, for ${durationText(Math.max(1000, progress.forMs))}`}` : known ? 'nothing moves' : 'not known'} />
    </dl>
  );
}

function Tile({ label, value, note }: { label: string; value: string; note: ReactNode }) {
  return (
    <div className={styles.tile}>
      <dt>{label}</dt>
      <dd className={styles.value}>{value}</dd>
      <dd className={styles.note}>{note}</dd>
    </div>
  );
}
