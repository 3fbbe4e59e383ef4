'use client';
import { CloseButton, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { oneOf } from '~/app/lib/params.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { matchingSettings, originWords, settingText, sizeOf, type Setting } from '~/app/lib/settings.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Search } from '~/app/ui/icons.tsx';
import { Listing } from '~/app/ui/listing.tsx';
import page from '~/app/ui/page.module.css';
import { useAddress } from '~/app/ui/use-address.ts';
import { settingOrigins, type BoxSetting } from '~/contract/shapes/inspect.ts';
import type { TabProps } from './instance-page.tsx';
import styles from './instance.module.css';
import { NoDatabase } from './nothing.tsx';
import { AskedAt } from './asked-at.tsx';

const columns = [{ label: 'Setting', kind: 'title', width: '26%' }, { label: 'Value' }, { label: 'Default', width: '24%' }, { label: 'Whose', width: 190 }] as const;

/** The settings of its Tarantool as they are in effect. Asked for when the tab is opened, and again when one of them can have changed. */
export function BoxCfgTab({ instance }: TabProps) {
  const api = useApi();
  const [{ q, origin }, change] = useAddress(['q', 'origin'] as const);
  const settings = useQuery({ queryKey: ['instance', instance.uuid, 'box.cfg', instance.state, instance.readOnly, instance.configVersion], queryFn: () => api.instance.boxCfg.query({ instance: instance.uuid }) });
  const filter = { search: q ?? '', origin: oneOf(settingOrigins, origin) };
  const rows = settings.data && matchingSettings(settings.data, filter);
  if (!settings.data && settings.error && problemFrom(settings.error).code === 'UNAVAILABLE') return <NoDatabase instance={instance} detail={problemFrom(settings.error).detail} />;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" maw={820}>What <code className="mono">box.cfg</code> has now. Coterie sets what replication and leadership need; the rest is Tarantool’s default, or was set by a role or in a console. Passwords in addresses are masked before they leave the machine.</Text>
      <Group gap="sm" className={page.filters!}>
        <TextInput aria-label="Search settings" placeholder="Search by name or value…" leftSection={<Search size={15} />} rightSection={q ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => change({ q: null })} /> : null} value={q ?? ''} onChange={({ currentTarget }) => change({ q: currentTarget.value })} />
        <Select aria-label="Whose" placeholder="Anybody’s" clearable clearButtonProps={{ 'aria-label': 'Anybody’s' }} w={210} data={settingOrigins.filter((one) => one !== 'unknown').map((value) => ({ value, label: originWords[value] }))} value={filter.origin} onChange={(value) => change({ origin: value })} />
        <AskedAt query={settings} />
      </Group>
      <Listing
        caption={`Settings of ${instance.alias}`}
        rows={rows?.map((one) => ({ key: one.name, cells: { Setting: <span className="mono">{one.name}</span>, Value: <Value setting={one} />, Default: <span className={`mono ${styles.quiet} ${styles.lines}`}>{settingText(one.default)}</span>, Whose: <Whose origin={one.origin} /> } })) ?? null}
        columns={columns}
        problem={settings.error ? problemFrom(settings.error) : null}
        onRetry={() => void settings.refetch()}
        empty={{ icon: <Search size={32} />, title: 'No such setting', text: 'No setting fits the search and the filter.' }}
      />
    </Stack>
  );
}

function Value({ setting }: { setting: Setting }) {
  const size = sizeOf(setting);
  return <span className={`mono ${styles.lines}`}>{settingText(setting.value)}{size !== null && <span className={styles.quiet}> = {size}</span>}</span>;
}

function Whose({ origin }: { origin: BoxSetting['origin'] }) {
  switch (origin) {
    case 'default':
    case 'unknown':
      return <span className={styles.quiet}>{originWords[origin]}</span>;
    case 'coterie':
      return <HealthMark health="ok" size={13}>{originWords[origin]}</HealthMark>;
    case 'other':
      return <HealthMark health="warning" size={13}>{originWords[origin]}</HealthMark>;
  }
}
