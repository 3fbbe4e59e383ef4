'use client';
import { Alert, Text } from '@mantine/core';
import { useShardingPlan, useShardingStatus } from '~/app/live/use-sharding.ts';
import { Shares } from '~/app/sharding/shares.tsx';
import styles from '~/app/sharding/sharding.module.css';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { textOf, type FormProps } from './form.ts';

/** What is fixed for good, said before it is; and how many buckets each storage gets. */
export function BootstrapSharding({ draft }: FormProps) {
  const name = textOf(draft.group);
  const group = useShardingStatus()?.groups.find((one) => one.group === name);
  const { data: plan } = useShardingPlan(name, []);
  if (!group) return null;
  return (
    <>
      <Alert variant="light" color="yellow" p="xs" icon={<HealthShapes.warning size={18} />}>
        <Text size="sm">The number of buckets and the hash are fixed for good: by them every key finds its bucket. Storages and weights can be changed at any time.</Text>
      </Alert>
      <dl className={styles.fixed} data-testid="fixed">
        <div><dt>Buckets</dt><dd>{group.settings.buckets}</dd></div>
        <div><dt>Hash</dt><dd>{group.settings.hash}</dd></div>
      </dl>
      <Text size="sm" c="dimmed">A hundred buckets for each storage that there will ever be is enough: 3000 suit most clusters, 30 000 very big ones. Both hashes are those of vshard: data that comes from there keeps its buckets. For others close this, and change the settings of the group first.</Text>
      {plan && <div><Text size="sm" fw={500} mb={6}>Each storage gets</Text><Shares storages={plan.storages} /></div>}
    </>
  );
}
