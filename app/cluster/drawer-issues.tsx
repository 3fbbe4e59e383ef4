'use client';
import { Alert, Button, Group, Text } from '@mantine/core';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { healthColours, severityHealth } from '~/app/lib/health.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { Issue } from '~/contract/shapes/view.ts';

export function DrawerIssues({ issues }: { issues: readonly Issue[] }) {
  const { open } = useOperations();
  const { role } = useSession();
  return issues.map((issue) => {
    const health = severityHealth[issue.severity];
    const Shape = HealthShapes[health];
    const { repair } = issue;
    return (
      <Alert key={issue.id} variant="light" color={healthColours[health]} icon={<Shape size={18} />} p="sm">
        <Text size="sm"><Prose text={issue.sentence} /> <Text span size="xs" c="dimmed">for <Ago at={issue.since} suffix={false} /></Text></Text>
        <Group gap="sm" justify="space-between" mt={2} wrap="nowrap" align="flex-end">
          <Text size="sm" c="dimmed"><Prose text={issue.wayOut} /></Text>
          {/* The catalogue of issues only names mutations of the contract. */}
          {repair && refusalFor(repair.operation, role) === null && <Button size="compact-sm" variant="default" style={{ flex: 'none' }} onClick={() => open(repair.operation as MutationName, repair.input)}>{repair.label}</Button>}
        </Group>
      </Alert>
    );
  });
}
