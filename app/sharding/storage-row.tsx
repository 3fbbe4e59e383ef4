'use client';
import Link from 'next/link';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import shared from '~/app/failover/failover.module.css';
import { linePath } from '~/app/lib/load.ts';
import { placeOf } from '~/app/lib/object-ways.ts';
import { barOf, barText, storageActions, trendText, waitsOf } from '~/app/lib/sharding.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import type { GroupStatus, StorageStatus } from '~/contract/shapes/sharding-status.ts';
import { BucketBar } from './bar.tsx';
import styles from './sharding.module.css';

export type History = { readonly startMs: number; readonly stepMs: number; readonly count: number; readonly values: readonly (number | null)[]; /** Of all storages of the group. */ readonly top: number; readonly rangeMs: number; readonly text: string };

type Props = { readonly storage: StorageStatus; readonly group: GroupStatus; readonly full: number; readonly chosen: boolean; readonly history: History | null };

const box = { width: 120, height: 24 };

/** One storage: what it has and should have, and below it what is in its way or what it waits for. */
export function StorageRow({ storage, group, full, chosen, history }: Props) {
  const { alias, uuid, weight, owned, target, drain } = storage;
  const waits = waitsOf(storage);
  return (
    <>
      <tr data-storage={alias} data-owned={owned ?? undefined} data-target={target ?? undefined} data-empty={drain?.empty || undefined} data-chosen={chosen || undefined}>
        <th scope="row" className={styles.name}><Link className={shared.link} href={placeOf({ kind: 'replicaset', id: uuid, name: alias }) ?? '/'}>{alias}</Link></th>
        <td className={styles.figure} data-label="weight">{weight}</td>
        <td className={styles.barCell}><BucketBar bar={barOf(storage, full)} label={barText(storage)} heard={owned !== null} /></td>
        <td className={styles.figure}>{owned === null ? <span className={styles.quiet}>not heard</span> : <><b>{owned}</b>{target !== null && target !== owned && <span className={styles.quiet}> of {target}</span>}</>}</td>
        <td className={styles.trendCell}>{history !== null && <Trend alias={alias} history={history} />}</td>
        <td className={styles.menu}><ActionMenu label={`Actions on ${alias}`} actions={storageActions(storage, group)} /></td>
      </tr>
      {(waits.length > 0 || drain !== null) && (
        <tr className={styles.whyRow}>
          <td colSpan={6} className={styles.why}>
            {drain !== null && <p data-testid="drain"><HealthMark health={drain.empty ? 'ok' : 'warning'} size={13}>{drain.empty ? 'drained' : 'draining'}</HealthMark> <Prose text={drain.sentence} /></p>}
            {waits.map(({ sentence, wayOut, blocks }) => <p key={sentence} data-wait><HealthMark health={blocks ? 'warning' : 'unknown'} size={13}>{sentence}</HealthMark>{wayOut !== null && <span className={styles.quiet}> <Prose text={wayOut} /></span>}</p>)}
          </td>
        </tr>
      )}
    </>
  );
}

function Trend({ alias, history: { startMs, stepMs, count, values, top, rangeMs, text } }: { alias: string; history: History }) {
  const span = { startMs, stepMs, endMs: startMs + count * stepMs, rangeMs };
  return (
    <svg className={styles.trend} viewBox={`0 -1 ${box.width} ${box.height + 2}`} preserveAspectRatio="none" role="img" aria-label={trendText(alias, values, text)}>
      <path d={linePath(values, span, { ...box, top: top * 1.05 })} />
    </svg>
  );
}
