'use client';
import { ActionIcon, Menu } from '@mantine/core';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useSession } from '~/app/session/session-provider.tsx';
import { Bars } from '~/app/ui/icons.tsx';
import { PageLabel } from './page-label.tsx';
import { documents, isCurrent, pagesFor } from './pages.ts';
import styles from './shell.module.css';

/** The pages where the header has no room for a row of them. */
export function PageMenu() {
  const path = usePathname();
  const { role } = useSession();
  return (
    <Menu width={220} position="bottom-start">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Pages" className={styles.menu}>
          <Bars size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {pagesFor(role).map((page) => (
          <Menu.Item key={page.href} component={Link} href={page.href} aria-current={isCurrent(page, path) ? 'page' : undefined} fw={isCurrent(page, path) ? 600 : 400}><PageLabel page={page} /></Menu.Item>
        ))}
        <Menu.Divider />
        {documents.map(({ href, label }) => (
          <Menu.Item key={href} component="a" href={href}>{label}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
