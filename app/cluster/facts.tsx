import { Anchor, Text } from '@mantine/core';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { bytesText, dateTimeText, durationText, percentText } from '~/app/lib/format.ts';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { InstanceView } from '~/contract/shapes/view.ts';
import styles from './drawer.module.css';

type Fact = readonly [label: string, value: ReactNode];

/** `brief`: without the processes, which the page of the instance has. */
export function Facts({ instance, status, brief = false }: { instance: InstanceView; status: AgentStatus | null; brief?: boolean }) {
  const database = status?.database ?? null;
  return (
    <>
      <Group title="Identity" facts={[
        ['UUID', <Copyable key="uuid" text={instance.uuid} what="the UUID" />],
        ['Address', <Copyable key="uri" text={instance.uri} what="the address" />],
        ['Replicaset', instance.replicaset?.alias ?? 'none: not configured'],
        ['Roles', instance.roles.join(', ') || '—'],
        ['Zone', instance.zone ?? '—'],
        ['Priority', instance.priority === null ? '—' : `${instance.priority + 1}${instance.electable ? '' : ', not electable'}`],
      ]} />
      <Group title="State" facts={[
        ['State', instance.state ?? 'unknown'],
        ['Goal', instance.goal ?? 'unknown'],
        ['Gossip', <Anchor key="gossip" component={Link} href={`/gossip?member=${instance.uuid}`} size="sm">{instance.gossip}</Anchor>],
        ['Configuration', instance.configVersion === null ? '—' : `v${instance.configVersion}${status && status.appliedVersion < instance.configVersion ? `, v${status.appliedVersion} in effect` : ''}`],
        ['Clock offset', instance.clockOffsetMs === null ? '—' : `${Math.round(instance.clockOffsetMs)} ms`],
        ...(status ? restartFacts(status) : []),
      ]} />
      {status && !brief && (
        <Group title="Processes" facts={[
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
      {status?.stack && <pre className={styles.stack}>{status.stack}</pre>}
    </>
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

function Group({ title, facts }: { title: string; facts: readonly Fact[] }) {
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.facts}>
        {facts.map(([label, value]) => (
          <div key={label}>
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
