'use client';
import { Alert, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { problemFrom } from '~/app/lib/problem.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';
import { Doctor } from './doctor.tsx';
import { GroupActions } from './group-actions.tsx';
import { Routers } from './routers.tsx';
import { useSharding } from './use-sharding.ts';

/** Where the buckets are, where they should be, and what is in the way. */
export function ShardingPage() {
  const { status, error } = useSharding();
  if (status === null) return error ? <ProblemAlert problem={problemFrom(error)} /> : <div aria-busy aria-label="Loading sharding"><Skeleton height={220} radius="lg" /></div>;
  return (
    <Stack gap="md">
      <Title order={1} size={20}>Sharding</Title>
      <StaleBanner />
      {status.source.why !== null && <Alert color="yellow" p="sm" icon={<HealthShapes.warning size={18} />} role="alert">{status.source.why}</Alert>}
      {status.groups.length === 0 && <Text>No replicaset has role storage, so there is nowhere to put buckets.</Text>}
      {status.groups.map((group) => <GroupCard key={group.group} group={group} enabled={status.enabled} />)}
      <Routers />
    </Stack>
  );
}

function GroupCard({ group, enabled }: { group: GroupStatus; enabled: boolean }) {
  const { group: name, sentence, health, storages, settings, bootstrapped } = group;
  return (
    <section aria-label={`Group ${name}`} data-group={name}>
      <Stack gap="xs">
        <Title order={2} size={16}>Group {name}</Title>
        <HealthMark health={health} size={14}>{sentence}</HealthMark>
        <Text size="sm" c="dimmed">{bootstrapped?.buckets ?? settings.buckets} buckets by {settings.hash}, rebalancing {settings.rebalance}</Text>
        <GroupActions group={group} enabled={enabled} />
        <Table aria-label={`Storages of ${name}`}>
          <Table.Thead><Table.Tr><Table.Th>Storage</Table.Th><Table.Th>Weight</Table.Th><Table.Th>Buckets</Table.Th><Table.Th>Target</Table.Th><Table.Th>Leaving</Table.Th><Table.Th>Arriving</Table.Th><Table.Th>In the way</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {storages.map(({ uuid, alias, weight, owned, target, leaving, arriving, waits, blockers }) => (
              <Table.Tr key={uuid} data-storage={alias}>
                <Table.Td>{alias}</Table.Td><Table.Td>{weight}</Table.Td><Table.Td>{owned ?? 'not heard'}</Table.Td><Table.Td>{target ?? '–'}</Table.Td><Table.Td>{leaving}</Table.Td><Table.Td>{arriving}</Table.Td>
                <Table.Td>{[...new Set([...waits.map((wait) => wait.sentence), ...blockers])].join(' ') || '–'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {bootstrapped !== null && enabled && <Doctor group={name} />}
      </Stack>
    </section>
  );
}
