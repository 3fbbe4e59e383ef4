'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { activeCoordinator, isLeased } from '~/app/lib/failover.ts';
import { failsafeWords, modeWords } from '~/app/lib/failover-words.ts';
import { countText, durationText, fineText } from '~/app/lib/format.ts';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** One glance: by which rules, where it is kept, who appoints, and whether every replicaset is led. */
export function StatusTiles({ status }: { status: FailoverStatus }) {
  const { mode, settings, provider, replicasets, timing } = status;
  const led = replicasets.filter(({ members }) => members.some(({ writable, heard }) => writable === true && heard)).length;
  const without = replicasets.filter(({ next, members }) => next === null && members.length > 1).length;
  const active = activeCoordinator(status);
  return (
    <dl className={styles.tiles} data-testid="failover-tiles">
      <Tile label="Mode" value={modeWords[mode].label} note={isLeased(status) ? `lease ${fineText(settings.leaseMs)}, failsafe ${failsafeWords[settings.failsafe].label.toLowerCase()}` : 'unsafe: two masters are possible'} />
      <Tile label="Masters" value={<HealthMark health={led === replicasets.length ? 'ok' : 'critical'}>{`${led} of ${replicasets.length} write`}</HealthMark>} note={without === 0 ? 'another one is ready for each' : `${countText(without, 'replicaset')} without another one`} />
      {isLeased(status) && (
        <>
          <Tile label="State provider" value={<HealthMark health={provider?.health ?? 'unknown'}>{provider?.kind ?? 'none'}</HealthMark>} note={provider === null ? 'none is known' : (provider.error ?? (provider.roundTripMs === null ? 'no round trip is known' : `answers in ${durationText(Math.max(1, provider.roundTripMs))}`))} />
          <Tile label="Coordinator" value={active === null ? <HealthMark health="critical">none active</HealthMark> : <Link href={instancePath(active.alias)} className={styles.link}>{active.alias}</Link>} note={active === null ? `${countText(status.coordinators.length, 'instance')} with the role` : <>term {active.term ?? 'unknown'}{active.since !== null && <>, for <Ago at={active.since} suffix={false} /></>}</>} />
          <Tile label="Without writes, at worst" value={seconds(timing.worstCase.hostLostMs)} note={`when a host is lost; ${seconds(timing.worstCase.processLostMs)} when a process ends`} />
        </>
      )}
    </dl>
  );
}

function Tile({ label, value, note }: { label: string; value: ReactNode; note: ReactNode }) {
  return (
    <div className={styles.tile}>
      <dt>{label}</dt>
      <dd className={styles.value}>{value}</dd>
      <dd className={styles.note}>{note}</dd>
    </div>
  );
}
