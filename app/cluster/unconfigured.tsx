'use client';
import { Button, Group, Text } from '@mantine/core';
import { countText } from '~/app/lib/format.ts';
import { markOf } from '~/app/lib/health.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { refOf } from '~/app/lib/rows.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Plus } from '~/app/ui/icons.tsx';
import { ReportAge } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';
import styles from './unconfigured.module.css';
import { useOpenInstance } from './use-filter.ts';

/** Agents that are here and wait to be put to use. */
export function Unconfigured({ overview, instances }: { overview: ClusterOverview; instances: readonly InstanceView[] }) {
  const { open } = useOperations();
  const { role } = useSession();
  const [, openInstance] = useOpenInstance();
  const why = refusalFor('instance.join', role);
  const all = instances.map((one) => refOf(one, overview.instances));
  return (
    <section className={styles.frame} aria-labelledby="unconfigured" data-testid="unconfigured">
      <div className={styles.head}>
        <h2 id="unconfigured">{countText(instances.length, 'unconfigured instance')}</h2>
        <Text size="sm" c="dimmed">in contact, but in no replicaset yet</Text>
        {instances.length > 1 && (
          <WhyDisabled why={why}>
            <Button ml="auto" size="compact-sm" variant="default" disabled={why !== null} onClick={() => open('replicaset.create', { instances: all })}>Create from all {instances.length}</Button>
          </WhyDisabled>
        )}
      </div>
      <ul className={styles.list}>
        {instances.map((instance) => {
          const ref = refOf(instance, overview.instances);
          return (
            <li key={instance.uuid} className={styles.row} data-instance={instance.alias}>
              <div className={styles.who}>
                <button type="button" className={styles.name} onClick={() => openInstance(instance.uuid)}>{instance.alias}</button>
                <span className={`${styles.quiet} mono`}>{instance.uri}</span>
              </div>
              <HealthMark health={markOf(instance)}>{instance.healthSentence}</HealthMark>
              <span className={styles.quiet}>{instance.zone === null ? '' : `zone ${instance.zone}`}</span>
              <span className={styles.age}><ReportAge at={instance.reportedAt} /></span>
              <Group gap={6} wrap="nowrap">
                {overview.replicasets.length > 0 && (
                  <WhyDisabled why={why}>
                    <Button size="compact-sm" variant="default" disabled={why !== null} aria-label={`Join ${instance.alias}`} onClick={() => open('instance.join', { instance: ref })}>Join</Button>
                  </WhyDisabled>
                )}
                <WhyDisabled why={why}>
                  <Button size="compact-sm" variant="subtle" leftSection={<Plus size={13} />} disabled={why !== null} aria-label={`Create a replicaset with ${instance.alias}`} onClick={() => open('replicaset.create', { instances: [ref] })}>Replicaset</Button>
                </WhyDisabled>
              </Group>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
