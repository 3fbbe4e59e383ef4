'use client';
import { Button, EmptyState, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useApi } from '~/app/api.tsx';
import { causeWords } from '~/app/lib/failover-words.ts';
import { causeText, fileNameOf, incidentMark, incidentSpan, incidentsOf, readOnlyText, rowsText } from '~/app/lib/incidents.ts';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { eventsOf } from '~/app/lib/object-ways.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { saveFile } from '~/app/lib/save-file.ts';
import { HealthPill } from '~/app/ui/health-mark.tsx';
import { Download, Search } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Ago, Moment } from '~/app/ui/time.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { Named } from '~/contract/shapes/failover-status.ts';
import type { IncidentDetail } from '~/contract/shapes/incident.ts';
import styles from './incident.module.css';
import { Timeline } from './timeline.tsx';

/** One change of a master, from the first sign to the first row of the new one. */
export function IncidentPage({ id }: { id: string }) {
  const api = useApi();
  const { data, error, refetch } = useQuery({
    queryKey: ['failover', 'incident', id],
    queryFn: () => api.failover.incident.query({ id }),
    // What is over does not change any more, but an agent that could not be asked then may tell its part later.
    refetchInterval: ({ state }) => (state.data?.state === 'open' ? 5000 : state.data?.notes.length ? 15_000 : false),
  });
  const problem = error === null ? null : problemFrom(error);
  return (
    <Stack gap="md">
      <nav aria-label="Way here" className={styles.trail}>
        <Link href="/failover">Failover</Link><span aria-hidden>/</span>
        <Link href={data ? incidentsOf(data.replicaset.alias) : '/failover?tab=incidents'}>Incidents{data ? ` of ${data.replicaset.alias}` : ''}</Link>
      </nav>
      {problem?.code === 'NOT_FOUND' ? (
        <EmptyState py="xl" icon={<Search size={32} />} title="No such incident" description={problem.detail} />
      ) : problem !== null && <ProblemAlert problem={problem}><Button size="compact-sm" variant="default" mt={8} onClick={() => void refetch()}>Try again</Button></ProblemAlert>}
      {data ? <Incident detail={data} /> : problem === null && <Waiting label="Loading the incident"><Skeleton height={90} radius="lg" /><Skeleton height={300} radius="lg" /></Waiting>}
    </Stack>
  );
}

function Incident({ detail }: { detail: IncidentDetail }) {
  const { sentence, replicaset, from, to, startedAt, epochs, cause, readOnlySentence, rowsSentence, notes, lostRows } = detail;
  const span = incidentSpan(detail);
  return (
    <>
      <header className={styles.header}>
        <h1>{sentence}</h1>
        <div className={styles.state}>
          <HealthPill health={incidentMark(detail)}>{causeText(detail)}</HealthPill>
          <span><Moment at={startedAt} />, <Ago at={startedAt} />{span === null ? '' : `; ${span}`}</span>
          <Button size="compact-sm" variant="default" leftSection={<Download size={14} />} style={{ marginLeft: 'auto' }} onClick={() => saveFile(fileNameOf(detail), JSON.stringify(detail, null, 2), 'application/json')}>Export JSON</Button>
        </div>
      </header>
      <dl className={styles.tiles}>
        <Tile label="Master" value={<><Who one={from} /> → <Who one={to} /></>} note={<>of <Link href={`/?${new URLSearchParams({ q: replicaset.alias }).toString()}`}>{replicaset.alias}</Link></>} />
        <Tile label="Without writes" value={readOnlyText(detail)} note={readOnlySentence} />
        <Tile label="Rows lost" value={rowsText(detail)} note={rowsSentence} />
        <Tile label="Epoch" value={`${epochs.from ?? 'none'} → ${epochs.to}`} note={cause === null ? '' : causeWords[cause].means} />
      </dl>
      <Why detail={detail} />
      {lostRows.length > 0 && (
        <section className={styles.part} aria-label="Lost and found">
          <h2>Rows that only one copy had</h2>
          <ul className={styles.plain}>{lostRows.map(({ instance, name, rows, complete }) => <li key={`${instance.uuid} ${name}`}><Link href={`/failover?${new URLSearchParams({ tab: 'lost', member: instance.alias, file: name }).toString()}`}>{rows} rows of {instance.alias}</Link>{complete ? '' : ', not all of them'} <span className="mono">{name}</span></li>)}</ul>
        </section>
      )}
      <Timeline detail={detail} />
      {notes.length > 0 && <section className={styles.part} aria-label="What is missing here"><h2>What is missing here</h2><ul className={styles.plain}>{notes.map((note) => <li key={note}>{note}</li>)}</ul></section>}
      <div className={styles.links}><Link href={eventsOf(replicaset.uuid)}>Events of {replicaset.alias}</Link><Link href="/issues">Issues now</Link></div>
    </>
  );
}

const Who = ({ one }: { one: Named | null }) => (one === null ? <>nobody</> : <Link href={instancePath(one.alias)} className={styles.link}>{one.alias}</Link>);

function Tile({ label, value, note }: { label: string; value: ReactNode; note: ReactNode }) {
  return <div><dt>{label}</dt><dd className={styles.value}>{value}</dd><dd className={styles.note}>{note}</dd></div>;
}

/** What was seen, and what was made of it. */
function Why({ detail: { evidence, decision } }: { detail: IncidentDetail }) {
  if (evidence.length === 0 && decision === null) return null;
  const reasons = decision?.evidence.filter((line) => !evidence.includes(line)) ?? [];
  return (
    <div className={styles.why}>
      {evidence.length > 0 && <section className={styles.part} aria-label="Evidence"><h2>Evidence</h2><ul className={styles.plain}>{evidence.map((line) => <li key={line}>{line}</li>)}</ul></section>}
      {decision !== null && (
        <section className={styles.part} aria-label="Decision">
          <h2>Decision <span>of the coordinator with term {decision.term}</span></h2>
          <p>{causeWords[decision.cause].label}: {causeWords[decision.cause].means}.{decision.rowsLost === null ? '' : ` Rows left behind: ${decision.rowsLost}.`}</p>
          {reasons.length > 0 && <ul className={styles.plain}>{reasons.map((line) => <li key={line}>{line}</li>)}</ul>}
        </section>
      )}
    </div>
  );
}
