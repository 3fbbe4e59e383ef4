'use client';
import { Alert, Group, SegmentedControl, Skeleton, Stack, Title } from '@mantine/core';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { useSharding } from '~/app/live/use-sharding.ts';
import { CutStream } from '~/app/ui/cut-stream.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import { EmptySharding } from './empty-sharding.tsx';
import { GroupCard } from './group-card.tsx';
import { Routers } from './routers.tsx';

const all = 'all groups';

/** Where the buckets are, where they should be, what moves, and what is in the way. */
export function ShardingPage() {
  const { status, following, problem } = useSharding();
  const [{ group }, change] = useAddress(['group']);
  if (status === null) return problem === null ? <Loading /> : <Alert color="red" icon={<HealthShapes.critical size={18} />} role="alert">{problem}</Alert>;
  const names = status.groups.map((one) => one.group);
  const chosen = names.find((name) => name === group) ?? all;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1} size={20}>Sharding</Title>
        {names.length > 1 && <SegmentedControl aria-label="Group" size="xs" data={[all, ...names]} value={chosen} onChange={(next) => change({ group: next === all ? null : next })} />}
      </Group>
      <StaleBanner />
      {!following && <CutStream of="sharding" />}
      {status.groups.length > 0 && status.enabled && status.source.why !== null && <Alert color="yellow" p="sm" icon={<HealthShapes.warning size={18} />} role="alert" data-testid="by-reports"><Prose text={`${status.source.why} Buckets are counted by what the agents report, and nothing is ordered meanwhile.`} /></Alert>}
      <EmptySharding status={status} />
      {status.groups.filter((one) => chosen === all || one.group === chosen).map((one) => <GroupCard key={one.group} group={one} enabled={status.enabled} />)}
      <Routers />
    </Stack>
  );
}

const Loading = () => <Waiting label="Loading sharding"><Skeleton height={80} radius="lg" /><Skeleton height={220} radius="lg" /></Waiting>;
