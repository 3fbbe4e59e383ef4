'use client';
import { Button, Loader } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import { failoverActions, isLeased, masterOf } from '~/app/lib/failover.ts';
import { causeWords, durabilityWords, phaseWords } from '~/app/lib/failover-words.ts';
import { incidentsOf } from '~/app/lib/incidents.ts';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { eventsOf } from '~/app/lib/object-ways.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Crown } from '~/app/ui/icons.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { FailoverStatus, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import { AskedCandidates } from './candidates.tsx';
import styles from './failover.module.css';
import { LeaseBar } from './lease-bar.tsx';
import { Members } from './members.tsx';

type Props = { readonly set: ReplicasetStanding; readonly status: FailoverStatus };

/** One replicaset: who leads it by which epoch and lease, who would be next, and each member with its reason. */
export function ReplicasetCard({ set, status }: Props) {
  const { open } = useOperations();
  const { role } = useSession();
  const [asked, setAsked] = useState(false);
  const [first, ...others] = failoverActions(set, status.mode);
  const why = refusalFor('failover.switch', role) ?? first!.unfit ?? null;
  const leased = isLeased(status);
  return (
    <article className={styles.set} aria-label={set.alias} data-replicaset={set.alias} data-health={set.health} data-master={set.master?.alias} data-epoch={set.epoch} data-phase={set.phase ?? undefined}>
      <div className={styles.head}>
        <h2>{set.alias}</h2>
        <HealthMark health={set.health}>{set.sentence}</HealthMark>
        <span className={styles.acts}>
          <WhyDisabled why={why}><Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => open('failover.switch', first!.input)} aria-label={`Switch the master of ${set.alias}`}>Switch</Button></WhyDisabled>
          <ActionMenu label={`More on ${set.alias}`} actions={others} />
        </span>
      </div>
      <Facts set={set} status={status} />
      {set.working !== null && <div className={styles.working} role="status"><Loader size={13} color="currentColor" />{set.working}</div>}
      <Members set={set} />
      {asked && <div className={styles.asked}><AskedCandidates replicaset={set.alias} /></div>}
      <div className={styles.foot}>
        <span className={styles.quiet} title={durabilityWords[set.durability].means}>{durabilityText(set)}</span>
        <span style={{ flex: 1 }} />
        {leased && <Button variant="subtle" size="compact-sm" aria-expanded={asked} onClick={() => setAsked(!asked)}>{asked ? 'Hide what they said' : 'Ask every member now'}</Button>}
        <Link href={incidentsOf(set.alias)}>Incidents</Link>
        <Link href={eventsOf(set.uuid)}>Events</Link>
      </div>
    </article>
  );
}

const durabilityText = ({ durability, minReplicas, policy }: ReplicasetStanding): string =>
  `${durabilityWords[durability].label}${minReplicas > 0 ? `, at least ${minReplicas} following` : ''}${policy === null || durability === 'availability' ? '' : `: ${policy.copies} of ${policy.voters.length} copies have a row before it is acknowledged`}`;

function Facts({ set, status }: Props) {
  const leased = isLeased(status);
  const { master, epoch, phase, target, cause, next, nextReason } = set;
  return (
    <dl className={styles.facts}>
      <div>
        <dt>Master</dt>
        <dd>
          {master === null ? <HealthMark health="critical" size={13}>nobody</HealthMark> : <span className={styles.master}><Crown /><Link href={instancePath(master.alias)} className={styles.link}>{master.alias}</Link></span>}
          <span className={styles.more}>{masterOf(set)?.writable === false ? 'read-only now' : cause === null ? '' : causeWords[cause].label}</span>
        </dd>
      </div>
      {leased && (
        <>
          <div>
            <dt>Epoch</dt>
            <dd><span className="number">{epoch === 0 ? 'none yet' : epoch}</span><span className={styles.more}>{phase === null ? 'no record' : `${phaseWords[phase].label}: ${phaseWords[phase].means}`}{target === null ? '' : `; to ${target.alias}`}</span></dd>
          </div>
          <div><dt>Lease</dt><dd><LeaseBar set={set} /></dd></div>
        </>
      )}
      <div>
        <dt>Next, if the master were lost</dt>
        <dd>{next === null ? 'nobody' : <b style={{ fontWeight: 600 }}>{next.alias}</b>}<span className={styles.more}>{nextReason}</span></dd>
      </div>
    </dl>
  );
}
