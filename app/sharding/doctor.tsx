'use client';
import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';

/** Reads every table when somebody asks for it, and not before. */
export function Doctor({ group }: { group: string }) {
  const api = useApi();
  const { open } = useOperations();
  const { role } = useSession();
  const { data, error, isFetching, refetch } = useQuery({ queryKey: ['sharding', 'doctor', group], queryFn: () => api.sharding.doctor.query({ group }), enabled: false });
  const why = refusalFor('sharding.doctor', role);
  const whyNoRepair = refusalFor('sharding.repair', role);
  return (
    <Stack gap={6} align="flex-start">
      <WhyDisabled why={why}><Button variant="default" size="xs" loading={isFetching} disabled={why !== null} onClick={() => void refetch()}>Look for lost buckets</Button></WhyDisabled>
      {error && <ProblemAlert problem={problemFrom(error)} />}
      {data?.length === 0 && <Text size="sm">Every bucket has one owner.</Text>}
      {data?.map(({ code, severity, sentence, wayOut, repairs }) => (
        <div key={`${code} ${sentence}`} data-finding={code}>
          <HealthMark health={severity === 'info' ? 'ok' : severity} size={13}>{sentence}</HealthMark>
          <Text size="sm" c="dimmed">{wayOut}</Text>
          {repairs.length > 0 && <WhyDisabled why={whyNoRepair}><Button size="compact-sm" variant="default" disabled={whyNoRepair !== null} onClick={() => open('sharding.repair', { group, finding: code })}>Repair</Button></WhyDisabled>}
        </div>
      ))}
    </Stack>
  );
}
