'use client';
import { Anchor, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import Link from 'next/link';
import { useDetail } from '~/app/instance/use-detail.ts';
import { instanceActions } from '~/app/lib/actions.ts';
import { markOf } from '~/app/lib/health.ts';
import { pathOfInstance } from '~/app/lib/instance-tabs.ts';
import { eventsOf } from '~/app/lib/object-ways.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { issuesOf } from '~/app/lib/summary.ts';
import { useReturnFocus } from '~/app/ui/return-focus.tsx';
import { HealthPill } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { ReportAge } from '~/app/ui/time.tsx';
import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';
import { ActionMenu } from './action-menu.tsx';
import { DrawerIssues } from './drawer-issues.tsx';
import { Facts } from './facts.tsx';
import { Leadership } from './leadership.tsx';
import { LogTail } from './log-tail.tsx';
import { useOpenInstance } from './use-filter.ts';

const closeButton = { 'aria-label': 'Close', 'data-autofocus': true };

/** A quick look at one instance, over the page that one is on. All there is to know is on its own page. */
export function InstanceDrawer({ overview }: { overview: ClusterOverview }) {
  const [ref, open] = useOpenInstance();
  const layer = useReturnFocus('instance', ref !== null);
  const instance = ref === null ? undefined : overview.instances.find(({ uuid, alias }) => uuid === ref || alias === ref);
  return (
    <Drawer
      opened={ref !== null}
      onClose={() => open(null)}
      returnFocus={false}
      attributes={{ content: layer }}
      position="right"
      size={620}
      title={instance ? <Heading instance={instance} overview={overview} /> : 'Instance'}
      closeButtonProps={closeButton}
      styles={{ title: { flex: 1, minWidth: 0 }, header: { gap: 8, background: 'var(--surface)' }, content: { background: 'var(--surface)' } }}
    >
      {instance ? <Body instance={instance} overview={overview} /> : <Text c="dimmed">No instance “{ref}” is known here. It may have been expelled, or the link is old.</Text>}
    </Drawer>
  );
}

function Heading({ instance, overview }: { instance: InstanceView; overview: ClusterOverview }) {
  return (
    <Group gap={10} wrap="nowrap">
      <Text fw={600} size="lg" truncate>{instance.alias}</Text>
      <Leadership instance={instance} />
      <span style={{ marginLeft: 'auto' }} />
      <ActionMenu label={`Actions on ${instance.alias} from its details`} actions={instanceActions(instance, overview)} />
    </Group>
  );
}

function Body({ instance, overview }: { instance: InstanceView; overview: ClusterOverview }) {
  const detail = useDetail(instance);
  const status = detail.data?.status ?? null;
  return (
    <Stack gap="lg">
      <Group gap="sm">
        <HealthPill health={markOf(instance)}>{instance.healthSentence}</HealthPill>
        <Text size="sm" c="dimmed">last report: <ReportAge at={instance.reportedAt} /></Text>
        <Group gap="md" ml="auto">
          <Anchor component={Link} href={eventsOf(instance.uuid)} size="sm">Events of this instance</Anchor>
          <Anchor component={Link} href={pathOfInstance(instance, overview)} size="sm" fw={600}>Open page</Anchor>
        </Group>
      </Group>
      {instance.reason !== null && <Text size="sm" style={{ overflowWrap: 'anywhere' }}><b>Why:</b> {instance.reason}</Text>}
      <DrawerIssues issues={issuesOf(overview.issues, instance)} />
      {detail.error && !detail.data && <ProblemAlert problem={problemFrom(detail.error)} />}
      {detail.isPending ? <Skeleton height={220} /> : <Facts instance={instance} status={status} brief />}
      <LogTail key={instance.uuid} instance={instance} />
    </Stack>
  );
}
