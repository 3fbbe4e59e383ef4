'use client';
import { ActionIcon, Menu } from '@mantine/core';
import { useSession } from '~/app/session/session-provider.tsx';
import { Bars } from '~/app/ui/icons.tsx';
import { PageItems } from './page-items.tsx';
import { entriesFor, isGroup } from './pages.ts';
import styles from './shell.module.css';

/** The pages where the header has no room for a row of them: all at once, under the same words. */
export function PageMenu() {
  const { role } = useSession();
  const entries = entriesFor(role);
  return (
    <Menu width={220} position="bottom-start">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Pages" className={styles.menu}>
          <Bars size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah="calc(100dvh - 64px)" style={{ overflowY: 'auto' }}>
        <PageItems pages={entries.flatMap((entry) => (isGroup(entry) ? [] : [entry]))} />
        {entries.filter(isGroup).map(({ label, pages }) => [<Menu.Label key={label}>{label}</Menu.Label>, <PageItems key={`${label} pages`} pages={pages} />])}
      </Menu.Dropdown>
    </Menu>
  );
}
