'use client';
import { Stack, Tabs, Title } from '@mantine/core';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { failoverTabFrom, failoverTabs } from '~/app/lib/failover.ts';
import { useAddress } from '~/app/ui/use-address.ts';
import { IncidentsTab } from './incidents-tab.tsx';
import { LostTab } from './lost-tab.tsx';
import { NowTab } from './now-tab.tsx';
import { WhatIfTab } from './what-if-tab.tsx';

/** Who may write, why, who would be next; what happened; and what would. */
export function FailoverPage() {
  const [{ tab }, change] = useAddress(['tab', 'replicaset', 'state', 'member', 'file']);
  return (
    <Stack gap="sm">
      <Title order={1} size={20}>Failover</Title>
      <StaleBanner />
      <Tabs value={failoverTabFrom(tab)} onChange={(next) => change({ tab: next === 'now' ? null : next, replicaset: null, state: null, member: null, file: null })} keepMounted={false}>
        <Tabs.List mb="md" aria-label="Failover">{failoverTabs.map(({ value, label }) => <Tabs.Tab key={value} value={value}>{label}</Tabs.Tab>)}</Tabs.List>
        <Tabs.Panel value="now"><NowTab /></Tabs.Panel>
        <Tabs.Panel value="incidents"><IncidentsTab /></Tabs.Panel>
        <Tabs.Panel value="what-if"><WhatIfTab /></Tabs.Panel>
        <Tabs.Panel value="lost"><LostTab /></Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
