import { Anchor, Text } from '@mantine/core';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { bytesText, dateTimeText, durationText, percentText } from '~/app/lib/format.ts';
import { standingMarks, standingWords } from '~/app/lib/failover-words.ts';
import { healthOfState } from '~/app/lib/gossip.ts';
import { ageOf } from '~/app/lib/summary.ts';
import { useLive, useServerNow } from '~/app/live/live-provider.tsx';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Ago, ReportAge } from '~/app/ui/time.tsx';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { InstanceView } from '~/contract/shapes/view.ts';
import styles from './drawer.module.css';
import { RoleStacks, roleFacts } from './role-facts.tsx';

/** `known`: by somebody else than the instance itself, and so as new as it gets. */
export type Fact = readonly [label: string, value: ReactNode, known?: 'known'];

/** `brief`: without the processes, which the page of the instance has. */
export function Facts({ instance, status, brief = false }: { instance: InstanceView; status: AgentStatus | null; brief?: boolean }) {
  const database = status?.database ?? null;
  // What it said last is not what it is.
  const said = ageOf(instance.reportedAt, useServerNow()).kind === 'fresh' ? null : instance.reportedAt;
  return (
    <>
      <Group title="Identity" facts={[
        ['UUID', <Copyable key="uuid" text={instance.uuid} what="the UUID" />],
        ['Address', <Copyable key="uri" text={instance.uri} what="the address" />],
        ...(instance.router === undefined ? [] : [['Router', <Copyable key="router" text={instance.router} what="the address of its router" />] as const]),
        ['Replicaset', instance.replicaset?.alias ?? 'none: not configured'],
        ['Roles', instance.roles.join(', ') || '—'],
        ['Zone', instance.zone ?? '—'],
        ['Priority', instance.priority === null ? '—' : `${instance.priority + 1}${instance.electable ? '' : ', not electable'}`],
      ]} />
      <Group title="State" said={said} facts={[
        ['State', instance.state ?? 'unknown'],
        ['Goal', instance.goal ?? 'unknown'],
        ['Gossip', <Anchor key="gossip" component={Link} href={`/gossip?member=${instance.uuid}`} size="sm"><HealthMark health={healthOfState[instance.gossip]} size={13}>{instance.gossip}</HealthMark></Anchor>, 'known'],
        ['Configuration', instance.configVersion === null ? '—' : `v${instance.configVersion}${status && status.appliedVersion < instance.configVersion ? `, v${status.appliedVersion} in effect` : ''}`],
        ['Clock offset', instance.clockOffsetMs === null ? '—' : `${Math.round(instance.clockOffsetMs)} ms`],
        ...(status ? restartFacts(status) : []),
      ]} />
      {status?.failover && <FailoverFacts failover={status.failover} said={said} />}
      {status?.roles && !brief && (status.roles.roles > 0 || status.roles.failed.length > 0) && <Group title="Custom roles" said={said} facts={roleFacts(status.roles)} />}
      {status && !brief && (
        <Group title="Processes" said={said} facts={[
          ['Agent', `${status.agentVersion}, pid ${status.process.pid}, ${bytesText(status.process.rssBytes)}, ${percentText(status.process.cpuRatio)} CPU`],
          ...(database ? ([
            ['Tarantool', `${database.version}, pid ${database.process.pid}, ${bytesText(database.process.rssBytes)}, ${percentText(database.process.cpuRatio)} CPU`],
            ['Started', <Ago key="started" at={database.process.startedAt} />],
            ['Status', `${database.status}, ${database.readOnly ? 'read-only' : 'writable'}`],
            ['Data in memory', `${bytesText(database.slab.itemsUsedBytes)} in ${bytesText(database.slab.arenaUsedBytes)} of arena, quota ${bytesText(database.slab.quotaBytes)}`],
            ['Own LSN', `${database.lsn}`],
          ] as const) : []),
          ['Disk', `${bytesText(status.disk.freeBytes)} free of ${bytesText(status.disk.totalBytes)}`],
        ]} />
      )}
      {status?.roles && !brief && <RoleStacks failed={status.roles.failed} />}
      {status?.stack && <pre className={styles.stack}>{status.stack}</pre>}
    </>
  );
}

/** What its agent says of its part in failover. */
function FailoverFacts({ failover: { member, coordinator, provider, lostRows }, said }: { failover: NonNullable<AgentStatus['failover']>; said: number | null }) {
  const { overview } = useLive();
  const nameOf = (uuid: string | null) => (uuid === null ? 'nobody' : (overview?.instances.find((one) => one.uuid === uuid)?.alias ?? uuid));
  const none: readonly Fact[] = [];
  return (
    <Group title="Failover" said={said} facts={[
      ...(member === null ? none : ([
        ['Standing', <HealthMark key="standing" health={standingMarks[member.standing]} size={13}>{`${standingWords[member.standing].label}: ${standingWords[member.standing].means}`}</HealthMark>],
        ['Epoch', <Link key="epoch" href="/failover">{`${member.epoch === 0 ? 'none' : member.epoch}${member.phase === null ? '' : `, ${member.phase}`}`}</Link>],
        ['Master', nameOf(member.master)],
        ...(member.standing === 'master' ? [['Lease', `${member.leaseLeftMs === null || member.leaseLeftMs <= 0 ? 'run out' : `${(member.leaseLeftMs / 1000).toFixed(1)} s left`} of ${durationText(member.leaseMs)}${member.failsafe ? ', by promises of the members' : ''}`] as const] : [['Takes rows from', nameOf(member.upstream)] as const]),
        ...(member.diverged === null ? [] : [['Rows of its own', member.diverged] as const]),
        ...(member.obstacle === null ? [] : [['In its way', member.obstacle] as const]),
      ] as const)),
      ...(coordinator === null ? none : [['Coordinator', coordinator.active ? `active, term ${coordinator.term ?? 'unknown'}` : `stands by; ${nameOf(coordinator.holder)} is active`] as const]),
      ...(provider === null ? none : [['State provider', provider.error === null ? `${provider.kind}, reached` : `${provider.kind}: ${provider.error}`] as const]),
      ...(lostRows === 0 ? none : [['Lost and found', <Link key="lost" href="/failover?tab=lost">{lostRows === 1 ? '1 file' : `${lostRows} files`}</Link>] as const]),
    ]} />
  );
}

function restartFacts({ restarts, at }: AgentStatus): Fact[] {
  const { count, lastExit, lastExitAt, nextStartAt, crashLoop } = restarts;
  return [
    ['Restarts', `${count} unplanned${crashLoop ? ', in a crash loop' : ''}`],
    ...(lastExit !== null && lastExitAt !== null ? [['Last exit', <span key="exit" title={dateTimeText(lastExitAt)}>{lastExit}, <Ago at={lastExitAt} /></span>] as const] : []),
    ...(nextStartAt === null ? [] : [['Next start', nextStartAt > at ? `in ${durationText(nextStartAt - at)}` : 'now'] as const]),
  ];
}

function Group({ title, facts, said = null }: { title: string; facts: readonly Fact[]; /** Of when they are, where that is long ago. */ said?: number | null }) {
  return (
    <section>
      <h3 className={styles.title}>{title}{said !== null && <span className={styles.said}>as it was <ReportAge at={said} /> ago</span>}</h3>
      <dl className={styles.facts}>
        {facts.map(([label, value, known]) => (
          <div key={label} data-old={(said !== null && known === undefined) || undefined}>
            <dt>{label}</dt>
            <dd className="number" style={{ whiteSpace: 'normal' }}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <span className={styles.copyable}>
      <Text span className="mono">{text}</Text>
      <CopyIcon value={text} what={what} />
    </span>
  );
}
