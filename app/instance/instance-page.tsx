'use client';
import { Skeleton, Stack, Tabs } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { findInstance, instanceTabs, tabFrom, tabWords, withTab, type InstanceTab } from '~/app/lib/instance-tabs.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useAddressValue } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';
import { BoxCfgTab } from './box-cfg-tab.tsx';
import { ConsoleTab } from './console-tab.tsx';
import { EventsTab } from './events-tab.tsx';
import { GeneralTab } from './general-tab.tsx';
import { GossipTab } from './gossip-tab.tsx';
import { Heading } from './heading.tsx';
import styles from './instance.module.css';
import { LogsTab } from './logs-tab.tsx';
import { ReplicationTab } from './replication-tab.tsx';
import { StatisticsTab } from './statistics-tab.tsx';
import { StorageTab } from './storage-tab.tsx';
import { UnknownInstance } from './unknown-instance.tsx';

/** Everything about one instance, by alias or uuid. A page that was open stays with its instance when that gets another alias. */
export function InstancePage({ name }: { name: string }) {
  const { overview } = useLive();
  const [seen, setSeen] = useState<InstanceView | null>(null);
  const found = overview === null ? null : findInstance(overview, name);
  const renamed = found?.kind === 'none' ? overview!.instances.find(({ uuid }) => uuid === seen?.uuid) : undefined;
  const instance = found?.kind === 'one' ? found.instance : renamed;
  if (instance && instance.uuid !== seen?.uuid) setSeen(instance);
  if (overview === null || found === null) return <Loading />;
  if (instance) return <Page key={instance.uuid} instance={instance} overview={overview} />;
  return found.kind === 'one' ? null : <UnknownInstance name={name} found={found} seen={seen} />;
}

export type TabProps = { readonly instance: InstanceView; readonly overview: ClusterOverview };

const tabs: Readonly<Record<InstanceTab, (props: TabProps) => ReactNode>> = {
  general: GeneralTab, replication: ReplicationTab, storage: StorageTab, settings: BoxCfgTab, statistics: StatisticsTab, logs: LogsTab, console: ConsoleTab, gossip: GossipTab, events: EventsTab,
};

function Page(props: TabProps) {
  const [shown, setShown] = useAddressValue(tabFrom, withTab, { history: true });
  const Tab = tabs[shown];
  return (
    <div>
      <Stack gap="md">
        <StaleBanner />
        <Heading {...props} />
        <Tabs value={shown} onChange={(value) => value !== null && setShown(value as InstanceTab)} keepMounted={false}>
          <Tabs.List aria-label={`About ${props.instance.alias}`} className={styles.tabs!}>
            {instanceTabs.map((tab) => <Tabs.Tab key={tab} value={tab} ref={tab === shown ? intoView : undefined}>{tabWords[tab]}</Tabs.Tab>)}
          </Tabs.List>
          <Tabs.Panel value={shown} className={styles.panel!}><Tab {...props} /></Tabs.Panel>
        </Tabs>
      </Stack>
    </div>
  );
}

/** On a phone the row of tabs is wider than the page: the chosen one is brought into sight, in its own box only. */
function intoView(element: HTMLElement | null): void {
  const list = element?.parentElement;
  if (!element || !list) return;
  list.scrollLeft = Math.max(0, element.offsetLeft - list.offsetLeft - (list.clientWidth - element.offsetWidth) / 2);
}

function Loading() {
  return (
    <Waiting label="Loading the instance">
      <Skeleton height={34} width={260} />
      <Skeleton height={36} />
      <Skeleton height={300} radius="lg" />
    </Waiting>
  );
}
