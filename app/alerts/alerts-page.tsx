'use client';
import { Stack, Tabs, Title } from '@mantine/core';
import { alertTabFrom, alertTabs } from '~/app/lib/alerts.ts';
import { useAddress } from '~/app/ui/use-address.ts';
import styles from './alerts.module.css';
import { ChannelsTab } from './channels-tab.tsx';
import { DeliveriesTab } from './deliveries-tab.tsx';
import { RetentionTab } from './retention-tab.tsx';
import { SilencesTab } from './silences-tab.tsx';

/** Who is told of issues when nobody looks, what became of it, and how long history is kept. */
export function AlertsPage() {
  const [{ tab, channel }, change] = useAddress(['tab', 'channel']);
  const current = alertTabFrom(tab);
  return (
    <Stack gap="sm">
      <Title order={1} size={20}>Alerts</Title>
      <Tabs value={current} onChange={(next) => change({ tab: next, channel: null })} keepMounted={false}>
        <Tabs.List mb="md" className={styles.tabs}>
          {alertTabs.map(({ value, label }) => <Tabs.Tab key={value} value={value}>{label}</Tabs.Tab>)}
        </Tabs.List>
        <Tabs.Panel value="channels"><ChannelsTab onDeliveries={(name) => change({ tab: 'deliveries', channel: name })} /></Tabs.Panel>
        <Tabs.Panel value="silences"><SilencesTab /></Tabs.Panel>
        <Tabs.Panel value="deliveries"><DeliveriesTab channel={channel} onChannel={(name) => change({ channel: name })} /></Tabs.Panel>
        <Tabs.Panel value="retention"><RetentionTab /></Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
