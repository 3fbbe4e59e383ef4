'use client';
import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { agentCommand, seedsOf } from '~/app/lib/agent-command.ts';
import { unconfiguredOf } from '~/app/lib/rows.ts';
import { Command } from '~/app/ui/copy.tsx';
import { Check } from '~/app/ui/icons.tsx';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import styles from './empty.module.css';
import { MainActions } from './toolbar.tsx';

/** A cluster without replicasets: what to do next, in the order in which it is done. */
export function EmptyCluster({ overview }: { overview: ClusterOverview }) {
  const api = useApi();
  const gossip = useQuery({ queryKey: ['gossip', 'seeds'], queryFn: () => api.gossip.views.query({ limit: 1 }) });
  const here = unconfiguredOf(overview).length;
  const command = (
    <>
      <Text size="sm" c="dimmed" mb={8}>
        One for each instance, with its own name, folder and ports. The secret file is the one that the server was started with, copied to the agent's machine.
      </Text>
      {gossip.isPending ? <Skeleton height={84} radius="md" /> : <Command text={agentCommand({ cluster: overview.name, seeds: seedsOf(gossip.data), known: here })} />}
      <Text size="sm" c="dimmed" mt={8}>Is an agent running that does not appear? Its seeds may be wrong: <b>Probe address</b> looks for it at its gossip address.</Text>
    </>
  );
  return (
    <section className={styles.frame} aria-labelledby="empty-title">
      <div className={styles.head}>
        <h2 id="empty-title">{here === 0 ? 'No instances yet' : 'No replicasets yet'}</h2>
        <Text size="sm" c="dimmed" maw={620}>
          {here === 0
            ? 'An instance is one Tarantool with an agent beside it. Start an agent anywhere that reaches this server, and it appears here within a second.'
            : 'Instances are here. Put two or more of them into a replicaset: they hold the same data, and one of them is the master.'}
        </Text>
      </div>
      <ol className={styles.steps}>
        <Step done={here > 0} title="Start agents">
          {here > 0 ? <details className={styles.again}><summary>Start one more</summary>{command}</details> : command}
        </Step>
        <Step done={false} title="Create a replicaset">
          <Text size="sm" c="dimmed" mb={10}>Choose instances and roles; the plan is shown before anything happens.</Text>
          <div className={styles.actions}><MainActions overview={overview} first /></div>
        </Step>
      </ol>
    </section>
  );
}

function Step({ done, title, children }: { done: boolean; title: string; children: React.ReactNode }) {
  return (
    <li className={styles.step} data-done={done || undefined}>
      <h3>{title}{done && <span className={styles.done}><Check size={13} /> done</span>}</h3>
      {children}
    </li>
  );
}
