'use client';
import { Stack, Tabs, Title } from '@mantine/core';
import { tabFrom, tabsFor } from '~/app/lib/access.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { DatabaseTab } from './database-tab.tsx';
import { SessionsTab } from './sessions-tab.tsx';
import { TokensTab } from './tokens-tab.tsx';
import { UsersTab } from './users-tab.tsx';
import styles from './access.module.css';

/** Who may come in, and how: an admin sees everybody, everybody else sees what is their own. */
export function AccessPage() {
  const { role } = useSession();
  const [{ tab, q }, change] = useAddress(['tab', 'q']);
  const current = tabFrom(tab, role);
  const search = { search: q ?? '', onSearch: (next: string) => change({ q: next }) };
  return (
    <Stack gap="sm">
      <Title order={1} size={20}>{role === 'admin' ? 'Users and access' : 'Your access'}</Title>
      <Tabs value={current} onChange={(next) => change({ tab: next, q: null })} keepMounted={false}>
        <Tabs.List mb="md" className={styles.tabs}>
          {tabsFor(role).map(({ value, label }) => <Tabs.Tab key={value} value={value}>{label}</Tabs.Tab>)}
        </Tabs.List>
        <Tabs.Panel value="users"><UsersTab {...search} /></Tabs.Panel>
        <Tabs.Panel value="tokens"><TokensTab {...search} /></Tabs.Panel>
        <Tabs.Panel value="sessions"><SessionsTab {...search} /></Tabs.Panel>
        <Tabs.Panel value="database"><DatabaseTab {...search} /></Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
