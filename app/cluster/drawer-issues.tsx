'use client';
import { Alert, Group, Text } from '@mantine/core';
import { MarkWords } from '~/app/issues/mark-words.tsx';
import { healthColours, severityHealth } from '~/app/lib/health.ts';
import { issueActions } from '~/app/lib/marks.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import { BellOff, HealthShapes } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { Issue } from '~/contract/shapes/view.ts';
import { ActionMenu } from './action-menu.tsx';
import { Repair } from './repair.tsx';

/** What is wrong with the one that is looked at. What is muted is told too, without its colour. */
export function DrawerIssues({ issues }: { issues: readonly Issue[] }) {
  const { role } = useSession();
  return issues.map((issue) => {
    const health = severityHealth[issue.severity];
    const Shape = issue.muted ? BellOff : HealthShapes[health];
    const { repair } = issue;
    return (
      <Alert key={issue.id} variant="light" color={issue.muted ? 'gray' : healthColours[health]} icon={<Shape size={18} />} p="sm" data-issue={issue.code}>
        <Group gap="xs" wrap="nowrap" align="flex-start" justify="space-between">
          <Text size="sm"><Prose text={issue.sentence} /> <Text span size="xs" c="dimmed">for <Ago at={issue.since} suffix={false} /></Text></Text>
          <ActionMenu label={`Actions on ${issue.code} of ${issue.object.name}`} actions={issueActions(issue, issues)} />
        </Group>
        <Group gap="sm" justify="flex-end" mt={2} align="flex-end">
          <Text size="sm" c="dimmed" flex="1 1 240px"><Prose text={issue.wayOut} /></Text>
          {repair && refusalFor(repair.operation, role) === null && <Repair {...repair} />}
        </Group>
        <MarkWords {...issue} />
      </Alert>
    );
  });
}
