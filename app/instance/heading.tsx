'use client';
import { Alert, Anchor, Badge, Text } from '@mantine/core';
import Link from 'next/link';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import { Leadership } from '~/app/cluster/leadership.tsx';
import { instanceActions } from '~/app/lib/actions.ts';
import { dateTimeText } from '~/app/lib/format.ts';
import { markOf, stateText } from '~/app/lib/health.ts';
import { eventsOf } from '~/app/lib/object-ways.ts';
import { ageOf } from '~/app/lib/summary.ts';
import { useServerNow } from '~/app/live/live-provider.tsx';
import { HealthPill } from '~/app/ui/health-mark.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Ago, ReportAge } from '~/app/ui/time.tsx';
import type { InstanceView } from '~/contract/shapes/view.ts';
import type { TabProps } from './instance-page.tsx';
import styles from './instance.module.css';
import { useStateSince } from './use-detail.ts';

/** Who it is, how it is and since when, how old that is, and what can be done. Above every tab. */
export function Heading({ instance, overview }: TabProps) {
  const since = useStateSince(instance);
  const { replicaset, disabled, expelled, configured, electable } = instance;
  return (
    <header className={styles.heading}>
      <nav aria-label="Way here" className={styles.trail}>
        <Link href="/">Cluster</Link>
        {replicaset && <><span aria-hidden>/</span><Link href={`/?${new URLSearchParams({ q: replicaset.alias }).toString()}`}>{replicaset.alias}</Link></>}
      </nav>
      <div className={styles.title}>
        <h1>{instance.alias}</h1>
        <Leadership instance={instance} />
        {disabled && <Badge size="sm" color="gray">disabled</Badge>}
        {expelled && <Badge size="sm" color="gray">expelled</Badge>}
        {!configured && !expelled && <Badge size="sm" color="gray">unconfigured</Badge>}
        {configured && !electable && <Badge size="sm" color="gray" title="May not become master">not electable</Badge>}
        <span className={styles.menu}><ActionMenu label={`Actions on ${instance.alias}`} actions={instanceActions(instance, overview)} button="Actions" /></span>
      </div>
      <div className={styles.state}>
        <HealthPill health={markOf(instance)}>{instance.healthSentence}</HealthPill>
        <Text size="sm" c="dimmed" component="span">
          {stateText(instance)}
          {since !== null && instance.gossip !== 'dead' && <>, for <Ago at={since} suffix={false} /></>}
        </Text>
        <Text size="sm" c="dimmed" component="span">last report <ReportAge at={instance.reportedAt} /></Text>
      </div>
      <Old instance={instance} />
    </header>
  );
}

/** What is shown of an instance that does not report is of the past. */
function Old({ instance: { alias, uuid, reportedAt, expelled } }: { instance: InstanceView }) {
  const age = ageOf(reportedAt, useServerNow());
  if (expelled) {
    return <Alert color="gray" p="sm" icon={<HealthShapes.unknown size={18} />}>{alias} has left the cluster for good: it is fenced by its agent, and its data stays on its disk. <Anchor component={Link} href={eventsOf(uuid)} size="sm">Its events</Anchor> say when and by whom.</Alert>;
  }
  if (age.kind === 'fresh') return null;
  return (
    <Alert color="yellow" p="sm" icon={<HealthShapes.warning size={18} />} role="status">
      {reportedAt === null ? `The agent of ${alias} has not reported to this server yet: nothing is known of its Tarantool.` : `No report of ${alias} since ${dateTimeText(reportedAt)}: what you see below is from then.`}
    </Alert>
  );
}
