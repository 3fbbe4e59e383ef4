'use client';
import { Button, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { problemFrom } from '~/app/lib/problem.ts';
import { signOf } from '~/app/lib/timeline.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import styles from './failover.module.css';
import { WhatIfMatrix } from './what-if/what-if-matrix.tsx';

/** It is worked out anew when something has changed; lag alone changes little of it. */
const everyMs = 30_000;

/** What would happen if each site, link, host, coordinator or part of the state provider died now. */
export function WhatIfTab() {
  const api = useApi();
  const { overview, skewMs } = useLive();
  const { data, error, isPending, isFetching, refetch, dataUpdatedAt } = useQuery({ queryKey: ['failover', 'whatIf', overview === null ? '' : signOf(overview)], queryFn: () => api.failover.whatIf.query({}), placeholderData: keepPreviousData, refetchInterval: everyMs });
  return (
    <div className={styles.section}>
      <div className={styles.top}>
        <p>Found out for the cluster as it is at this moment, by the same machines that would act: nothing is touched.</p>
        {data && <Text size="sm" c="dimmed" component="span">worked out <Ago at={dataUpdatedAt - skewMs} /></Text>}
        <Button size="xs" variant="default" loading={isFetching} onClick={() => void refetch()}>Work it out again</Button>
      </div>
      {error && <ProblemAlert problem={problemFrom(error)} />}
      {isPending ? <Waiting label="Working out what would happen" height={320} /> : data && <WhatIfMatrix events={data} />}
    </div>
  );
}
