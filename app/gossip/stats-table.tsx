'use client';
import { Skeleton, Table, Text } from '@mantine/core';
import { statRows } from '~/app/lib/gossip-stats.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import styles from './gossip.module.css';
import type { GossipQueries } from './use-gossip.ts';

const grouped = (value: number) => (Number.isInteger(value) ? value : Number(value.toFixed(2))).toLocaleString('en').replaceAll(',', ' ');

export function StatsTable({ gossip: { stats } }: { gossip: GossipQueries }) {
  return (
    <section aria-labelledby="stats-title" className={styles.section}>
      <div className={styles.sectionHead}>
        <h2 id="stats-title">Counters</h2>
        <Text size="sm" c="dimmed">Of the gossip engine of this server, since it was started.</Text>
      </div>
      {stats.error && <ProblemAlert problem={problemFrom(stats.error)} />}
      {stats.isPending ? <Skeleton height={200} radius="lg" /> : stats.data && (
        <div className={styles.frame}>
          <Table className={`${styles.members} ${styles.stats}`}>
            <caption className={styles.hidden}>Counters and what they mean</caption>
            <thead><tr><th scope="col">Counter</th><th scope="col" className={styles.right}>Value</th><th scope="col">What it means</th></tr></thead>
            <tbody>
              {statRows(stats.data).map(({ name, label, value, meaning }) => (
                <tr key={name} data-stat={name}>
                  <th scope="row" className={styles.who} title={name}>{label}</th>
                  <td className={`${styles.right} number`}>{grouped(value)}</td>
                  <td className={styles.quiet}>{meaning}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      )}
    </section>
  );
}
