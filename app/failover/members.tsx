'use client';
import Link from 'next/link';
import { lostOf, mayLead, standingMark } from '~/app/lib/failover.ts';
import { standingWords } from '~/app/lib/failover-words.ts';
import { countText, lagText } from '~/app/lib/format.ts';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Crown } from '~/app/ui/icons.tsx';
import type { MemberStanding, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';

/** In the order of priority: what each is, and why it can or cannot lead. */
export function Members({ set }: { set: ReplicasetStanding }) {
  return (
    <table className={styles.members}>
      <caption className={styles.hidden}>Members of {set.alias}</caption>
      <thead><tr><th scope="col">Member</th><th scope="col">Standing</th><th scope="col">Zone</th><th scope="col" className={styles.figure}>Epoch</th><th scope="col" className={styles.figure}>Lag</th><th scope="col" className={styles.wide}>Can it lead?</th></tr></thead>
      <tbody>{set.members.map((one) => <Row key={one.uuid} one={one} set={set} />)}</tbody>
    </table>
  );
}

function Row({ one, set }: { one: MemberStanding; set: ReplicasetStanding }) {
  const { uuid, alias, standing, zone, epoch, lagSeconds, failsafe, lostRows, disabled, heard } = one;
  const may = mayLead(one, set);
  const leads = uuid === set.master?.uuid;
  const word = disabled ? 'disabled' : !heard ? 'not heard' : standing === null ? (leads ? 'master' : 'replica') : standingWords[standing].label;
  return (
    <tr data-member={alias} data-standing={standing ?? 'none'} data-can={may.can} data-next={set.next?.uuid === uuid || undefined}>
      <th scope="row" className={styles.who}><span className={styles.master}>{leads && <Crown />}<Link href={instancePath(alias)} className={styles.link}>{alias}</Link></span></th>
      <td data-label="Standing"><span title={standing === null ? undefined : standingWords[standing].means}><HealthMark health={standingMark(one)} size={13}>{failsafe ? `${word}, by failsafe` : word}</HealthMark></span></td>
      <td data-label="Zone" data-none={zone === null || undefined} className={styles.quiet}>{zone ?? '—'}</td>
      <td data-label="Epoch" data-none={epoch === 0 || undefined} className={`${styles.figure} number`}>{epoch === 0 ? '—' : epoch}</td>
      <td data-label="Lag" data-none={leads || lagSeconds === null || undefined} className={`${styles.figure} number`}>{leads || lagSeconds === null ? '—' : lagText(lagSeconds)}</td>
      <td data-label="Can it lead?" className={styles.wide}>
        <HealthMark health={may.mark} size={13} quiet={may.mark === 'off'}>{may.why}</HealthMark>
        {lostRows > 0 && <div><Link href={lostOf(alias)}>{countText(lostRows, 'file')} in lost and found</Link></div>}
      </td>
    </tr>
  );
}
