'use client';
import { Stack, Table, Text } from '@mantine/core';
import Link from 'next/link';
import { Leadership } from '~/app/cluster/leadership.tsx';
import { durationText, lagText } from '~/app/lib/format.ts';
import { pathOfInstance } from '~/app/lib/instance-tabs.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { linkRows, type LinkRow } from '~/app/lib/replication.ts';
import { followsClosely, isLag } from '~/app/lib/summary.ts';
import { vclockRows, type Member } from '~/app/lib/vclocks.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import listing from '~/app/ui/listing.module.css';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import type { TabProps } from './instance-page.tsx';
import styles from './instance.module.css';
import { Nothing } from './nothing.tsx';
import { LagChart } from './statistics-tab.tsx';
import { membersOf, useDetail, useDetails } from './use-detail.ts';

/** Who follows whom, and how far each member is with what each has written. */
export function ReplicationTab({ instance, overview }: TabProps) {
  const detail = useDetail(instance);
  const members = membersOf(overview, instance);
  const details = useDetails(members);
  const database = detail.data?.status?.database ?? null;
  if (detail.error && !detail.data) return <ProblemAlert problem={problemFrom(detail.error)} />;
  if (detail.isPending) return <Waiting label="Loading the replication" height={220} />;
  if (database === null) return <Nothing title="No database runs here">{instance.configured ? `${instance.alias} has no running Tarantool at the moment, so it replicates with nobody.` : `${instance.alias} is in no replicaset yet. Join it to one, and it copies the data of its master.`}</Nothing>;
  const replicaset = overview.replicasets.find(({ uuid }) => uuid === instance.replicaset?.uuid) ?? null;
  const rows = linkRows(database, { instances: overview.instances, self: instance.uuid, replicaset });
  const told: Member[] = members.map(({ uuid, alias }, index) => ({ uuid, alias, status: details[index]?.data?.status ?? null }));
  return (
    <Stack gap="lg">
      {rows.length === 0 ? <Nothing title="Nobody to replicate with">{instance.alias} is the only member of its replicaset that has ever been here. With a second one the data survives the loss of this machine.</Nothing> : <Links alias={instance.alias} rows={rows} appointed={replicaset?.appointed === true} overview={overview} />}
      <Vclocks members={told} overview={overview} />
      {rows.length > 0 && <LagChart key={instance.uuid} uuid={instance.uuid} />}
    </Stack>
  );
}

function Links({ alias, rows, appointed, overview }: { alias: string; rows: readonly LinkRow[]; appointed: boolean; overview: ClusterOverview }) {
  return (
    <section aria-labelledby="links">
      <h2 id="links" className={styles.heads}>Who follows whom</h2>
      <Text size="sm" c="dimmed" mb={8}>{appointed ? 'The master is appointed: everybody else pulls its rows, and it pulls nobody\'s.' : 'Each member pulls the rows of the others.'} Idle is how long nothing has come from the peer, heartbeats included.</Text>
      <div className={listing.frame}>
        <Table className={listing.table} verticalSpacing={0} horizontalSpacing={14} withRowBorders={false}>
          <caption className={listing.hidden}>Replication of {alias} with its peers</caption>
          <thead><tr><th scope="col">Peer</th><th scope="col">{alias} follows it</th><th scope="col" className={styles.figure}>Lag</th><th scope="col" className={styles.figure}>Idle</th><th scope="col">It follows {alias}</th><th scope="col">Message</th></tr></thead>
          <tbody>
            {rows.map(({ uuid, name, upstream, downstream, lagSeconds, idleSeconds, message }) => {
              const peer = overview.instances.find((one) => one.uuid === uuid);
              return (
                <tr key={uuid} className={listing.row} data-peer={name}>
                  <th scope="row" className={listing.title}>{peer ? <span className={styles.who}><Link href={pathOfInstance(peer, overview, 'replication')}>{name}</Link><Leadership instance={peer} /></span> : name}</th>
                  <td data-label={`${alias} follows it`}><HealthMark health={upstream.health} size={13}>{upstream.text}</HealthMark></td>
                  <td data-label="Lag" className={`${styles.figure} number`}>{isLag(lagSeconds) ? lagText(lagSeconds) : '—'}</td>
                  <td data-label="Idle" className={`${styles.figure} number`}>{isLag(idleSeconds) ? durationText(idleSeconds * 1000) : '—'}</td>
                  <td data-label={`It follows ${alias}`}><HealthMark health={downstream.health} size={13}>{downstream.text}</HealthMark></td>
                  <td data-label="Message" data-none={message === null || undefined} className={message === null ? styles.quiet : styles.message}>{message ?? '—'}</td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      </div>
    </section>
  );
}

function Vclocks({ members, overview }: { members: readonly Member[]; overview: ClusterOverview }) {
  const rows = vclockRows(members);
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="vclocks">
      <h2 id="vclocks" className={styles.heads}>Vclock of each member</h2>
      <Text size="sm" c="dimmed" mb={8}>How many rows of each writer a member has. What is missing to the highest of its row stands beside a figure: grey while the member follows closely, since reports are up to a second apart, and marked when it does not.</Text>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Vclocks of the members">
        <table className={styles.vclocks} data-testid="vclocks">
          <caption className={listing.hidden}>Rows of each writer that each member has</caption>
          <thead>
            <tr><th scope="col">Written by</th>{members.map(({ uuid, alias }) => <th key={uuid} scope="col">{overview.instances.find((one) => one.uuid === uuid)?.leadership === 'master' ? `${alias} (master)` : alias}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map(({ id, writer, cells }) => (
              <tr key={id} data-writer={writer}>
                <th scope="row">{writer}</th>
                {cells.map(({ lsn, behind }, index) => (
                  <td key={members[index]!.uuid} className="number" data-behind={behind === 0 ? undefined : followsClosely(overview.instances.find(({ uuid }) => uuid === members[index]!.uuid)) ? 'closely' : 'late'}>
                    {lsn === null ? <span className={styles.quiet}>not told</span> : lsn}
                    {behind > 0 && <span className={styles.behind}>−{behind}</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
